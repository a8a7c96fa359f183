package io.nurs.flow;

/** Abstract data types of RFC 7012 §3.1, in the order of IANA's "IPFIX Information Element Data Types". */
public enum DataType {
    OCTET_ARRAY(Sizes.VARIABLE, Sizes.ANY),
    UNSIGNED8(1, Sizes.REDUCIBLE),
    UNSIGNED16(2, Sizes.REDUCIBLE),
    UNSIGNED32(4, Sizes.REDUCIBLE),
    UNSIGNED64(8, Sizes.REDUCIBLE),
    SIGNED8(1, Sizes.REDUCIBLE),
    SIGNED16(2, Sizes.REDUCIBLE),
    SIGNED32(4, Sizes.REDUCIBLE),
    SIGNED64(8, Sizes.REDUCIBLE),
    FLOAT32(4, Sizes.EXACT),
    FLOAT64(8, Sizes.HALVED),
    BOOLEAN(1, Sizes.EXACT),
    MAC_ADDRESS(6, Sizes.EXACT),
    STRING(Sizes.VARIABLE, Sizes.ANY),
    DATE_TIME_SECONDS(4, Sizes.EXACT),
    DATE_TIME_MILLISECONDS(8, Sizes.EXACT),
    DATE_TIME_MICROSECONDS(8, Sizes.EXACT),
    DATE_TIME_NANOSECONDS(8, Sizes.EXACT),
    IPV4_ADDRESS(4, Sizes.EXACT),
    IPV6_ADDRESS(16, Sizes.EXACT),
    BASIC_LIST(Sizes.VARIABLE, Sizes.ANY),
    SUB_TEMPLATE_LIST(Sizes.VARIABLE, Sizes.ANY),
    SUB_TEMPLATE_MULTI_LIST(Sizes.VARIABLE, Sizes.ANY);

    /** Template field length that announces a length inside each record. RFC 7011 §7 */
    public static final int VARIABLE_LENGTH = Sizes.VARIABLE;

    private final int defaultLength;
    private final Sizes sizes;

    DataType(int defaultLength, Sizes sizes) {
        this.defaultLength = defaultLength;
        this.sizes = sizes;
    }

    /** Octets of a value in its natural size, {@link #VARIABLE_LENGTH} if it has none. */
    public int defaultLength() {
        return defaultLength;
    }

    /**
     * Whether a template may announce {@code length} octets for this type: RFC 7011 §6.1, and §6.2 for reduced sizes.
     */
    public boolean allows(int length) {
        return switch (sizes) {
            case EXACT -> length == defaultLength;
            case HALVED -> length == defaultLength || length == defaultLength / 2;
            case REDUCIBLE -> length >= 1 && length <= defaultLength;
            case ANY -> length >= 1 && length <= VARIABLE_LENGTH;
        };
    }

    private enum Sizes {
        EXACT,
        HALVED,
        REDUCIBLE,
        ANY;

        static final int VARIABLE = 65535;
    }
}
