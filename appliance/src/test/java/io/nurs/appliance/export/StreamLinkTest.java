package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.nurs.appliance.StartException;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ConfigException;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.ExporterConfig;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.lab.Certificates;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.StreamCollector;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.ExportClock;
import io.nurs.flow.SystemUptime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamLinkTest {
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, Transports.EPOLL.handlers());
    private final EventLoop loop = loops.next();

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Collector open(int port, String options) throws Exception {
        return Collector.open(
                config(port, options), 1, "", loop, Transports.EPOLL, ExportClock.SYSTEM, new SystemUptime(0));
    }

    private static FlowExporterConfig config(int port, String options) throws ConfigException {
        ApplianceConfig config = ConfigLoader.parse("test.yaml", """
                stacks: [{ name: flows, source: { type: conntrack }, exporters: [main] }]
                exporters: { main: { type: ipfix, collector: "127.0.0.1:%d", flush-interval: 10ms, %s } }
                """.formatted(port, options));
        ExporterConfig main = config.exporters().values().iterator().next();
        return switch (main) {
            case FlowExporterConfig flows -> flows;
        };
    }

    private FlowExporter exporter(Collector collector) {
        return new FlowExporter(List.of(new Stack("flows", List.of(), false, List.of(collector))));
    }

    private EmbeddedSource source(FlowExporter exporter) {
        return new EmbeddedSource(ConntrackSourceConfig.defaults("flows"), InstantSource.system(), exporter);
    }

    /** One record, or two. */
    private void flow(EmbeddedSource source) {
        flows(source, 1);
    }

    private void flows(EmbeddedSource source, int count) {
        loop.submit(() -> {
                    for (int i = 0; i < count; i++) {
                        source.read(EntryMessage.destroy().counters(1, 60, 1, 60));
                    }
                })
                .syncUninterruptibly();
    }

    @Test
    void aCollectorThatComesBackGetsANewSession() throws Exception {
        try (StreamCollector there = StreamCollector.open()) {
            Collector collector = open(there.port(), "transport: tcp, reconnect-interval: 1s");
            EmbeddedSource source = source(exporter(collector));
            Wait.until("a connection", collector::isUp);
            flow(source);
            Wait.until("records", () -> !there.records().isEmpty());
            there.stop();
            Wait.until("its end", () -> !collector.isUp());
            int before = there.messages().size();
            flow(source);
            assertTrue(collector.stats().unsentRecords() > 0);

            there.start();
            Wait.until("another connection", collector::isUp);
            flow(source);
            Wait.until("records", () -> there.messages().size() > before);

            DecodedMessage first = there.messages().get(before);
            assertEquals(0, first.sequence());
            assertFalse(first.templates().isEmpty());
            assertFalse(first.records().isEmpty());
            assertEquals(
                    List.of(),
                    there.messages().stream()
                            .flatMap(m -> m.anomalies().stream())
                            .toList());
            collector.close().sync();
        }
    }

    @Test
    void startsWithoutACollectorAndConnectsWhenThereIsOne() throws Exception {
        try (StreamCollector there = StreamCollector.open()) {
            there.stop();
            Collector collector = open(there.port(), "transport: tcp, reconnect-interval: 1s");
            Wait.until("an attempt", () -> collector.stats().attempts() > 0);
            assertFalse(collector.isUp());

            there.start();

            Wait.until("a connection", collector::isUp);
            collector.close().sync();
        }
    }

    /** RFC 7011 §10.4.4 */
    @Test
    void attemptsAreAMinuteApartUnlessToldOtherwise() throws Exception {
        int nobody = RecordingCollector.freePort();
        Collector patient = open(nobody, "transport: tcp");
        Collector eager = open(nobody, "transport: tcp, reconnect-interval: 1s");

        Wait.until("three attempts", () -> eager.stats().attempts() == 3);

        assertEquals(1, patient.stats().attempts());
        patient.close().sync();
        eager.close().sync();
    }

    @Test
    void aCollectorThatHangsHoldsNobodyUpForLong() throws Exception {
        try (StreamCollector there = StreamCollector.open()) {
            Collector collector = open(there.port(), "transport: tcp, reconnect-interval: 1s, stall-timeout: 1s");
            FlowExporter exporter = exporter(collector);
            EmbeddedSource source = source(exporter);
            Wait.until("a connection", collector::isUp);
            there.hang();
            while (exporter.takesMore()) {
                flows(source, 500);
            }

            Wait.until("the end of patience", exporter::takesMore);

            Wait.until("another connection", () -> there.accepted() == 2);
            flows(source, 20_000);
            assertTrue(exporter.takesMore(), "waits for it again");
            assertTrue(collector.stats().sendErrors() + collector.encoded().droppedRecords() > 0);
            collector.close().sync();
        }
    }

    @Test
    void aCertificateThatHasExpiredIsRefusedAtStart() throws Exception {
        String keys = new Certificates(directory).expiredClient();
        StartException refused =
                assertThrows(StartException.class, () -> open(1, "transport: tls, tls: { %s }".formatted(keys)));
        assertTrue(
                refused.advice()
                        .startsWith("exporter main: tls: the certificate in " + directory + "/expired.pem has expired"),
                refused.advice());
    }

    @Test
    void aFileThatIsNotThereIsNamedAtStart() {
        StartException refused = assertThrows(
                StartException.class,
                () -> open(1, "transport: tls, tls: { certificate: /no/c, key: /no/k, trust: /no/t }"));
        assertEquals("exporter main: tls: /no/c is not there, or not readable by this user", refused.advice());
    }

    @Test
    void aCertificateThatTheCollectorDoesNotTrustIsRefusedInWords() throws Exception {
        Certificates certificates = new Certificates(directory);
        try (StreamCollector there = StreamCollector.open(certificates.server())) {
            assertFails(there, certificates.strangersClient(), "the collector refused our certificate (");
            assertEquals(List.of(), there.records());
        }
    }

    @Test
    void aCollectorOfAnotherNameIsRefused() throws Exception {
        Certificates certificates = new Certificates(directory);
        try (StreamCollector there = StreamCollector.open(certificates.serverOfOtherName())) {
            assertFails(there, certificates.client(), "the collector's certificate is for somebody else (");
        }
    }

    @Test
    void aCollectorThatNobodyVouchesForIsRefused() throws Exception {
        String keys = new Certificates(directory).client();
        try (StreamCollector there =
                StreamCollector.open(new Certificates(Files.createDirectory(directory.resolve("others"))).server())) {
            assertFails(
                    there,
                    keys,
                    "the collector's certificate is not signed by an authority in " + directory + "/ca.pem");
        }
    }

    private void assertFails(StreamCollector there, String keys, String reason) throws Exception {
        Collector collector = open(there.port(), "transport: tls, tls: { %s }".formatted(keys));
        Wait.until("a failure", () -> !collector.stats().lastFailure().isEmpty());
        assertTrue(
                collector.stats().lastFailure().startsWith(reason),
                collector.stats().lastFailure());
        assertFalse(collector.isUp());
        collector.close().sync();
    }

    @Test
    void theNameThatTheCertificateHasMayBeTold() throws Exception {
        Certificates certificates = new Certificates(directory);
        try (StreamCollector there = StreamCollector.open(certificates.serverOfOtherName())) {
            Collector collector = open(
                    there.port(),
                    "transport: tls, tls: { %s, server-name: other.example }".formatted(certificates.client()));
            Wait.until("a connection", collector::isUp);
            collector.close().sync();
        }
    }

    @Test
    void bothEndsShowACertificate() throws Exception {
        Certificates certificates = new Certificates(directory);
        try (StreamCollector there = StreamCollector.open(certificates.server())) {
            Collector collector = open(there.port(), "transport: tls, tls: { %s }".formatted(certificates.client()));
            EmbeddedSource source = source(exporter(collector));
            Wait.until("a connection", collector::isUp);
            flow(source);
            Wait.until("records", () -> !there.records().isEmpty());
            collector.close().sync();
        }
    }
}
