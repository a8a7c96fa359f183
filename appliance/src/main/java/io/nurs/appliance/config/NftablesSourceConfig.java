package io.nurs.appliance.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rule set of nftables of one network namespace.
 *
 * @param changes whether each change of it is told
 * @param trace whether the steps of traced packets are
 * @param counters whether named counters and quotas are, at each interval
 * @param interval from one report of counters to the next
 * @param zero whether each report sets counters and quotas to zero
 * @param firstStart what becomes of what they have counted before the start
 * @param receiveBufferBytes of the socket for changes, and of that for traces, as asked of the kernel
 * @param namespace a name in /run/netns, an absolute path, or null for the process's own
 */
public record NftablesSourceConfig(
        String name,
        boolean changes,
        boolean trace,
        boolean counters,
        Duration interval,
        boolean zero,
        FirstStart firstStart,
        int receiveBufferBytes,
        @Nullable String namespace)
        implements SourceConfig {
    private static final long RECEIVE_BUFFER_BYTES = 8L << 20;

    static NftablesSourceConfig read(YamlSection section, String name) {
        boolean zero = section.flag("zero", false);
        NftablesSourceConfig config = new NftablesSourceConfig(
                name,
                section.flag("changes", true),
                section.flag("trace", false),
                section.flag("counters", true),
                PolledKeys.interval(section),
                zero,
                section.choice("first-start", zero ? FirstStart.EXPORT : FirstStart.BASELINE),
                (int) section.sizeBytes("receive-buffer", RECEIVE_BUFFER_BYTES, 4 << 10, 1L << 30),
                PolledKeys.namespace(section));
        config.check(section);
        section.finish();
        return config;
    }

    private void check(YamlSection section) {
        if (!changes && !trace && !counters) {
            section.place().error("changes, trace and counters are all off, so there is nothing to tell of");
        } else if (!counters) {
            for (String key : List.of("zero", "first-start")) {
                YamlValue value = section.value(key);
                if (value != null) {
                    value.warning("has no effect with counters: false");
                }
            }
        }
    }

    /** The same, but for what a start does with what has been counted before. */
    public NftablesSourceConfig withFirstStart(FirstStart other) {
        return new NftablesSourceConfig(
                name, changes, trace, counters, interval, zero, other, receiveBufferBytes, namespace);
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
        return next instanceof NftablesSourceConfig other
                && new NftablesSourceConfig(
                                name,
                                changes,
                                trace,
                                counters,
                                other.interval,
                                zero,
                                other.firstStart,
                                receiveBufferBytes,
                                namespace)
                        .equals(other);
    }
}
