package io.nurs.ipfix;

import io.nurs.flow.Exporter;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who is who in the templates of others: IANA's elements, their reverse ones, and those that the owner knows. */
final class ElementNames {
    private record Key(int enterprise, int id) {}

    private final Map<Key, InformationElement> privateElements = new HashMap<>();

    ElementNames(List<InformationElement> known) {
        known.forEach(element -> privateElements.put(new Key(element.enterprise(), element.id()), element));
    }

    /**
     * The element, by the best name there is.
     *
     * @param exporter may have named private elements itself
     */
    InformationElement of(int enterprise, int id, Exporter exporter) {
        InformationElement known = switch (enterprise) {
            case InformationElement.IANA -> IanaElements.byId(id);
            case InformationElement.REVERSE -> reverse(id);
            default -> privateElements.getOrDefault(new Key(enterprise, id), exporter.element(enterprise, id));
        };
        return known != null ? known : InformationElement.unknown(enterprise, id);
    }

    /**
     * Whether an exporter may name it: neither IANA's own, whose names are fixed, nor one that is known better. Nor may
     * it take a name of IANA's, under which its values would pass for others.
     */
    boolean isOpen(InformationElement element) {
        return !element.isIana()
                && element.enterprise() != InformationElement.REVERSE
                && IanaElements.byName(element.name()) == null
                && !privateElements.containsKey(new Key(element.enterprise(), element.id()));
    }

    private static @Nullable InformationElement reverse(int id) {
        InformationElement forward = IanaElements.byId(id);
        return forward != null && forward.isReversible() ? forward.reverse() : null;
    }
}
