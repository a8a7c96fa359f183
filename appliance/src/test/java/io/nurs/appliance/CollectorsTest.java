package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.uring.IoUring;
import io.nurs.appliance.config.NatView;
import io.nurs.appliance.config.Transport;
import io.nurs.appliance.lab.ConntrackWatch;
import io.nurs.appliance.lab.FlowFact;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Nfacctd;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Traffic.OpenUdp;
import io.nurs.appliance.lab.Wait;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The way out: collectors that come and go, transports, and a second foreign collector. */
@Tag("netns")
class CollectorsTest {
    @TempDir
    Path directory;

    private Lab lab;
    private Traffic traffic;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        traffic = new Traffic(lab);
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"EPOLL", "IO_URING"})
    void keepsRunningWhileACollectorIsDownAndServesItWhenItComes(Transport transport) throws Exception {
        int port = RecordingCollector.freePort();
        try (Subject subject = start(transport, "active-timeout: 1s", port, "template-refresh: { packets: 3 }");
                OpenUdp flow = traffic.openUdp(Traffic.at(Lab.SERVER4, Lab.PLAIN))) {
            Wait.until("errors are counted", () -> {
                flow.exchange(1, 100, 200);
                return subject.collector().stats().sendErrors() > 1;
            });
            assertTrue(subject.source().requests().isOpen()
                    && subject.source().events().isOpen());
            try (RecordingCollector collector = RecordingCollector.open(port)) {
                Wait.until("templates are repeated", () -> {
                    flow.exchange(1, 100, 200);
                    return collector.messages().stream()
                            .flatMap(message -> message.records().stream())
                            .anyMatch(record -> !record.template().isOptions());
                });
                subject.stop();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"EPOLL", "IO_URING"})
    void bothTransportsDeliverEndsDumpsAndTheLastDatagram(Transport transport) throws Exception {
        try (RecordingCollector collector = RecordingCollector.open();
                Subject subject = start(transport, "active-timeout: 1s", collector.port(), "flush-interval: 1m");
                OpenUdp flow = traffic.openUdp(Traffic.at(Lab.SERVER4, Lab.PLAIN))) {
            flow.exchange(10, 100, 200);
            Wait.until("a dump", () -> subject.source().stats().reported() > 0);
            traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), 20_000, 3_000);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(3_001);
            flow.exchange(5, 100, 200);
            collector.waitForDatagrams(subject.stop());
            assertEquals(0, subject.collector().stats().sendErrors());
            assertEquals(0, subject.collector().encoded().droppedRecords());
            assertEquals(
                    lab.forwarded(),
                    collector.facts().stream()
                            .map(fact -> new Lab.Counted(fact.packets(), fact.bytes()))
                            .reduce(new Lab.Counted(0, 0), Lab.Counted::plus));
        }
    }

    private Subject start(Transport transport, String sourceOptions, int port, String exporterOptions)
            throws Exception {
        if (transport == Transport.IO_URING) {
            Requires.require(IoUring.isAvailable(), "io_uring");
        }
        return Subject.start("""
                transport: %s
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %s, %s }
                    exporters: [main]
                exporters:
                  main: { type: netflow9, collector: "127.0.0.1:%d", %s }
                """.formatted(transport, lab.router(), sourceOptions, port, exporterOptions));
    }

    @Test
    void pmacctReadsWhatConntrackSays() throws Exception {
        ConntrackWatch watch = ConntrackWatch.start(lab);
        try (Nfacctd nfacctd = Nfacctd.start(directory);
                Subject subject = Subject.start(lab, "accounting: end", "", nfacctd.port())) {
            traffic.udp(Traffic.at(Lab.SERVER4, Lab.MASQUERADED), 3, 100, 200);
            traffic.udp(Traffic.at(Lab.ROUTER4, Lab.DNAT), 4, 100, 200);
            traffic.tcp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 1_000, 10_000, false);
            traffic.udp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 5, 100, 200);
            traffic.echo(Lab.SERVER4);
            traffic.echo(Lab.SERVER6);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(6);
            List<FlowFact> expected = watch.ended(6).stream()
                    .flatMap(entry -> entry.facts(NatView.CLIENT).stream())
                    .toList();
            subject.stop();
            FlowFact.assertSame(
                    expected.stream().map(Nfacctd::known).toList(), nfacctd.facts(expected.size()), "nfacctd");
        }
    }
}
