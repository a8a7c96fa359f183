package io.nurs.appliance.filter;

import java.util.List;

/**
 * A node of a compiled expression. Immutable, and any number of event loops may ask it; asking allocates nothing.
 *
 * @param <T> what is asked: a flow or a packet
 */
@FunctionalInterface
interface Condition<T> {
    boolean matches(T subject);

    static <T> Condition<T> not(Condition<T> part) {
        return subject -> !part.matches(subject);
    }

    static <T> Condition<T> allOf(List<Condition<T>> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Several<>(parts, false);
    }

    static <T> Condition<T> anyOf(List<Condition<T>> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Several<>(parts, true);
    }

    /** The first part that answers {@code decisive} decides; if none does, it is the contrary. */
    final class Several<T> implements Condition<T> {
        private final Condition<T>[] parts;
        private final boolean decisive;

        @SuppressWarnings("unchecked") // An array of these is never handed on.
        Several(List<Condition<T>> parts, boolean decisive) {
            this.parts = parts.toArray(Condition[]::new);
            this.decisive = decisive;
        }

        @Override
        public boolean matches(T subject) {
            for (Condition<T> part : parts) {
                if (part.matches(subject) == decisive) {
                    return decisive;
                }
            }
            return !decisive;
        }
    }
}
