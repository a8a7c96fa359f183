package io.nurs.flow;

/**
 * What a field means: RFC 7012 §2.
 *
 * @param enterprise private enterprise number as an unsigned 32-bit number; {@link #IANA} for the registry's own
 *     elements
 * @param id 0-32767; NetFlow v9 has no enterprise numbers, its vendors use 32768-65535 instead
 * @param name the registry's spelling
 */
public record InformationElement(int enterprise, int id, String name, DataType type) {
    public static final int IANA = 0;

    /** The enterprise number that turns an IANA element into its reverse. RFC 5103 §6.1 */
    public static final int REVERSE = 29305;

    private static final int MAX_ID = 0xffff;
    private static final int MAX_IPFIX_ID = 0x7fff;

    public InformationElement {
        if (id < 0 || id > MAX_ID || (enterprise != IANA && id > MAX_IPFIX_ID)) {
            throw new IllegalArgumentException("element " + name + ": id " + id + " does not exist");
        }
    }

    /** An element no registry here knows: its value is kept as octets. */
    public static InformationElement unknown(int enterprise, int id) {
        String owner = enterprise == IANA ? "" : Integer.toUnsignedString(enterprise) + "_";
        return new InformationElement(enterprise, id, "unknown" + owner + id, DataType.OCTET_ARRAY);
    }

    public boolean isIana() {
        return enterprise == IANA;
    }

    /** Whether the two name the same element, however each of them spells it. */
    public boolean matches(InformationElement other) {
        return id == other.id && enterprise == other.enterprise;
    }

    /**
     * The same property of the flow's other direction, RFC 5103 §6.1.
     *
     * @throws IllegalStateException for a private element (its owner numbers the reverse) and for one that has no
     *     direction
     */
    public InformationElement reverse() {
        if (!isIana()) {
            throw new IllegalStateException(
                    name + ": only IANA's elements are reversed by enterprise number " + REVERSE);
        }
        if (!isReversible()) {
            throw new IllegalStateException(name + ": RFC 5103 §6.1 lists it as not reversible");
        }
        String reverseName = "reverse" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
        return new InformationElement(REVERSE, id, reverseName, type);
    }

    /** Whether {@link #reverse()} exists. */
    public boolean isReversible() {
        return isIana() && hasReverse(id);
    }

    /**
     * RFC 5103 §6.1: identifiers, process configuration and statistics (RFC 5102 §5.1-5.3), padding, the direction
     * itself.
     */
    private static boolean hasReverse(int id) {
        return switch (id) {
            case 40, 41, 42, 130, 131, 137, 145, 148, 149, 163, 164, 165, 166, 167, 168, 173 -> false;
            case 210, 211, 212, 213, 214, 215, 216, 217, 239 -> false;
            default -> id <= MAX_IPFIX_ID;
        };
    }

    @Override
    public String toString() {
        return name + "(" + (isIana() ? "" : Integer.toUnsignedString(enterprise) + "/") + id + ")";
    }
}
