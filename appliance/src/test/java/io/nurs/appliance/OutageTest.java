package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.export.Collector;
import io.nurs.appliance.lab.Certificates;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.StreamCollector;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.IanaElements;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Collectors of every protocol and way that stop under load and come back, with and without a spool, all at once. */
class OutageTest extends RouterTest {
    private static final int FIRST_PORT = 10_000;
    private static final int FLOWS = 200;
    private static final int MOST_ROUNDS = 240;
    private static final int LAST_PORT = 60_000;
    private static final int ROUNDS_OF_OUTAGE = 12;

    private static final String SPOOLED = "-spooled";

    /** 1,400 octets of records of 34 octets and more. */
    private static final int MOST_RECORDS_IN_MESSAGE = 41;

    /** What a collector on loopback had received, and not read, when it was closed. */
    private static final int STREAM_MESSAGES_IN_FLIGHT = 24;

    @TempDir
    Path directory;

    private final Map<String, RecordingCollector> datagrams = new TreeMap<>();
    private final Map<String, List<DecodedMessage>> before = new TreeMap<>();
    private final Map<String, StreamCollector> streams = new TreeMap<>();
    private final AtomicLong ended = new AtomicLong();
    private final StringBuilder exporters = new StringBuilder();
    private volatile boolean loading = true;

    @BeforeEach
    void openAll() throws Exception {
        Certificates certificates = new Certificates(directory);
        for (String spool : List.of("", SPOOLED)) {
            datagrams("netflow5" + spool, "netflow5");
            datagrams("netflow9" + spool, "netflow9");
            datagrams("udp" + spool, "ipfix");
            stream("tcp" + spool, StreamCollector.open(), "transport: tcp");
            stream(
                    "tls" + spool,
                    StreamCollector.open(certificates.server()),
                    "transport: tls, tls: { %s }".formatted(certificates.client()));
        }
    }

    private void datagrams(String name, String type) throws Exception {
        datagrams.put(name, lab.closing(RecordingCollector.open()));
        String refresh = type.equals("netflow5") ? "dscp: 0" : "template-refresh: { packets: 1000 }";
        exporter(name, type, datagrams.get(name).port(), refresh);
    }

    private void stream(String name, StreamCollector there, String transport) {
        streams.put(name, lab.closing(there));
        exporter(name, "ipfix", there.port(), transport + ", reconnect-interval: 1s");
    }

    private void exporter(String name, String type, int port, String options) {
        String spool = name.endsWith(SPOOLED) ? ", spool: { directory: %s }".formatted(directory) : "";
        exporters.append("  %s: { type: %s, collector: \"127.0.0.1:%d\", flush-interval: 50ms, %s%s }\n"
                .formatted(name, type, port, options, spool));
    }

    private Subject start() throws Exception {
        List<String> names = new ArrayList<>(datagrams.keySet());
        names.addAll(streams.keySet());
        return Subject.start("""
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %s, active-timeout: 1d }
                    exporters: [%s]
                exporters:
                %s""".formatted(lab.router(), String.join(", ", names), exporters));
    }

    @Test
    @Timeout(120)
    void whatACollectorMissesIsCountedOrWaitsForItsReturn() throws Exception {
        try (Subject subject = start()) {
            List<Collector> collectors = subject.appliance().collectors();
            Wait.until("all are up", () -> collectors.stream().allMatch(Collector::isUp));
            Thread load = Thread.ofPlatform().name("load").start(() -> Wait.unchecked(() -> load(subject)));
            waitForRounds(subject, 5);
            stopAll();
            Wait.until("all are down", () -> collectors.stream().noneMatch(Collector::isUp));
            waitForRounds(subject, ROUNDS_OF_OUTAGE);
            Map<String, Long> attempts = startAll(collectors);
            Wait.until("all are up", () -> collectors.stream().allMatch(Collector::isUp));
            waitForRounds(subject, 2);
            loading = false;
            load.join();
            traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), LAST_PORT, 1);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(ended.get() + 1);
            for (Collector each : collectors) {
                Wait.until(each.name() + " has the last one", () -> hasLast(after(each.name())));
            }
            subject.stop();
            for (Collector each : collectors) {
                assertServed(each, ended.get() + 1);
                if (attempts.containsKey(each.name())) {
                    assertTrue(each.stats().attempts() <= attempts.get(each.name()) + 1, "the next attempt succeeds");
                    assertEquals(2, each.stats().connections(), each.name());
                }
            }
        }
    }

    private boolean load(Subject subject) throws Exception {
        for (int round = 0; loading && round < MOST_ROUNDS; round++) {
            traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), FIRST_PORT + round * FLOWS, FLOWS);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(ended.addAndGet(FLOWS));
        }
        return true;
    }

    private void waitForRounds(Subject subject, int rounds) {
        long until = subject.source().stats().ended() + (long) rounds * FLOWS;
        subject.waitForEnded(until);
    }

    private void stopAll() throws Exception {
        for (StreamCollector there : streams.values()) {
            there.stop();
        }
        for (RecordingCollector there : datagrams.values()) {
            there.close();
        }
        datagrams.forEach((name, there) -> before.put(name, there.messages()));
        streams.forEach((name, there) -> before.put(name, List.copyOf(there.messages())));
    }

    /** Attempts to connect when the collectors listen again. */
    private Map<String, Long> startAll(List<Collector> collectors) throws Exception {
        for (Map.Entry<String, RecordingCollector> each : datagrams.entrySet()) {
            int port = each.getValue().port();
            each.setValue(lab.closing(RecordingCollector.open(port)));
        }
        Map<String, Long> attempts = new TreeMap<>();
        for (Collector each : collectors) {
            StreamCollector there = streams.get(each.name());
            if (there != null) {
                there.start();
                attempts.put(each.name(), each.stats().attempts());
            }
        }
        return attempts;
    }

    private List<DecodedMessage> before(String name) {
        return Objects.requireNonNull(before.get(name));
    }

    private List<DecodedMessage> after(String name) {
        RecordingCollector there = datagrams.get(name);
        if (there != null) {
            return there.messages();
        }
        List<DecodedMessage> all = Objects.requireNonNull(streams.get(name)).messages();
        return all.subList(before(name).size(), all.size());
    }

    private static boolean hasLast(List<DecodedMessage> messages) {
        return !messages.isEmpty()
                && flows(messages).stream()
                        .anyMatch(record -> record.unsigned(IanaElements.sourceTransportPort) == LAST_PORT);
    }

    private static List<DataRecord> flows(List<DecodedMessage> messages) {
        return messages.stream()
                .flatMap(message -> message.records().stream())
                .filter(record -> !record.template().isOptions())
                .toList();
    }

    private static long records(List<DecodedMessage> messages) {
        return messages.stream().mapToLong(message -> message.records().size()).sum();
    }

    private void assertServed(Collector collector, long conversations) {
        String name = collector.name();
        List<DecodedMessage> early = before(name);
        List<DecodedMessage> late = after(name);
        assertWhole(name, early);
        // The first one after the outage, too, can be read, and none is missing from there on.
        assertWhole(name, late);
        assertEquals(
                name.startsWith("netflow5"), late.getFirst().templates().isEmpty(), name + " begins without templates");

        long records = conversations * 2;
        long encoded = collector.encoded().flowRecords();
        assertEquals(
                records,
                encoded + collector.notSent().flows() - collector.lostRecords(),
                name + ": each is encoded or counted as not sent");
        long missing = encoded - flows(early).size() - flows(late).size();
        if (streams.containsKey(name)) {
            assertEquals(0, late.getFirst().sequence(), name + ": a new session");
            if (name.endsWith(SPOOLED)) {
                assertEquals(collector.lostRecords(), collector.notSent().flows(), name + ": what was in flight");
            } else {
                assertTrue(collector.notSent().flows() > 0, name);
            }
            assertAtMost(collector.lostMessages() + STREAM_MESSAGES_IN_FLIGHT, missing, name);
        } else {
            assertSeenInSequence(collector, early, late);
            if (name.endsWith(SPOOLED)) {
                assertAtMost(collector.lostMessages(), missing, name);
            }
        }
    }

    private static void assertAtMost(long messages, long missing, String name) {
        assertTrue(
                missing >= 0 && missing <= messages * MOST_RECORDS_IN_MESSAGE,
                () -> name + ": " + missing + " records are missing, of at most " + messages + " messages");
    }

    /** All that is missing. In NetFlow v9 the spool's own templates take numbers of what was lost. */
    private static void assertSeenInSequence(
            Collector collector, List<DecodedMessage> early, List<DecodedMessage> late) {
        long gap = late.getFirst().sequence() - next(early);
        if (collector.name().startsWith("udp") || collector.name().startsWith("netflow5")) {
            assertEquals(collector.encoded().records() - records(early) - records(late), gap, collector.name());
        } else if (collector.name().endsWith(SPOOLED)) {
            assertTrue(gap <= collector.lostMessages(), () -> "a gap of " + gap);
        } else {
            assertEquals(collector.encoded().datagrams() - early.size() - late.size(), gap, collector.name());
        }
    }

    private static void assertWhole(String name, List<DecodedMessage> messages) {
        assertFalse(messages.isEmpty(), name);
        assertEquals(
                List.of(),
                messages.stream()
                        .flatMap(message -> message.anomalies().stream())
                        .toList(),
                name);
    }

    private static long next(List<DecodedMessage> messages) {
        DecodedMessage last = messages.getLast();
        return last.sequence() + (last.version() == 9 ? 1 : last.records().size());
    }
}
