package io.nurs.netflow9;

import io.nurs.flow.DataType;
import io.nurs.flow.InformationElement;
import java.util.List;

/**
 * Scope field types of RFC 3954 §6.1 as elements, for the scope of options templates. They are numbers of their own, not
 * information elements, so they carry an enterprise number that IANA keeps reserved.
 */
public final class Netflow9Scope {
    private static final int RESERVED_ENTERPRISE = 0xffff_ffff;

    public static final InformationElement SYSTEM = scope(1, "scopeSystem");
    public static final InformationElement INTERFACE = scope(2, "scopeInterface");
    public static final InformationElement LINE_CARD = scope(3, "scopeLineCard");
    public static final InformationElement CACHE = scope(4, "scopeCache");
    public static final InformationElement TEMPLATE = scope(5, "scopeTemplate");

    private static final List<InformationElement> KNOWN = List.of(SYSTEM, INTERFACE, LINE_CARD, CACHE, TEMPLATE);

    private Netflow9Scope() {}

    static boolean isScope(InformationElement element) {
        return element.enterprise() == RESERVED_ENTERPRISE;
    }

    static InformationElement byType(int type) {
        if (type >= 1 && type <= KNOWN.size()) {
            return KNOWN.get(type - 1);
        }
        // RFC 3954 has five; an element's id above 15 bits exists only without enterprise number.
        return InformationElement.unknown(type <= 0x7fff ? RESERVED_ENTERPRISE : InformationElement.IANA, type);
    }

    private static InformationElement scope(int type, String name) {
        return new InformationElement(RESERVED_ENTERPRISE, type, name, DataType.UNSIGNED32);
    }
}
