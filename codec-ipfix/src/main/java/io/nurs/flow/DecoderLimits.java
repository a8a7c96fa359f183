package io.nurs.flow;

/**
 * What a decoder may keep in memory on the word of strangers: UDP senders are easily forged.
 *
 * @param maxSenders pairs of address and observation domain; the one not heard of for longest makes way
 * @param maxTemplatesPerSender further ones are refused
 * @param maxFieldsPerTemplate templates with more are refused
 */
public record DecoderLimits(int maxSenders, int maxTemplatesPerSender, int maxFieldsPerTemplate) {
    /** Half a million fields, an estimated 60 MB, if somebody sets out to fill it. */
    public static final DecoderLimits DEFAULT = new DecoderLimits(64, 64, 128);

    public DecoderLimits {
        if (maxSenders < 1 || maxTemplatesPerSender < 1 || maxFieldsPerTemplate < 1) {
            throw new IllegalArgumentException("limits must be at least 1");
        }
    }
}
