package io.nurs.appliance.filter;

import java.util.Set;

/**
 * A question to a packet, such as {@code protocol == tcp and destinationTransportPort == 23}: the language of {@link FlowExpression}
 * over the fields that a packet has. Compiled once; immutable, for any number of event loops; {@link #matches} allocates nothing.
 */
public final class PacketExpression {
    private static final int MAX_CHARACTERS = 65_536;

    private final String text;
    private final Condition<PacketView> condition;

    private PacketExpression(String text, Condition<PacketView> condition) {
        this.text = text;
        this.condition = condition;
    }

    /**
     * Compiles it.
     *
     * @throws IllegalArgumentException with the column and what was expected there, in one line for the operator
     */
    public static PacketExpression parse(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException("longer than " + MAX_CHARACTERS + " characters");
        }
        Condition<PacketView> condition = new ExpressionParser<>(text, PacketFields.ALL).parse();
        return new PacketExpression(text.strip(), condition);
    }

    /** Names of all fields that there are, in the order in which the operator is told of them. */
    static Set<String> fields() {
        return PacketFields.ALL.names();
    }

    public boolean matches(PacketView packet) {
        return condition.matches(packet);
    }

    /** Two that are written alike ask the same. */
    @Override
    public boolean equals(Object other) {
        return other instanceof PacketExpression expression && text.equals(expression.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
