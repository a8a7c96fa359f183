package io.nurs.flow;

/**
 * What a decoder may keep in memory on the word of strangers: UDP senders are easily forged.
 *
 * @param maxSenders pairs of address and observation domain; the one not heard of for longest makes way
 * @param maxTemplatesPerSender further ones are refused
 * @param maxFieldsPerTemplate templates with more are refused
 * @param maxElementsPerSender names of private elements that a sender may teach (RFC 5610); further ones stay unknown
 */
public record DecoderLimits(
        int maxSenders, int maxTemplatesPerSender, int maxFieldsPerTemplate, int maxElementsPerSender) {
    /** Half a million fields, an estimated 60 MB, if somebody sets out to fill it. */
    public static final DecoderLimits DEFAULT = new DecoderLimits(64, 64, 128);

    /** Values of one message. A datagram has fewer octets, and each value takes one, unless a field has no octets. */
    public static final int MAX_VALUES_PER_MESSAGE = 65_536;

    private static final int DEFAULT_ELEMENTS = 256;

    public DecoderLimits(int maxSenders, int maxTemplatesPerSender, int maxFieldsPerTemplate) {
        this(maxSenders, maxTemplatesPerSender, maxFieldsPerTemplate, DEFAULT_ELEMENTS);
    }

    public DecoderLimits {
        if (maxSenders < 1 || maxTemplatesPerSender < 1 || maxFieldsPerTemplate < 1 || maxElementsPerSender < 0) {
            throw new IllegalArgumentException("limits must be at least 1");
        }
    }

    /**
     * How many values may be made of a message. Fields of no octets cost their sender nothing, so a short message is
     * not allowed as many as a long one.
     */
    public static int maxValues(int messageLength) {
        return Math.min(MAX_VALUES_PER_MESSAGE, 2 * messageLength);
    }
}
