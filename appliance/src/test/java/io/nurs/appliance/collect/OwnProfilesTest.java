package io.nurs.appliance.collect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.collect.pcap.CaptureReader;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.lab.Capture;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.StreamCollector;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Traffic.OpenUdp;
import io.nurs.appliance.lab.Wait;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What tcpdump captures of this exporter, every profile in both protocols at once, is without a fault: so {@code nursd verify}
 * says, which reads as these do.
 */
@Tag("netns")
class OwnProfilesTest {
    private static final List<String> FLOWS = List.of("default", "minimal", "full", "ctflow9", "nsel");
    private static final List<String> EVENTS = List.of("nat-events", "hsl");
    private static final List<String> PROTOCOLS = List.of("netflow9", "ipfix");

    /** Datagrams of several seconds: a boot that wandered would show. */
    private static final int REPORTS = 4;

    @TempDir
    Path directory;

    private final List<String> names = new ArrayList<>();
    private final StringBuilder exporters = new StringBuilder();

    private void exporter(String protocol, String options, int port) {
        String name = "e" + names.size();
        exporters.append(
                "  %s: { type: %s, collector: \"127.0.0.1:%d\", observation-domain: %d, flush-interval: 100ms, %s }\n"
                        .formatted(name, protocol, port, names.size() + 1, options));
        names.add(name);
    }

    private String config(Lab lab) {
        return """
                stacks:
                  - name: plain
                    source: { type: conntrack, namespace: %s, active-timeout: 1s, events: nat }
                    exporters: [%s]
                exporters:
                %s""".formatted(lab.router(), String.join(", ", names), exporters);
    }

    @Test
    void nothingIsWrongWithAnyProfileOfAnyProtocol() throws Exception {
        try (Lab lab = Lab.open();
                RecordingCollector collector = RecordingCollector.open();
                Capture capture = Capture.start(collector.port(), directory)) {
            for (String protocol : PROTOCOLS) {
                for (String profile : FLOWS) {
                    exporter(protocol, datagrams(profile, "biflow: true"), collector.port());
                    if (!profile.equals("nsel")) {
                        exporter(protocol, datagrams(profile, "biflow: false"), collector.port());
                    }
                }
                for (String profile : EVENTS) {
                    exporter(protocol, datagrams(profile, "options: true"), collector.port());
                }
            }
            long messages = run(lab);
            collector.waitForDatagrams(messages);
            assertNothingWrong(capture, collector.port(), messages);
        }
    }

    private static String datagrams(String profile, String options) {
        return "fields: %s, %s, template-refresh: { packets: 3 }".formatted(profile, options);
    }

    /** IPFIX on connections, each profile. */
    @Test
    void norOnConnections() throws Exception {
        try (Lab lab = Lab.open();
                StreamCollector collector = StreamCollector.open();
                Capture capture = Capture.ofStreams(List.of(collector.port()), directory)) {
            for (String profile : FLOWS) {
                exporter("ipfix", "transport: tcp, fields: " + profile, collector.port());
            }
            for (String profile : EVENTS) {
                exporter("ipfix", "transport: tcp, fields: " + profile, collector.port());
            }
            long messages = run(lab);
            Wait.until("all messages", () -> collector.messages().size() == messages);
            assertNothingWrong(capture, collector.port(), messages);
        }
    }

    /** Messages that were sent; each exporter has sent records other than of options. */
    private long run(Lab lab) throws Exception {
        Server.start(lab);
        Traffic traffic = new Traffic(lab);
        List<Collector> collectors;
        try (Subject subject = Subject.start(config(lab));
                OpenUdp flow = traffic.openUdp(Traffic.at(Lab.SERVER6, Lab.MASQUERADED))) {
            collectors = subject.appliance().collectors();
            Wait.until("all are up", () -> collectors.stream().allMatch(Collector::isUp));
            traffic.udp(Traffic.at(Lab.SERVER4, Lab.MASQUERADED), 3, 100, 200);
            traffic.udp(Traffic.at(Lab.ROUTER4, Lab.DNAT), 4, 100, 200);
            traffic.tcp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 1_000, 10_000, false);
            traffic.echo(Lab.SERVER4);
            traffic.echo(Lab.SERVER6);
            for (int i = 0; i < REPORTS; i++) {
                long reported = subject.source().stats().reported();
                flow.exchange(2, 100, 200);
                Wait.until("a report", () -> subject.source().stats().reported() > reported);
            }
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(6);
            subject.stop();
        }
        for (int i = 0; i < collectors.size(); i++) {
            assertTrue(
                    collectors.get(i).encoded().flowRecords() >= 6,
                    exporters.toString().lines().toList().get(i));
        }
        return collectors.stream().mapToLong(one -> one.encoded().datagrams()).sum();
    }

    private static void assertNothingWrong(Capture capture, int port, long messages) throws IOException {
        Wait.until(
                () -> messages + " messages in the file, which has " + Wait.unchecked(() -> messages(capture, port)),
                () -> messages(capture, port) >= messages);
        assertEquals(messages, messages(capture, port));
        assertEquals(List.of(), verified(capture, port).complaints());
    }

    private static long messages(Capture capture, int port) throws IOException {
        return verified(capture, port).inspector.tally().messages();
    }

    private static Recorded verified(Capture capture, int port) throws IOException {
        Recorded recorded = new Recorded();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(capture.file()))) {
            CaptureReader reader = new CaptureReader(recorded.inspector, Set.of(port));
            reader.readAll(in);
        }
        recorded.inspector.end();
        return recorded;
    }
}
