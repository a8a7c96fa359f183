package io.nurs.appliance.config;

import java.time.Duration;

/**
 * Whether the metrics name the addresses and ports with most octets.
 *
 * @param k how many of each kind
 * @param interval for so long each count is
 * @param counters of each kind: a figure is at most 1/counters of all octets too high
 */
public record TopConfig(int k, Duration interval, int counters) {
    private static final TopConfig DEFAULTS = new TopConfig(20, Duration.ofMinutes(1), 1_000);
    private static final int MOST = 1_000;
    /** All are looked through at a window's end, on the source's event loop. */
    private static final int MOST_COUNTERS = 20_000;

    static TopConfig read(YamlSection section) {
        int k = (int) section.integer("k", DEFAULTS.k, 1, MOST);
        TopConfig config = new TopConfig(
                k, section.duration("interval", DEFAULTS.interval, Duration.ofSeconds(1), Duration.ofDays(1)), (int)
                        section.integer("counters", Math.max(DEFAULTS.counters, 10L * k), k, MOST_COUNTERS));
        section.finish();
        return config;
    }
}
