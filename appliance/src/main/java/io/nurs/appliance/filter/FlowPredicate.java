package io.nurs.appliance.filter;

import io.nurs.appliance.source.ConntrackFlow;
import java.util.List;

/** A node of a compiled expression. Immutable, and any number of event loops may ask it; asking allocates nothing. */
@FunctionalInterface
interface FlowPredicate {
    boolean matches(ConntrackFlow flow);

    static FlowPredicate not(FlowPredicate part) {
        return flow -> !part.matches(flow);
    }

    static FlowPredicate allOf(List<FlowPredicate> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Several(parts, false);
    }

    static FlowPredicate anyOf(List<FlowPredicate> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Several(parts, true);
    }

    /** The first part that answers {@code decisive} decides; if none does, it is the contrary. */
    final class Several implements FlowPredicate {
        private final FlowPredicate[] parts;
        private final boolean decisive;

        Several(List<FlowPredicate> parts, boolean decisive) {
            this.parts = parts.toArray(FlowPredicate[]::new);
            this.decisive = decisive;
        }

        @Override
        public boolean matches(ConntrackFlow flow) {
            for (FlowPredicate part : parts) {
                if (part.matches(flow) == decisive) {
                    return decisive;
                }
            }
            return !decisive;
        }
    }
}
