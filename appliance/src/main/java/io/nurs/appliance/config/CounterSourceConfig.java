package io.nurs.appliance.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What conntrack counts of itself in one network namespace.
 *
 * @param interval from one report to the next
 * @param perCpu whether each CPU's counters are reported beside their sums
 * @param namespace a name in /run/netns, an absolute path, or null for the process's own
 */
public record CounterSourceConfig(
        String name,
        Duration interval,
        boolean perCpu,
        @Nullable String namespace) implements SourceConfig {
    static CounterSourceConfig read(YamlSection section, String name) {
        CounterSourceConfig config = new CounterSourceConfig(
                name, PolledKeys.interval(section), section.flag("per-cpu", true), PolledKeys.namespace(section));
        section.finish();
        return config;
    }

    @Override
    public int readers() {
        return 1;
    }

    @Override
    public boolean tellsOfFlows() {
        return false;
    }

    @Override
    public boolean canBecome(SourceConfig next) {
        return next instanceof CounterSourceConfig other
                && new CounterSourceConfig(name, other.interval, perCpu, namespace).equals(other);
    }
}
