package io.nurs.appliance.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.ReloadOutcome;
import io.nurs.appliance.http.HttpServer;
import io.nurs.appliance.lab.AccountingObjects;
import io.nurs.appliance.lab.Http;
import io.nurs.appliance.lab.Json;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.TableWriter;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

@Tag("netns")
class StatusPagesTest {
    private Lab lab;
    private RecordingCollector collector;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        collector = lab.closing(RecordingCollector.open());
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    /** To the collector, and over TCP to a port where nobody is. */
    private Subject subject() throws Exception {
        return lab.closing(Subject.start("""
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %s, active-timeout: 1s }
                    exporters: [main, gone]
                exporters:
                  main: { type: netflow9, collector: "127.0.0.1:%d", flush-interval: 20ms }
                  gone: { type: ipfix, transport: tcp, collector: "127.0.0.1:%d", observation-domain: 7 }
                metrics: { listen: "127.0.0.1:0" }
                """.formatted(lab.router(), collector.port(), RecordingCollector.freePort())));
    }

    private InetSocketAddress serve(Subject subject, StatusPages pages) throws Exception {
        HttpServer server =
                lab.closing(HttpServer.start(subject.appliance().config().metrics(), pages.site()));
        return Objects.requireNonNull(server.address());
    }

    private static Map<String, Object> status(InetSocketAddress at) throws IOException {
        return Json.object(new Load(LoadSettings.builder().build())
                .loadFromString(Http.get(at, "/status.json").body()));
    }

    private static Map<String, Object> first(Map<String, Object> status, String list) {
        return Json.objects(status.get(list)).getFirst();
    }

    @Test
    void saysWhatNetflow5CannotSay() throws Exception {
        Subject subject = lab.closing(Subject.start("""
                stacks: [{ name: flows, source: { type: conntrack, namespace: %s }, exporters: [old] }]
                exporters: { old: { type: netflow5, collector: "127.0.0.1:%d" } }
                metrics: { listen: "127.0.0.1:0" }
                """.formatted(lab.router(), collector.port())));
        InetSocketAddress at = serve(subject, lab.closing(StatusPages.start(subject::appliance, "1.2.3")));
        new Traffic(lab).manyUdpFlows(Traffic.at(Lab.SERVER6, Lab.PLAIN), 20_000, 5);
        lab.inRouter("conntrack", "-F");
        subject.waitForEnded(5);
        Map<String, Object> old = first(status(at), "collectors");
        assertEquals("NetFlow v5", old.get("protocol"));
        assertEquals(10, Json.number(old, "notSendable"), "both directions");
        assertEquals(0, Json.number(old, "notSent"));
    }

    @Test
    void saysWhatIsSo() throws Exception {
        Subject subject = subject();
        StatusPages pages = lab.closing(StatusPages.start(subject::appliance, "1.2.3"));
        InetSocketAddress at = serve(subject, pages);
        new Traffic(lab).manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), 20_000, 50);
        lab.inRouter("conntrack", "-F");
        subject.waitForEnded(50);
        collector.waitForDatagrams(1);
        Wait.until("the ledger is told", () -> Json.number(ledger(status(at)), "exported") == 50);
        Wait.until(
                "the collector has all that is told",
                () -> Json.number(first(status(at), "collectors"), "records")
                        == collector.records().size());

        Map<String, Object> status = status(at);
        assertEquals("1.2.3", status.get("version"));
        Map<String, Object> source = first(status, "sources");
        assertEquals("flows", source.get("name"));
        assertEquals(true, source.get("bound"));
        assertEquals(true, source.get("reading"));
        assertEquals(true, source.get("reliable"));
        assertEquals(0, Json.number(source, "lostEvents"));
        assertEquals(lab.entries(), Json.number(source, "tableEntries"));
        assertEquals(lab.sysctl("net.netfilter.nf_conntrack_max"), Json.number(source, "maxTableEntries"));
        assertEquals(50, Json.number(ledger(status), "seen"));
        assertEquals(0, Json.number(ledger(status), "live"));
        assertEquals(true, ledger(status).get("even"));
        Map<String, Object> main = first(status, "collectors");
        assertEquals("main", main.get("name"));
        assertEquals(true, main.get("up"));
        assertTrue(Json.number(main, "records") >= 100, "a record each way");
        Map<String, Object> gone = Json.objects(status.get("collectors")).get(1);
        assertEquals("gone", gone.get("name"));
        assertEquals(7, Json.number(gone, "domain"));
        assertEquals(false, gone.get("up"));
        assertTrue(String.valueOf(gone.get("failure")).startsWith("Connection refused"), gone::toString);
        assertTrue(Json.number(gone, "notSent") > 0);
        List<String> subjects = Json.objects(status.get("findings")).stream()
                .map(finding -> finding.get("level") + " " + finding.get("subject"))
                .distinct()
                .toList();
        assertEquals(List.of("fail collector gone"), subjects);
        assertEquals(200, Http.get(at, "/readyz").status());

        pages.reloaded(new ReloadOutcome(Instant.ofEpochMilli(1_000), false, "nurs.yaml:1:1: unknown key \"x\""));
        Map<String, Object> after = status(at);
        assertEquals(1, Json.number(after, "reloads"));
        assertEquals(status.get("loaded"), after.get("loaded"));
        assertTrue(Json.objects(after.get("findings")).stream()
                .anyMatch(finding -> Objects.equals(finding.get("subject"), "reload")));
        pages.reloaded(new ReloadOutcome(Instant.ofEpochMilli(2_000), true, "1 exporter changed"));
        assertEquals(2, Json.number(status(at), "reloads"));
        assertEquals(2_000, Json.number(status(at), "loaded"));

        pages.stopping();
        assertEquals(503, Http.get(at, "/readyz").status());
        assertEquals(200, Http.get(at, "/healthz").status());
    }

    private static Map<String, Object> ledger(Map<String, Object> status) {
        return Json.object(first(status, "sources").get("ledger"));
    }

    @Test
    void anApplianceThatReadsCountersAloneIsReady() throws Exception {
        AccountingObjects.make(lab, List.of("all"));
        Subject subject = lab.closing(Subject.start("""
                stacks:
                  - { name: acct, source: { type: nfacct, namespace: %1$s, interval: 1s }, exporters: [main] }
                  - { name: counters, source: { type: conntrack-stats, namespace: %1$s, interval: 1s }, exporters: [main] }
                  - { name: rules, source: { type: nftables, namespace: %1$s, interval: 1s }, exporters: [main] }
                  - { name: log, source: { type: nflog, namespace: %1$s, groups: [8, 9] }, exporters: [main] }
                exporters:
                  main: { type: netflow9, collector: "127.0.0.1:%2$d", flush-interval: 20ms }
                metrics: { listen: "127.0.0.1:0" }
                """.formatted(lab.router(), collector.port())));
        InetSocketAddress at = serve(subject, lab.closing(StatusPages.start(subject::appliance, "1.2.3")));
        Wait.until("readings", () -> Json.number(first(status(at), "polled"), "readings") > 2);

        Map<String, Object> status = status(at);
        Map<String, Object> acct = first(status, "polled");
        assertEquals("nfacct", acct.get("type"));
        assertEquals(true, acct.get("bound"));
        assertEquals(true, acct.get("reading"));
        assertEquals(1, Json.number(acct, "objects"));
        assertEquals(1, Json.number(acct, "interval"));
        assertTrue(Json.number(acct, "reports") > 1);
        assertEquals(
                "conntrack-stats", Json.objects(status.get("polled")).get(1).get("type"));
        Map<String, Object> rules = Json.objects(status.get("polled")).get(2);
        assertEquals("nftables", rules.get("type"));
        assertEquals(1, Json.number(rules, "objects"), "the lab's counter");
        assertEquals(0, Json.number(rules, "changes") + Json.number(rules, "steps") + Json.number(rules, "lost"));
        assertEquals(List.of(), status.get("sources"));
        assertEquals(List.of(), status.get("findings"));
        assertEquals(5, Json.objects(status.get("collectors")).size());
        Map<String, Object> group = Json.objects(status.get("packets")).get(1);
        assertEquals("log/1", group.get("name"));
        assertEquals(9, Json.number(group, "number"));
        assertEquals(true, group.get("reading"));
        assertEquals(200, Http.get(at, "/readyz").status());
        assertEquals(200, Http.get(at, "/healthz").status());

        Objects.requireNonNull(
                        subject.appliance().sources().getFirst().channels().get("requests"))
                .close()
                .sync();
        assertEquals("source acct is not bound\n", Http.get(at, "/readyz").body());
        assertEquals("fail", first(status(at), "findings").get("level"));
    }

    @Test
    void aSourceOfEventsTellsWhatItWasToldAndWhatIsMissing() throws Exception {
        lab.sysctl("net.netfilter.nf_conntrack_events", 2);
        Subject subject = lab.closing(Subject.start("""
                stacks:
                  - { name: told, source: { type: conntrack-events, namespace: %1$s, receive-buffer: 64KiB }, exporters: [main] }
                exporters:
                  main: { type: netflow9, collector: "127.0.0.1:%2$d", flush-interval: 20ms }
                metrics: { listen: "127.0.0.1:0" }
                """.formatted(lab.router(), collector.port())));
        InetSocketAddress at = serve(subject, lab.closing(StatusPages.start(subject::appliance, "1.2.3")));
        TableWriter.open(lab).create(2_000, 0, TableWriter::udp);
        lab.inRouter("conntrack", "-F");
        Wait.until("losses", () -> Json.number(first(status(at), "events"), "lostEvents") > 0);

        Map<String, Object> told = first(status(at), "events");
        assertEquals(List.of("new", "destroy"), told.get("kinds"));
        assertEquals(true, told.get("bound"));
        assertEquals(true, told.get("reading"));
        assertEquals(
                4_000, Json.number(told, "new") + Json.number(told, "destroyed") + Json.number(told, "lostEvents"));
        Wait.until(
                "a look at sysctls",
                () -> Json.objects(status(at).get("findings")).size() == 2);
        List<String> findings = Json.objects(status(at).get("findings")).stream()
                .map(finding -> finding.get("level") + " " + finding.get("subject"))
                .toList();
        assertEquals(List.of("fail source told", "warn source told: nf_conntrack_events"), findings);
        assertEquals(200, Http.get(at, "/readyz").status());
    }

    @Test
    void anApplianceThatDecidesOnPacketsAloneIsReady() throws Exception {
        Subject subject = lab.closing(Subject.start("""
                stacks:
                  - { name: gate, source: { type: nfqueue, namespace: %s, queues: 5-6 }, exporters: [] }
                metrics: { listen: "127.0.0.1:0" }
                """.formatted(lab.router())));
        InetSocketAddress at = serve(subject, lab.closing(StatusPages.start(subject::appliance, "1.2.3")));
        Wait.until("it was looked at", () -> Json.number(first(status(at), "queues"), "waiting") == 0);

        Map<String, Object> status = status(at);
        Map<String, Object> queue = Json.objects(status.get("queues")).get(1);
        assertEquals("gate/1", queue.get("name"));
        assertEquals(6, Json.number(queue, "queue"));
        assertEquals(true, queue.get("bound"));
        assertEquals(true, queue.get("reading"));
        assertEquals("accept", queue.get("policy"));
        assertEquals(4096, Json.number(queue, "maxLength"));
        assertEquals(List.of(), status.get("findings"));
        assertEquals(200, Http.get(at, "/readyz").status());

        Objects.requireNonNull(
                        subject.appliance().sources().getFirst().channels().get("packets"))
                .close()
                .sync();
        assertEquals("source gate/0 is not bound\n", Http.get(at, "/readyz").body());
        assertTrue(String.valueOf(first(status(at), "findings").get("what")).startsWith("Nobody has queue 5: "));
    }

    @Test
    void aSourceWhoseEventLoopStandsStillIsNotAlive() throws Exception {
        Subject subject = subject();
        InetSocketAddress at = serve(subject, lab.closing(StatusPages.start(subject::appliance, "1.2.3")));
        assertEquals("ok\n", Http.get(at, "/healthz").body());
        CountDownLatch goOn = new CountDownLatch(1);
        subject.source()
                .eventLoop()
                .execute(() -> Wait.unchecked(() -> {
                    goOn.await();
                    return true;
                }));
        try {
            Wait.until("its end is noticed", () -> Http.get(at, "/healthz").status() == 503);
            assertTrue(Http.get(at, "/healthz").body().startsWith("source flows has not turned for "));
            assertEquals(503, Http.get(at, "/readyz").status());
            assertFalse((Boolean)
                    Objects.requireNonNull(first(status(at), "sources").get("reading")));
        } finally {
            goOn.countDown();
        }
        Wait.until("it goes on", () -> Http.get(at, "/healthz").status() == 200);
    }
}
