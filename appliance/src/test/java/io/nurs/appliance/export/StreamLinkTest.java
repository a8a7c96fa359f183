package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.StartException;
import io.nurs.appliance.config.DistributionMode;
import io.nurs.appliance.lab.Certificates;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.StreamCollector;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.flow.DecodedMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamLinkTest extends LinkTest {
    @TempDir
    Path directory;

    private Collector open(int port, String options) throws Exception {
        return open("type: ipfix, collector: \"127.0.0.1:%d\", %s".formatted(port, options));
    }

    @Test
    void aCollectorThatComesBackGetsANewSession() throws Exception {
        try (StreamCollector there = StreamCollector.open()) {
            Collector collector = open(there.port(), "transport: tcp, reconnect-interval: 1s, biflow: true");
            EmbeddedSource source = source(exporter(collector));
            Wait.until("a connection", collector::isUp);
            flows(source, 1);
            Wait.until("records", () -> !there.records().isEmpty());
            there.stop();
            Wait.until("its end", () -> !collector.isUp());
            int before = there.messages().size();
            flows(source, 1);
            assertEquals(1, collector.notSent().flows());
            assertEquals(2, collector.notSent().packets());
            assertEquals(120, collector.notSent().octets());

            there.start();
            Wait.until("another connection", collector::isUp);
            flows(source, 1);
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
            assertTrue(collector.lostMessages() + collector.encoded().droppedRecords() > 0);
            collector.close().sync();
        }
    }

    @Test
    void aCollectorThatHangsHasItsMessagesSpooledAndIsConnectedToAnew() throws Exception {
        try (StreamCollector there = StreamCollector.open()) {
            Collector collector = open(
                    there.port(),
                    "transport: tcp, reconnect-interval: 1s, stall-timeout: 1s, spool: { directory: %s }"
                            .formatted(directory));
            FlowExporter exporter = exporter(collector);
            EmbeddedSource source = source(exporter);
            Wait.until("a connection", collector::isUp);
            there.hang();

            Wait.until("another connection", () -> {
                flows(source, 500);
                assertTrue(exporter.takesMore(), "waits for it");
                return there.accepted() > 1;
            });
            assertEquals(0, collector.encoded().droppedRecords());
            Wait.until("messages on the disk", () -> {
                try (Stream<Path> files = Files.list(directory)) {
                    return files.anyMatch(file -> file.toString().endsWith(".ipfix"));
                }
            });
            collector.close().sync();
        }
    }

    @Test
    void aCertificateThatHasExpiredLeavesItDownUntilItIsRenewed() throws Exception {
        Certificates certificates = new Certificates(directory);
        String keys = certificates.expiredClient();
        try (StreamCollector there = StreamCollector.open(certificates.server())) {
            Collector collector =
                    open(there.port(), "transport: tls, reconnect-interval: 1s, tls: { %s }".formatted(keys));
            Wait.until("a failure", () -> !collector.stats().lastFailure().isEmpty());
            assertTrue(
                    collector
                            .stats()
                            .lastFailure()
                            .startsWith(
                                    "exporter main: tls: the certificate in " + directory + "/expired.pem has expired"),
                    collector.stats().lastFailure());
            assertFalse(collector.isUp());

            certificates.client();
            for (String file : List.of(".key", ".pem")) {
                Files.move(
                        directory.resolve("client" + file),
                        directory.resolve("expired" + file),
                        StandardCopyOption.REPLACE_EXISTING);
            }

            Wait.until("a connection", collector::isUp);
            collector.close().sync();
        }
    }

    /** Its certificate is refused after our handshake is over, TLS 1.3: the next collector gets all. */
    @Test
    void aCollectorThatRefusesOurCertificateIsNeverUp() throws Exception {
        Certificates certificates = new Certificates(directory);
        try (StreamCollector refuses = StreamCollector.open(certificates.server());
                StreamCollector takes = StreamCollector.open()) {
            Collector first = open(
                    refuses.port(),
                    "transport: tls, reconnect-interval: 1s, tls: { %s }".formatted(certificates.strangersClient()));
            Collector second = open(takes.port(), "transport: tcp, options: false, biflow: true");
            Wait.until("a connection", second::isUp);
            EmbeddedSource source = source(new FlowExporter(
                    List.of(new Stack(List.of(), false, DistributionMode.FAILOVER, List.of(first, second)))));

            int sent = 0;
            while (first.stats().attempts() < 3) {
                flows(source, 1);
                sent++;
                Thread.sleep(1);
            }
            int flows = sent;

            Wait.until(
                    () -> flows + " records, here are " + takes.records().size(),
                    () -> takes.records().size() == flows);
            assertEquals(0, first.stats().connections());
            assertEquals(0, first.encoded().records());
            assertTrue(
                    first.stats().lastFailure().startsWith("the collector refused our certificate ("),
                    first.stats().lastFailure());
            first.close().sync();
            second.close().sync();
        }
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
            flows(source, 1);
            Wait.until("records", () -> !there.records().isEmpty());
            collector.close().sync();
        }
    }
}
