package io.nurs.appliance.filter;

import java.util.List;

/**
 * What an expression can ask of a flow or a packet. A field that it lacks, as ICMP lacks ports, is equal to nothing and neither less nor
 * greater; {@code !=} is the contrary of {@code ==}, and so holds for it.
 *
 * @param <T> what is asked
 * @param <I> what {@code in} looks for
 */
sealed interface ExpressionField<T, I> permits NumberField, AddressField {
    String name();

    /**
     * Compiles a comparison.
     *
     * @throws IllegalArgumentException if the field cannot be compared in this way, or with this
     */
    Condition<T> compare(Comparison comparison, String word);

    /**
     * Reads what {@link #in} looks for.
     *
     * @throws IllegalArgumentException if this is nothing the field could be in
     */
    I item(String word);

    Condition<T> in(List<I> items);

    /** Whether some of its bits may be chosen. */
    default boolean hasBits() {
        return false;
    }

    /** Only these bits, if it {@link #hasBits()}: a number, or the name of a value. */
    default ExpressionField<T, I> masked(String bits) {
        throw new IllegalArgumentException(name() + " has no bits");
    }

    /** How {@link #compare} compares. */
    enum Comparison {
        EQUAL("=="),
        UNEQUAL("!="),
        LESS("<"),
        AT_MOST("<="),
        GREATER(">"),
        AT_LEAST(">=");

        private final String symbol;

        Comparison(String symbol) {
            this.symbol = symbol;
        }

        @Override
        public String toString() {
            return symbol;
        }
    }
}
