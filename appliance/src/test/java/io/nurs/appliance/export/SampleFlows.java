package io.nurs.appliance.export;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import java.time.InstantSource;
import java.util.stream.IntStream;

/** Ends of flows: two translated ones, and what the kernel was recorded to say of TCP, UDP, ICMP and others. */
final class SampleFlows {
    static final int MARK = 0x1321;
    static final int STATUS = 0x1ae;
    /** With traffic in both directions or one. */
    static final int CONVERSATIONS = 9;

    private SampleFlows() {}

    static EmbeddedSource into(EmbeddedCollector collector) {
        EmbeddedSource source = into(collector, ipv4(), ipv6());
        EmbeddedSource.captures().forEach(source::read);
        return source;
    }

    static EmbeddedSource into(EmbeddedCollector collector, EntryMessage... entries) {
        EmbeddedSource source = new EmbeddedSource(
                ConntrackSourceConfig.defaults("flows"), InstantSource.system(), collector.exporter(false));
        source.read(entries);
        return source;
    }

    static EntryMessage ipv4() {
        return ended(
                1,
                EntryMessage.destroy()
                        .tuples(
                                EntryMessage.tuple("198.51.100.2", 40000, "198.51.100.1", 80),
                                EntryMessage.tuple("203.0.113.2", 8080, "203.0.113.1", 50000))
                        .counters(3, 300, 4, 4000));
    }

    static EntryMessage ipv6() {
        return ended(
                2,
                EntryMessage.destroy()
                        .tuples(
                                EntryMessage.tuple("2001:db8:1::2", 40000, "2001:db8:1::1", 80),
                                EntryMessage.tuple("2001:db8:2::2", 8080, "2001:db8:2::1", 50000))
                        .counters(5, 500, 6, 6000));
    }

    /** From the same client, answered by nobody. */
    static EntryMessage[] requests(int count) {
        return IntStream.range(0, count).mapToObj(SampleFlows::request).toArray(EntryMessage[]::new);
    }

    private static EntryMessage request(int number) {
        return ended(
                100 + number,
                EntryMessage.destroy()
                        .tuples(
                                EntryMessage.tuple("198.51.100.2", 10_000 + number, "203.0.113.2", 53),
                                EntryMessage.tuple("203.0.113.2", 53, "198.51.100.2", 10_000 + number))
                        .counters(1, 100, 0, 0));
    }

    /** A request between these two. */
    static EntryMessage between(int id, String client, String server) {
        return ended(
                id,
                EntryMessage.destroy()
                        .tuples(EntryMessage.tuple(client, 1, server, 1), EntryMessage.tuple(server, 1, client, 1))
                        .counters(1, 100, 0, 0));
    }

    private static EntryMessage ended(int id, EntryMessage entry) {
        return entry.id(id)
                .mark(MARK)
                .status(STATUS)
                .startMillis(EmbeddedCollector.BOOT_MILLIS + 100_123)
                .stopMillis(EmbeddedCollector.BOOT_MILLIS + 160_456 + id);
    }
}
