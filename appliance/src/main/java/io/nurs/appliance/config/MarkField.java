package io.nurs.appliance.config;

/** A number kept in some bits of the connection mark; mask is unsigned, shift is 0 to 31 bits to the right. */
public record MarkField(int mask, int shift) {
    public MarkField {
        if (shift < 0 || shift > 31) {
            throw new IllegalArgumentException("shift " + shift + " is outside 0 to 31");
        }
    }

    /** Reads {@code MASK} or {@code MASK >> SHIFT}. */
    public static MarkField parse(String text) {
        int arrow = text.indexOf(">>");
        if (arrow < 0) {
            return new MarkField(ScalarText.u32(text.strip()), 0);
        }
        long shift = ScalarText.integer(text.substring(arrow + 2).strip());
        return new MarkField(
                ScalarText.u32(text.substring(0, arrow).strip()), (int) Math.min(shift, Integer.MAX_VALUE));
    }

    public int apply(int mark) {
        return (mark & mask) >>> shift;
    }

    @Override
    public String toString() {
        return "0x%x >> %d".formatted(mask, shift);
    }
}
