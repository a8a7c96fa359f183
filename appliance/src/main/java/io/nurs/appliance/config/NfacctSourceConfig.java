package io.nurs.appliance.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The accounting objects of one network namespace.
 *
 * @param interval from one report to the next
 * @param zero whether each report sets the objects to zero
 * @param firstStart what becomes of what they have counted before the start
 * @param namespace a name in /run/netns, an absolute path, or null for the process's own
 */
public record NfacctSourceConfig(
        String name,
        Duration interval,
        boolean zero,
        FirstStart firstStart,
        @Nullable String namespace) implements SourceConfig {
    static NfacctSourceConfig read(YamlSection section, String name) {
        boolean zero = section.flag("zero", true);
        NfacctSourceConfig config = new NfacctSourceConfig(
                name,
                PolledKeys.interval(section),
                zero,
                section.choice("first-start", zero ? FirstStart.EXPORT : FirstStart.BASELINE),
                PolledKeys.namespace(section));
        section.finish();
        return config;
    }

    /** The same, but for what a start does with what has been counted before. */
    public NfacctSourceConfig withFirstStart(FirstStart other) {
        return new NfacctSourceConfig(name, interval, zero, other, namespace);
    }

    @Override
    public int readers() {
        return 1;
    }

    @Override
    public boolean tellsOfFlows() {
        return false;
    }

    /** The first start is over. */
    @Override
    public boolean canBecome(SourceConfig next) {
        return next instanceof NfacctSourceConfig other
                && new NfacctSourceConfig(name, other.interval, zero, other.firstStart, namespace).equals(other);
    }
}
