package io.nurs.appliance.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an operator may choose about a spool.
 *
 * @param maxBytes of messages that wait; what comes while there are so many is dropped and counted. The disk holds up to two
 *     segments more
 * @param messagesPerSecond by how many the backlog shrinks while it is sent: new messages wait behind it, and come on top
 * @param probeInterval how long a collector on UDP must not refuse what it is sent before it counts as back; Linux answers
 *     one host not more often than once a second with an ICMP error, so it is longer than that
 */
public record SpoolConfig(Path directory, long maxBytes, int messagesPerSecond, Duration probeInterval) {
    private static final long MAX_BYTES = 1L << 30;
    private static final int MESSAGES_PER_SECOND = 1000;
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(1500);

    private static final long MIN_BYTES = 1 << 20;
    private static final int MAX_RATE = 1_000_000;

    static @Nullable SpoolConfig read(YamlSection section) {
        Path directory = section.required(
                "directory", "write where messages may wait, such as /var/lib/nurs/spool", SpoolConfig::directory);
        SpoolConfig fallback = in(directory == null ? Path.of("/") : directory);
        SpoolConfig config = fallback.withMaxBytes(
                        section.sizeBytes("max-size", fallback.maxBytes, MIN_BYTES, 1L << 40))
                .withMessagesPerSecond((int) section.integer("rate", fallback.messagesPerSecond, 1, MAX_RATE));
        section.finish();
        return directory == null ? null : config;
    }

    private static Path directory(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException(ScalarText.quote(text) + " is not an absolute path");
        }
        return Path.of(text);
    }

    public SpoolConfig {
        if (maxBytes < 1 || messagesPerSecond < 1 || probeInterval.toMillis() < 1) {
            throw new IllegalArgumentException("out of range: max " + maxBytes + " octets, " + messagesPerSecond
                    + " messages a second, probe interval " + probeInterval);
        }
    }

    /** 1 GiB, 1,000 messages a second beyond the load. */
    public static SpoolConfig in(Path directory) {
        return new SpoolConfig(directory, MAX_BYTES, MESSAGES_PER_SECOND, PROBE_INTERVAL);
    }

    public SpoolConfig withMaxBytes(long maxBytes) {
        return new SpoolConfig(directory, maxBytes, messagesPerSecond, probeInterval);
    }

    public SpoolConfig withMessagesPerSecond(int rate) {
        return new SpoolConfig(directory, maxBytes, rate, probeInterval);
    }

    public SpoolConfig withProbeInterval(Duration interval) {
        return new SpoolConfig(directory, maxBytes, messagesPerSecond, interval);
    }
}
