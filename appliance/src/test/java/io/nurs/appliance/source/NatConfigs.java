package io.nurs.appliance.source;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.MarkMatch;
import org.jspecify.annotations.Nullable;

/** Configurations of a source that the file would not have. */
final class NatConfigs {
    private NatConfigs() {}

    /** Fewer than a file may ask for. */
    static ConntrackSourceConfig withMaxFlows(int flows) {
        return with(flows, null);
    }

    static ConntrackSourceConfig withMark(int mark) {
        return with(ConntrackSourceConfig.defaults("nat").maxFlows(), new MarkMatch(mark, -1));
    }

    private static ConntrackSourceConfig with(int maxFlows, @Nullable MarkMatch mark) {
        ConntrackSourceConfig defaults = ConntrackSourceConfig.defaults("nat");
        return new ConntrackSourceConfig(
                defaults.name(),
                defaults.accounting(),
                defaults.activeTimeout(),
                defaults.emptyFlows(),
                defaults.delivery(),
                defaults.guardPercent(),
                mark,
                defaults.namespace(),
                defaults.receiveBufferBytes(),
                defaults.readers(),
                defaults.setSysctls(),
                defaults.firstStart(),
                defaults.stateFile(),
                maxFlows,
                defaults.natEvents(),
                defaults.shutdownTimeout());
    }
}
