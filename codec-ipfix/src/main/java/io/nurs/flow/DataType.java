package io.nurs.flow;

import org.jspecify.annotations.Nullable;

/** Abstract data types of RFC 7012 §3.1, by their number in IANA's "IPFIX Information Element Data Types". */
public enum DataType {
    OCTET_ARRAY(0, Sizes.VARIABLE, Sizes.ANY),
    UNSIGNED8(1, 1, Sizes.REDUCIBLE),
    UNSIGNED16(2, 2, Sizes.REDUCIBLE),
    UNSIGNED32(3, 4, Sizes.REDUCIBLE),
    UNSIGNED64(4, 8, Sizes.REDUCIBLE),
    SIGNED8(5, 1, Sizes.REDUCIBLE),
    SIGNED16(6, 2, Sizes.REDUCIBLE),
    SIGNED32(7, 4, Sizes.REDUCIBLE),
    SIGNED64(8, 8, Sizes.REDUCIBLE),
    FLOAT32(9, 4, Sizes.EXACT),
    FLOAT64(10, 8, Sizes.HALVED),
    BOOLEAN(11, 1, Sizes.EXACT),
    MAC_ADDRESS(12, 6, Sizes.EXACT),
    STRING(13, Sizes.VARIABLE, Sizes.ANY),
    DATE_TIME_SECONDS(14, 4, Sizes.EXACT),
    DATE_TIME_MILLISECONDS(15, 8, Sizes.EXACT),
    DATE_TIME_MICROSECONDS(16, 8, Sizes.EXACT),
    DATE_TIME_NANOSECONDS(17, 8, Sizes.EXACT),
    IPV4_ADDRESS(18, 4, Sizes.EXACT),
    IPV6_ADDRESS(19, 16, Sizes.EXACT),
    BASIC_LIST(20, Sizes.VARIABLE, Sizes.ANY),
    SUB_TEMPLATE_LIST(21, Sizes.VARIABLE, Sizes.ANY),
    SUB_TEMPLATE_MULTI_LIST(22, Sizes.VARIABLE, Sizes.ANY),
    /** RFC 9740 §8.3.1 */
    UNSIGNED256(23, 32, Sizes.REDUCIBLE);

    /** Template field length that announces a length inside each record. RFC 7011 §7 */
    public static final int VARIABLE_LENGTH = Sizes.VARIABLE;

    private final int code;
    private final int defaultLength;
    private final Sizes sizes;

    DataType(int code, int defaultLength, Sizes sizes) {
        this.code = code;
        this.defaultLength = defaultLength;
        this.sizes = sizes;
    }

    /** Its number in IANA's registry, which informationElementDataType(339) carries. RFC 5610 §3.1 */
    public int code() {
        return code;
    }

    /** The type that has this number in IANA's registry; null if none has. */
    public static @Nullable DataType byCode(int code) {
        for (DataType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        return null;
    }

    /** Signed or not: what RFC 7011 §6.2 lets shrink octet by octet. */
    public boolean isInteger() {
        return sizes == Sizes.REDUCIBLE;
    }

    /** Octets of a value in its natural size, {@link #VARIABLE_LENGTH} if it has none. */
    public int defaultLength() {
        return defaultLength;
    }

    /** Whether a field of no octets says something: the empty text, or padding. All other types need an octet at least. */
    public boolean mayBeEmpty() {
        return this == STRING || this == OCTET_ARRAY;
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
