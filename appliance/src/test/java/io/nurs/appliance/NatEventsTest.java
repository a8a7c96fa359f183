package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.ConntrackWatch;
import io.nurs.appliance.lab.ConntrackWatch.Entry;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.NatFact;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.TableWriter;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Traffic.OpenUdp;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.nat.NatStats;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.flow.IanaElements;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The log of the real kernel's translator. */
class NatEventsTest extends RouterTest {
    private static final InetSocketAddress SERVER = Traffic.at(Lab.SERVER4, Lab.MASQUERADED);
    private static final InetSocketAddress SERVER6 = Traffic.at(Lab.SERVER6, Lab.MASQUERADED);
    private static final int FIRST_PORT = 20_000;
    private static final int MANY = 1_000;
    private static final long SLACK_MILLIS = 1_000;

    @TempDir
    Path directory;

    private Subject start(String options) throws Exception {
        return Subject.start("""
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %s, events: nat, %s }
                    exporters: [flows, log]
                exporters:
                  flows: { type: netflow9, collector: "127.0.0.1:%3$d", flush-interval: 20ms, options: false }
                  log: { type: netflow9, collector: "127.0.0.1:%3$d", flush-interval: 20ms, options: false,
                         fields: nat-events, observation-domain: 100 }
                """.formatted(lab.router(), options, collector.port()));
    }

    /** Datagrams that both exporters have sent, once the appliance has stopped. */
    private static long stop(Subject subject) {
        subject.close();
        return subject.appliance().collectors().stream()
                .mapToLong(each -> each.encoded().datagrams())
                .sum();
    }

    private static NatStats stats(Subject subject) {
        return Objects.requireNonNull(subject.source().natStats());
    }

    private List<NatFact> facts() {
        return NatFact.of(collector.records());
    }

    private List<NatFact> facts(int natEvent) {
        return facts().stream().filter(fact -> fact.natEvent() == natEvent).toList();
    }

    private static List<String> about(List<NatFact> facts) {
        return facts.stream().map(NatFact::about).sorted().toList();
    }

    private static List<String> about(Stream<Entry> entries) {
        return entries.filter(NatFact::isTranslated)
                .map(NatFact::session)
                .sorted()
                .toList();
    }

    /** Of the flows' own records. */
    private Counted counted() {
        return collector.records().stream()
                .filter(record -> !record.has(IanaElements.natEvent))
                .map(record -> new Counted(
                        record.unsigned(IanaElements.packetDeltaCount), record.unsigned(IanaElements.octetDeltaCount)))
                .reduce(new Counted(0, 0), Counted::plus);
    }

    @ParameterizedTest
    @ValueSource(strings = {"delta", "reset", "end"})
    void eachTranslatedSessionBeginsAndEndsOnceAsConntrackTells(String accounting) throws Exception {
        ConntrackWatch watch = ConntrackWatch.start(lab);
        try (Subject subject = start("accounting: " + accounting)) {
            for (InetSocketAddress to : List.of(SERVER, SERVER6, Traffic.at(Lab.ROUTER4, Lab.DNAT))) {
                traffic.udp(to, 2, 100, 200);
                traffic.tcp(to, 1_000, 2_000, false);
            }
            traffic.udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 2, 100, 200);
            List<String> live = about(ConntrackWatch.live(lab).stream());
            Wait.until("all begins", () -> stats(subject).created() == 6);
            assertEquals(0, stats(subject).deleted(), "none has ended");
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(7);
            List<Entry> ended = watch.ended(7);
            collector.waitForDatagrams(stop(subject));

            List<String> expected = about(ended.stream());
            assertEquals(6, expected.size());
            assertEquals(expected, live);
            assertEquals(expected, about(facts(NatFact.CREATE)));
            assertEquals(expected, about(facts(NatFact.DELETE)));
            for (Entry entry : ended.stream().filter(NatFact::isTranslated).toList()) {
                assertEquals(
                        entry.stopNanos() / 1_000_000,
                        only(facts(NatFact.DELETE), entry).millis());
                long begin = only(facts(NatFact.CREATE), entry).millis();
                // The kernel stamps the event when it first notes one for the entry, just before the entry's own start.
                assertTrue(Math.abs(begin - entry.startNanos() / 1_000_000) <= SLACK_MILLIS, begin + ": " + entry);
            }
            assertEquals(lab.forwarded(), counted(), "flows are counted as ever");
        }
    }

    private static NatFact only(List<NatFact> facts, Entry entry) {
        List<NatFact> found = facts.stream()
                .filter(fact -> fact.about().equals(NatFact.session(entry)))
                .toList();
        assertEquals(1, found.size(), found::toString);
        return found.getFirst();
    }

    @Test
    void anIcmpSessionIsToldByItsIdentifiers() throws Exception {
        lab.nft("add rule inet lab sources ip protocol icmp masquerade");
        try (Subject subject = start("accounting: end")) {
            traffic.echo(Lab.SERVER4);
            Wait.until("its begin", () -> stats(subject).created() == 1);
            String line = lab.inRouter("conntrack", "-L", "-p", "icmp");
            collector.waitForDatagrams(stop(subject));
            String id =
                    line.replaceFirst("(?s).* id=(\\d+) .* id=(\\d+) .*", "$1 as %s $2".formatted(Lab.ROUTER4_OUTSIDE));
            assertEquals(
                    List.of("1 %s %s to %s 0 as %s 0".formatted(Lab.CLIENT4, id, Lab.SERVER4, Lab.SERVER4)),
                    about(facts(NatFact.CREATE)));
        }
    }

    /** The buffer has room for a handful: begins are lost, and ends are told again or, best-effort, lost as well. */
    @ParameterizedTest
    @CsvSource({"reliable", "best-effort"})
    void whateverIsLostEachSessionIsToldOnce(String delivery) throws Exception {
        try (Subject subject =
                start("receive-buffer: 4KiB, active-timeout: 1s, first-start: export, delivery: " + delivery)) {
            traffic.manyUdpFlows(SERVER, FIRST_PORT, MANY);
            List<String> live = about(ConntrackWatch.live(lab).stream());
            assertEquals(MANY, live.size());
            Wait.until("the walk has met them", () -> stats(subject).created() == MANY);
            lab.inRouter("conntrack", "-F");
            Wait.until(
                    () -> "all ends, here are " + stats(subject).deleted(),
                    () -> stats(subject).deleted() == MANY);
            assertTrue(subject.source().events().kernelDrops() > 0, "nothing was lost");
            collector.waitForDatagrams(stop(subject));
            assertEquals(live, about(facts(NatFact.CREATE)));
            assertEquals(live, about(facts(NatFact.DELETE)));
        }
    }

    @Test
    void sessionsThatLiveThroughARestartAreToldAgain() throws Exception {
        try (OpenUdp flow = traffic.openUdp(SERVER)) {
            try (Subject first = start("accounting: delta")) {
                flow.exchange(2, 100, 200);
                Wait.until("its begin", () -> stats(first).created() == 1);
                collector.waitForDatagrams(first.stop());
                assertEquals(0, facts(NatFact.DELETE).size(), "it has not ended");
            }
            int before = collector.datagrams();
            try (Subject second = start("accounting: delta")) {
                Wait.until("it is met", () -> stats(second).created() == 1);
                flow.exchange(2, 100, 200);
                lab.inRouter("conntrack", "-F");
                second.waitForEnded(1);
                collector.waitForDatagrams(before + second.stop());
            }
        }
        List<NatFact> begins = NatFact.of(collector.messages().stream()
                .flatMap(message -> message.records().stream())
                .filter(record ->
                        record.has(IanaElements.natEvent) && record.unsigned(IanaElements.natEvent) == NatFact.CREATE)
                .toList());
        assertEquals(2, begins.size());
        assertEquals(begins.getFirst().about(), begins.getLast().about());
        assertTrue(
                Math.abs(begins.getFirst().millis() - begins.getLast().millis()) <= SLACK_MILLIS,
                "the kernel's stamp of the event, and of the entry");
    }

    @Test
    void sessionsThatEndDuringARestartAreToldIfThereIsAStateFile() throws Exception {
        String options = "active-timeout: 1s, first-start: export, state-file: " + directory.resolve("totals");
        try (Subject first = start(options)) {
            traffic.udp(SERVER, 2, 100, 200);
            Wait.until("its begin", () -> stats(first).created() == 1);
            Wait.until("a report", () -> first.source().stats().reported() > 0);
            collector.waitForDatagrams(first.stop());
        }
        lab.inRouter("conntrack", "-F");
        try (Subject second = start(options)) {
            Wait.until("that it is gone", () -> stats(second).deleted() == 1);
            assertEquals(1, stats(second).late());
        }
    }

    /** An entry that was made while events were off tells nothing of itself. */
    @Test
    void aSessionWithoutEventsIsFoundAndGivenUp() throws Exception {
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", 3);
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout_stream", 3);
        lab.sysctl("net.netfilter.nf_conntrack_events", 0);
        try (OpenUdp flow = traffic.openUdp(SERVER)) {
            flow.exchange(2, 100, 200);
            lab.sysctl("net.netfilter.nf_conntrack_events", 1);
            try (Subject subject = start("active-timeout: 1s, nat-blocks: 512")) {
                Wait.until("it is met", () -> stats(subject).created() == 1);
                Wait.until("it is given up", () -> stats(subject).deleted() == 1);
                collector.waitForDatagrams(stop(subject));
            }
        }
        assertEquals(
                List.of(NatFact.BINDING, NatFact.ALLOCATION, NatFact.DEALLOCATION, NatFact.UNBINDING),
                facts().stream().map(NatFact::natEvent).toList());
    }

    @Test
    void portsThatAreExhaustedAreToldOnce() throws Exception {
        lab.nft("insert rule inet lab sources udp dport 7002 masquerade to :1024-1027");
        try (Subject subject = start("accounting: delta")) {
            try (OpenUdp flow = traffic.openUdp(SERVER)) {
                flow.exchange(1, 100, 200);
                Wait.until("its begin", () -> stats(subject).created() == 1);
                // Counters from before us do not count.
                Thread.sleep(2_500);
                for (int i = 0; i < 10; i++) {
                    traffic.shoot(SERVER, 100);
                }
                Wait.until("that it is told", () -> facts(12).size() == 1);
            }
            assertEquals(4, stats(subject).created());
            collector.waitForDatagrams(stop(subject));
            assertEquals(Lab.ROUTER4_OUTSIDE, facts(12).getFirst().about());
            assertEquals(7, sum("insert_failed"));
            assertEquals(7, sum("drop"));
        }
    }

    /** Over all CPUs, as conntrack(8) prints it. */
    private int sum(String counter) throws Exception {
        return Pattern.compile("\\s" + counter + "=(\\d+)")
                .matcher(lab.inRouter("conntrack", "-S"))
                .results()
                .mapToInt(match -> Integer.parseInt(match.group(1)))
                .sum();
    }

    @Test
    void severalReadersTellEachSessionOnceBetweenThem() throws Exception {
        try (Subject subject = start("readers: 2")) {
            traffic.manyUdpFlows(SERVER, FIRST_PORT, 100);
            List<ConntrackSource> readers = subject.appliance().conntrackSources();
            Wait.until("all begins", () -> sum(readers, NatStats::created) == 100);
            List<String> live = about(ConntrackWatch.live(lab).stream());
            lab.inRouter("conntrack", "-F");
            Wait.until("all ends", () -> sum(readers, NatStats::deleted) == 100);
            subject.stop();
            collector.waitForDatagrams(subject.appliance().collectors().stream()
                    .mapToLong(to -> to.encoded().datagrams())
                    .sum());
            assertEquals(live, about(facts(NatFact.CREATE)));
            assertEquals(live, about(facts(NatFact.DELETE)));
            assertTrue(sum(readers.subList(0, 1), NatStats::created) < 100, "both have some");
        }
    }

    private static long sum(List<ConntrackSource> readers, ToLongFunction<NatStats> number) {
        return readers.stream()
                .map(reader -> Objects.requireNonNull(reader.natStats()))
                .mapToLong(number)
                .sum();
    }

    @Test
    void aTableThatFillsIsToldOnce() throws Exception {
        int max = lab.sysctl("net.netfilter.nf_conntrack_max");
        try (Subject subject = start("accounting: end, nat-threshold: 1%")) {
            TableWriter.open(lab).create(max / 100 + 10, 0, TableWriter::udp);
            Wait.until("that it is told", () -> facts(18).size() == 1);
            collector.waitForDatagrams(stop(subject));
            assertEquals(
                    max / 100, collector.records().getFirst().unsigned(IanaElements.globalAddressMappingHighThreshold));
            assertFalse(facts().stream().anyMatch(fact -> fact.natEvent() == 13));
        }
    }
}
