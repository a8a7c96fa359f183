package io.nurs.appliance.config;

/** Chooses entries by their connection mark; both ints are unsigned. Value 0 is a choice like any other: entries without the mask's bits. */
public record MarkMatch(int value, int mask) {
    public MarkMatch {
        if ((value & ~mask) != 0) {
            throw new IllegalArgumentException(
                    "value 0x%x has bits outside mask 0x%x, so no mark would match".formatted(value, mask));
        }
    }

    /** Reads {@code VALUE} or {@code VALUE/MASK}. */
    public static MarkMatch parse(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new MarkMatch(ScalarText.u32(text), 0xffff_ffff)
                : new MarkMatch(
                        ScalarText.u32(text.substring(0, slash).strip()),
                        ScalarText.u32(text.substring(slash + 1).strip()));
    }

    public boolean matches(int mark) {
        return (mark & mask) == value;
    }

    /** Whether some mark matches both. */
    boolean overlaps(MarkMatch other) {
        return ((value ^ other.value) & mask & other.mask) == 0;
    }

    @Override
    public String toString() {
        return "0x%x/0x%x".formatted(value, mask);
    }
}
