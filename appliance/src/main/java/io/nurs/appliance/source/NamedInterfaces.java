package io.nurs.appliance.source;

import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import org.jspecify.annotations.Nullable;

/** Finds an interface's name by its index, for each packet; on the event loop of what it knows the names from. */
final class NamedInterfaces {
    private final IntObjectMap<String> byIndex = new IntObjectHashMap<>();
    private @Nullable InterfaceNames names;
    private long revision;

    void know(@Nullable InterfaceNames known) {
        names = known;
        byIndex.clear();
        if (known != null) {
            revision = known.revision() - 1;
        }
    }

    /** Empty if it is not known. */
    String name(int index) {
        InterfaceNames known = names;
        if (index == 0 || known == null) {
            return "";
        }
        if (known.revision() != revision) {
            revision = known.revision();
            byIndex.clear();
            known.forEach((number, name, description) -> byIndex.put(number, name));
        }
        String name = byIndex.get(index);
        return name == null ? "" : name;
    }
}
