package io.nurs.appliance.filter;

import io.nurs.appliance.source.ConntrackFlow;
import org.jspecify.annotations.Nullable;

/**
 * A question to a conversation, such as {@code protocol == tcp and destinationTransportPort in [80, 443]}; its grammar is in
 * docs/configuration.md. It is asked of the conversation as its originator sees it, so that the answer holds for the records of
 * both directions. Compiled once; immutable, for any number of event loops; {@link #matches} allocates nothing.
 */
public final class FlowExpression {
    private static final int MAX_CHARACTERS = 65_536;

    private final String text;
    private final Condition<ConntrackFlow> predicate;
    private final boolean readsMarkInterfaces;

    private FlowExpression(String text, Condition<ConntrackFlow> predicate, boolean readsMarkInterfaces) {
        this.text = text;
        this.predicate = predicate;
        this.readsMarkInterfaces = readsMarkInterfaces;
    }

    /**
     * Compiles it.
     *
     * @throws IllegalArgumentException with the column and what was expected there, in one line for the operator
     */
    public static FlowExpression parse(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException(
                    "longer than " + MAX_CHARACTERS + " characters; share it out over several filters");
        }
        ExpressionParser<ConntrackFlow> parser = new ExpressionParser<>(text, FlowFields.ALL);
        Condition<ConntrackFlow> predicate = parser.parse();
        return new FlowExpression(
                text.strip(), predicate, parser.read().stream().anyMatch(FlowFields::isFromMarks));
    }

    /** The number of a protocol that has a name here; null if it has none. */
    public static @Nullable Integer protocol(String name) {
        Long number = FieldDictionary.PROTOCOLS.get(name);
        return number == null ? null : number.intValue();
    }

    public boolean matches(ConntrackFlow flow) {
        return predicate.matches(flow);
    }

    /** Whether it asks for what only a mark-interfaces filter before it can know: interfaces, or the direction. */
    public boolean readsMarkInterfaces() {
        return readsMarkInterfaces;
    }

    /** Two that are written alike ask the same. */
    @Override
    public boolean equals(Object other) {
        return other instanceof FlowExpression expression && text.equals(expression.text);
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
