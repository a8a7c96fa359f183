package io.nurs.appliance.filter;

import java.util.List;

/**
 * What an expression can ask of a flow. A field that a flow lacks, as ICMP lacks ports, is equal to nothing and neither less nor
 * greater; {@code !=} is the contrary of {@code ==}, and so holds for it.
 *
 * @param <I> what {@code in} looks for
 */
sealed interface FlowField<I> permits NumberField, AddressField {
    String name();

    /**
     * Compiles a comparison.
     *
     * @throws IllegalArgumentException if the field cannot be compared in this way, or with this
     */
    FlowPredicate compare(Comparison comparison, String word);

    /**
     * Reads what {@link #in} looks for.
     *
     * @throws IllegalArgumentException if this is nothing the field could be in
     */
    I item(String word);

    FlowPredicate in(List<I> items);

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
