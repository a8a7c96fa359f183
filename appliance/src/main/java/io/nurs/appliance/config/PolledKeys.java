package io.nurs.appliance.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The keys of sources that ask the kernel at an interval. */
final class PolledKeys {
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private PolledKeys() {}

    static Duration interval(YamlSection section) {
        return section.duration("interval", INTERVAL, Duration.ofSeconds(1), Duration.ofDays(1));
    }

    static @Nullable String namespace(YamlSection section) {
        return section.optional("namespace", ConntrackSourceConfig::namespace);
    }
}
