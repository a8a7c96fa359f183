package io.nurs.flow;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where {@link IanaElements} enters its lines; apart from it, because all that an interface holds is public. */
final class IanaRegistry {
    private static final @Nullable InformationElement[] BY_ID = new @Nullable InformationElement[1024];
    private static final Map<String, InformationElement> BY_NAME = new HashMap<>(1024);

    private IanaRegistry() {}

    static InformationElement enter(int id, String name, DataType type) {
        InformationElement element = new InformationElement(InformationElement.IANA, id, name, type);
        if (BY_ID[id] != null || BY_NAME.putIfAbsent(name, element) != null) {
            throw new IllegalStateException(element + " is there twice");
        }
        BY_ID[id] = element;
        return element;
    }

    static @Nullable InformationElement byId(int id) {
        return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
    }

    static @Nullable InformationElement byName(String name) {
        return BY_NAME.get(name);
    }
}
