package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.TopConfig;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Scrape;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.metrics.ApplianceMetrics;
import io.nurs.appliance.source.CpuCounters.Kind;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the metrics say against what the kernel, the ledger and the collector say. */
class MetricsTest extends RouterTest {
    private static final InetSocketAddress SERVER = Traffic.at(Lab.SERVER4, Lab.PLAIN);
    private static final int FIRST_PORT = 20_000;
    private static final int FLOWS = 300;

    @Test
    void figuresAreThoseOfTheKernelAndOfTheCollector() throws Exception {
        try (Subject subject = Subject.start(lab, "active-timeout: 1s", "", collector.port());
                ApplianceMetrics metrics = new ApplianceMetrics(subject::appliance, null)) {
            traffic.manyUdpFlows(SERVER, FIRST_PORT, FLOWS);
            assertEquals(lab.entries(), Scrape.of(metrics).sum("nurs_conntrack_entries", "source", "flows"));
            Wait.until("all are met", () -> subject.source().latestLedger().seen() == FLOWS);
            assertEquals(FLOWS, Scrape.of(metrics).sum("nurs_flows_live"));
            lab.inRouter("conntrack", "-F");
            Wait.until("the ledger tells", () -> subject.source().latestLedger().exported() == FLOWS);
            Scrape scrape = Scrape.of(metrics);
            assertEquals(FLOWS, scrape.sum("nurs_flows_exported_total"));
            assertEquals(0, scrape.sum("nurs_flows_accounted_total"));
            assertEquals(0, scrape.sum("nurs_flows_live"));
            assertEquals(FLOWS, scrape.sum("nurs_event_lag_seconds_count"));
            assertEquals(FLOWS, scrape.sum("nurs_traffic_flows_total", "protocol", "udp", "ip_version", "4"));
            Counted forwarded = lab.forwarded();
            assertEquals((double) forwarded.bytes(), scrape.sum("nurs_traffic_bytes_total"));
            assertEquals((double) forwarded.packets(), scrape.sum("nurs_traffic_packets_total", "protocol", "udp"));
            assertCpusEqual(metrics);
            assertCollectorAgrees(subject, metrics);
        }
    }

    /** The figures of conntrack -S, once the source has asked for them again. */
    private void assertCpusEqual(ApplianceMetrics metrics) throws Exception {
        String printed = lab.inRouter("conntrack", "-S");
        for (Kind kind : Kind.values()) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            long expected = Pattern.compile("\\b" + name.replace("chain_", "chain") + "=(\\d+)")
                    .matcher(printed)
                    .results()
                    .mapToLong(each -> Long.parseLong(each.group(1)))
                    .sum();
            Wait.until(
                    () -> name + " = " + expected,
                    () -> Scrape.of(metrics).sum("nurs_conntrack_cpu_" + name + "_total") == expected);
        }
        assertEquals(
                printed.lines().count(),
                Scrape.of(metrics).all("nurs_conntrack_cpu_drop_total").size());
    }

    private void assertCollectorAgrees(Subject subject, ApplianceMetrics metrics) throws Exception {
        collector.waitForDatagrams(subject.stop());
        Scrape scrape = Scrape.of(metrics);
        assertEquals(collector.datagrams(), scrape.sum("nurs_export_messages_total"));
        assertEquals(collector.facts().size(), scrape.sum("nurs_export_records_total", "kind", "flow"));
        assertEquals(0, scrape.sum("nurs_export_send_errors_total"));
        assertEquals(0, scrape.sum("nurs_source_up"));
    }

    /** By construction: the loop goes on only when the answer is here. */
    @Test
    void aScrapeIsAnsweredWhileTheEventLoopStandsStill() throws Exception {
        try (Subject subject = Subject.start(lab, "delivery: reliable", "", collector.port());
                ApplianceMetrics metrics =
                        new ApplianceMetrics(subject::appliance, new TopConfig(3, Duration.ofSeconds(1), 10))) {
            CountDownLatch blocking = new CountDownLatch(1);
            CountDownLatch blocked = new CountDownLatch(1);
            subject.source().events().eventLoop().execute(() -> {
                blocking.countDown();
                Wait.unchecked(() -> {
                    blocked.await();
                    return true;
                });
            });
            blocking.await();
            try {
                traffic.manyUdpFlows(SERVER, FIRST_PORT, FLOWS);
                Scrape scrape =
                        CompletableFuture.supplyAsync(() -> Scrape.of(metrics)).get(60, TimeUnit.SECONDS);
                assertEquals(FLOWS, scrape.sum("nurs_conntrack_entries"));
                assertEquals(1, scrape.sum("nurs_delivery_reliable"));
            } finally {
                blocked.countDown();
            }
        }
    }

    @Test
    void whatGoesAwayTakesItsSeriesAlong() throws Exception {
        RecordingCollector other = lab.closing(RecordingCollector.open());
        try (Subject first = Subject.start(lab, "readers: 2", "", collector.port());
                Subject second = Subject.start(lab, "", "", other.port())) {
            AtomicReference<Appliance> running = new AtomicReference<>(first.appliance());
            try (ApplianceMetrics metrics = new ApplianceMetrics(running::get, null)) {
                Scrape before = Scrape.of(metrics);
                assertEquals(2, before.all("nurs_source_up").size());
                assertEquals(
                        2,
                        before.all("nurs_collector_up", "exporter", "to-" + collector.port())
                                .size());
                running.set(second.appliance());
                Scrape after = Scrape.of(metrics);
                assertEquals(1, after.all("nurs_source_up").size());
                assertEquals(1, after.all("nurs_collector_up").size());
                assertEquals(
                        1,
                        after.all("nurs_collector_up", "exporter", "to-" + other.port())
                                .size());
                assertTrue(after.samples().stream().noneMatch(sample -> sample.has("reader", "1")), after::text);
            }
        }
    }

    @Test
    void topTalkersAreNamedWindowByWindowAndNoMoreThanAskedFor() throws Exception {
        try (Subject subject = Subject.start(lab, "active-timeout: 1s", "", collector.port());
                ApplianceMetrics metrics =
                        new ApplianceMetrics(subject::appliance, new TopConfig(1, Duration.ofSeconds(1), 10))) {
            Wait.until("the server is named", () -> {
                traffic.manyUdpFlows(SERVER, FIRST_PORT, 5);
                Scrape scrape = Scrape.of(metrics);
                for (String name : new String[] {"source", "destination", "port"}) {
                    assertTrue(scrape.all("nurs_top_" + name + "_bytes").size() <= 1, scrape::text);
                }
                return !scrape.all("nurs_top_port_bytes", "protocol", "udp", "port", "" + Lab.PLAIN)
                                .isEmpty()
                        && !scrape.all("nurs_top_source_bytes").isEmpty();
            });
            metrics.top(null);
            assertEquals(0, Scrape.of(metrics).all("nurs_top_source_bytes").size());
        }
    }

    @Test
    void whoAsksForOpenMetricsGetsIt() throws Exception {
        try (Subject subject = Subject.start(lab, "", "", collector.port());
                ApplianceMetrics metrics = new ApplianceMetrics(subject::appliance, null)) {
            ApplianceMetrics.Exposition open =
                    metrics.scrape("application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3");
            assertTrue(open.contentType().startsWith("application/openmetrics-text; version=1.0.0"));
            assertTrue(new String(open.text(), StandardCharsets.UTF_8).endsWith("# EOF\n"));
            assertTrue(metrics.scrape("*/*").contentType().startsWith("text/plain; version=0.0.4"));
        }
    }
}
