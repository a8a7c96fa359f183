package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.MetricsConfig;
import io.nurs.appliance.http.Answer;
import io.nurs.appliance.http.HttpServer;
import io.nurs.appliance.http.Page;
import io.nurs.appliance.http.Site;
import io.nurs.appliance.lab.ConntrackMax;
import io.nurs.appliance.lab.Http;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.ReliableListener;
import io.nurs.appliance.lab.Scrape;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.TableWriter;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.metrics.ApplianceMetrics;
import io.nurs.appliance.source.ConntrackStats;
import io.nurs.appliance.source.FlowLedger;
import io.nurs.flow.IanaElements;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code accounting: delta}, and half a million flows that end at once, of which the receive buffer holds a hundred. */
@Tag("netns")
@Tag("alone") // sets nf_conntrack_max, which is the whole host's
class GreatStormTest {
    private static final int ENTRIES = 500_000;
    /** Enough to lose most of, and for scrapes to come in its midst. */
    private static final int SMALLER = 100_000;
    /** Less than ours: again and again it is full first, and we are told twice. */
    private static final int OTHER_BUFFER_BYTES = 56 << 10;

    /** The kernel tells a bufferful each 10 ms: most of a minute. */
    private static final Duration DEADLINE = Duration.ofMinutes(5);

    private static final MetricsConfig ANYWHERE = new MetricsConfig(
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), true, null, null, null, 4, null);

    private Lab lab;
    private RecordingCollector collector;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        ConntrackMax.atLeast(lab, ENTRIES + ENTRIES / 5);
        collector = lab.closing(RecordingCollector.open());
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    private Subject start(String delivery) throws Exception {
        return Subject.start(
                lab,
                "accounting: delta, empty-flows: report, receive-buffer: 64KiB, delivery: " + delivery,
                "",
                collector.port());
    }

    private void storm() throws Exception {
        TableWriter.open(lab).create(ENTRIES, 0, TableWriter::udp);
        assertEquals(ENTRIES, lab.entries());
        lab.inRouter("conntrack", "-F");
    }

    @Test
    void everyEndIsExportedOnceHoweverOftenTheKernelTellsIt() throws Exception {
        try (Subject subject = start("reliable")) {
            ReliableListener.open(lab, OTHER_BUFFER_BYTES).read();
            storm();
            ConntrackStats stats = subject.source().stats();
            Wait.until(DEADLINE, () -> stats.ended() + " ended", () -> stats.ended() >= ENTRIES);
            Wait.until("the kernel has told of all", () -> lab.entries() == 0);
            collector.waitForDatagrams(subject.stop());
            assertEquals(0, stats.lostEvents());
            assertTrue(stats.repeated() > 0, "the kernel repeats itself");
            assertEquals(ENTRIES, exportedOnce());
        }
    }

    /** A scrape waits for no event loop, so it is answered while that has its hands full. */
    @Test
    void scrapesAreAnsweredWhileItIsUnderWay() throws Exception {
        try (Subject subject = Subject.start(lab, "accounting: delta, empty-flows: report", "", collector.port());
                ApplianceMetrics metrics = new ApplianceMetrics(subject::appliance, null);
                HttpServer server = HttpServer.start(ANYWHERE, site(metrics))) {
            InetSocketAddress address = Objects.requireNonNull(server.address());
            TableWriter.open(lab).create(SMALLER, 0, TableWriter::udp);
            ConntrackStats stats = subject.source().stats();
            CompletableFuture<List<Long>> scraping =
                    CompletableFuture.supplyAsync(() -> Wait.unchecked(() -> scrapesUntilAllEnded(stats, address)));
            lab.inRouter("conntrack", "-F");
            List<Long> micros = scraping.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
            assertTrue(micros.size() >= 3, () -> "during the storm: " + micros);
            System.out.printf(
                    "scrapes during a storm: %d, the longest took %d µs%n", micros.size(), Collections.max(micros));
            assertEquals(0, stats.lostEvents());
        }
    }

    /** How long each took, in microseconds: of those that began after the first flow's end and came back before the last one's. */
    private static List<Long> scrapesUntilAllEnded(ConntrackStats stats, InetSocketAddress address) throws Exception {
        List<Long> micros = new ArrayList<>();
        while (stats.ended() < SMALLER) {
            boolean isUnderWay = stats.ended() > 0;
            long begun = System.nanoTime();
            Http.Reply reply = Http.get(address, "/metrics");
            long took = (System.nanoTime() - begun) / 1_000;
            assertEquals(200, reply.status());
            assertEquals(1, Scrape.parse(reply.body()).sum("nurs_source_up"));
            if (isUnderWay && stats.ended() < SMALLER) {
                micros.add(took);
            }
        }
        return micros;
    }

    private static Site site(ApplianceMetrics metrics) {
        Page page = accept -> {
            ApplianceMetrics.Exposition all = metrics.scrape(accept);
            return Answer.ok(all.contentType(), all.text());
        };
        return new Site(Map.of("/metrics", page), Set.of());
    }

    /** A walk finds which flows they were whose end was lost, and reports that they are gone. */
    @Test
    void whatIsLostIsCountedToTheLastEventAndFound() throws Exception {
        try (Subject subject = start("best-effort, active-timeout: 5s")) {
            TableWriter.open(lab).create(SMALLER, 0, TableWriter::udp);
            ConntrackStats stats = subject.source().stats();
            Wait.until(
                    DEADLINE,
                    () -> "all are known: " + stats.seen(),
                    () -> subject.source().ledger().live() == SMALLER);
            lab.inRouter("conntrack", "-F");
            Wait.until(DEADLINE, () -> "all are accounted for: " + stats.ended(), () -> stats.ended() == SMALLER);
            collector.waitForDatagrams(subject.stop());
            FlowLedger ledger = subject.source().ledger();
            assertTrue(stats.lostEvents() > 0, "a storm");
            assertEquals(stats.lostEvents(), ledger.unwatched());
            assertEquals(SMALLER, ledger.exported() + ledger.accounted());
            assertTrue(ledger.isEven(), ledger::toString);
            assertEquals(SMALLER, exportedOnce());
        }
    }

    /** Records; fails if two are of the same flow. */
    private int exportedOnce() {
        Set<Long> flows = new HashSet<>();
        collector.forEachRecord(record -> {
            long address = record.unsigned(IanaElements.sourceIPv4Address);
            long port = record.unsigned(IanaElements.sourceTransportPort);
            assertTrue(flows.add(address << 16 | port), () -> "twice: " + record);
        });
        return flows.size();
    }
}
