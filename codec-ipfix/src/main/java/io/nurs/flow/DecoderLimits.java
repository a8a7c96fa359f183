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

    private static final int DEFAULT_ELEMENTS = 256;

    public DecoderLimits(int maxSenders, int maxTemplatesPerSender, int maxFieldsPerTemplate) {
        this(maxSenders, maxTemplatesPerSender, maxFieldsPerTemplate, DEFAULT_ELEMENTS);
    }

    public DecoderLimits {
        if (maxSenders < 1 || maxTemplatesPerSender < 1 || maxFieldsPerTemplate < 1 || maxElementsPerSender < 0) {
            throw new IllegalArgumentException("limits must be at least 1");
        }
    }
}
