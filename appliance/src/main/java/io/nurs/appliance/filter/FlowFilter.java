package io.nurs.appliance.filter;

import io.nurs.appliance.config.FilterConfig;
import io.nurs.appliance.config.MarkInterfacesConfig;
import io.nurs.appliance.config.MatchConfig;
import io.nurs.appliance.source.ConntrackFlow;

/** Looks at a flow, adds what it knows, or stops it. Runs on the source's event loop. */
@FunctionalInterface
public interface FlowFilter {
    /** False stops the flow for this stack. */
    boolean pass(ConntrackFlow flow);

    static FlowFilter of(FilterConfig config) {
        return switch (config) {
            case MarkInterfacesConfig marks -> new MarkInterfaces(marks);
            case MatchConfig match -> match.expression()::matches;
        };
    }
}
