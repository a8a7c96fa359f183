package io.nurs.appliance.config;

import io.nurs.appliance.filter.FlowExpression;
import org.jspecify.annotations.Nullable;

/** Lets only those flows pass that an expression matches. */
public record MatchConfig(FlowExpression expression) implements FilterConfig {
    static @Nullable MatchConfig read(YamlSection section) {
        FlowExpression expression = section.required(
                "expression",
                "write which flows may pass, such as protocol == tcp and destinationTransportPort == 443",
                FlowExpression::parse);
        section.finish();
        return expression == null ? null : new MatchConfig(expression);
    }
}
