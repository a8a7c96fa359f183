package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.lab.AccountingObjects;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.ObservationFact;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.policy.VerdictStats;
import io.nurs.appliance.source.NfqueueSource;
import io.nurs.flow.IanaElements;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** The examples: their commands in a router, their configuration with a collector that there is. */
class ExamplesTest extends RouterTest {
    private static final int ACCT_NAME = 9;
    private static final int COUNTER_NAME = 16;
    private static final int LEVEL = 19;
    private static final int NFT_NAME = 63;
    private static final int NFT_CHANGE = 66;
    private static final int NFT_PROCESS = 70;
    private static final int PACKET_PREFIX = 21;

    private Subject run(String example, String type, String place) throws Exception {
        Path directory = Path.of("examples", example);
        lab.inRouter("sh", directory.resolve("host.sh").toAbsolutePath().toString());
        String yaml = Files.readString(directory.resolve("nurs.yaml"));
        assertEquals(List.of(), ConfigLoader.parse("nurs.yaml", yaml).warnings());
        assertTrue(yaml.contains("type: " + type + ",") && yaml.contains(place), yaml);
        return lab.closing(Subject.start(
                yaml.replace("type: " + type + ",", "type: " + type + ", namespace: " + lab.router() + ",")
                        .replace("192.0.2.10:" + place.replaceFirst(".*:", ""), "127.0.0.1:" + collector.port())));
    }

    /** Its queues, in the router. */
    private List<NfqueueSource> queues(String example) throws Exception {
        Requires.tools("iptables");
        return run(example, "nfqueue", example.equals("mtnfq_accept") ? "192.0.2.10:4739" : "exporters: []")
                .appliance()
                .sources()
                .stream()
                .map(NfqueueSource.class::cast)
                .toList();
    }

    private static long sum(List<NfqueueSource> queues, ToLongFunction<VerdictStats> figure) {
        return queues.stream()
                .mapToLong(queue -> figure.applyAsLong(queue.decided()))
                .sum();
    }

    @Test
    void nfqAcceptLetsPassWhatItSees() throws Exception {
        List<NfqueueSource> queues = queues("nfq_accept");
        traffic.udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 4, 100, 200);
        traffic.udp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 4, 100, 200);
        assertEquals(1, queues.size());
        assertEquals(4, queues.getFirst().number());
        Wait.until("16 were accepted", () -> sum(queues, VerdictStats::accepted) == 16);
    }

    @Test
    void mtnfqAcceptTellsOfEachPacket() throws Exception {
        List<NfqueueSource> queues = queues("mtnfq_accept");
        traffic.udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 4, 100, 200);
        assertEquals(
                List.of(1, 2, 3, 4), queues.stream().map(NfqueueSource::number).toList());
        Wait.until("8 were accepted", () -> sum(queues, VerdictStats::accepted) == 8);
        Wait.until(
                () -> "8 records, " + collector.records(),
                () -> collector.records().stream()
                                .filter(record -> record.has(IanaElements.sourceTransportPort))
                                .count()
                        == 8);
    }

    @Test
    void mtnfqRepeatMarksPings() throws Exception {
        List<NfqueueSource> queues = queues("mtnfq_repeat");
        traffic.echo(Lab.SERVER4);
        Wait.until("both ways", () -> sum(queues, VerdictStats::repeated) == 2);
        assertEquals(2, sum(queues, VerdictStats::changed));
        assertEquals(0, sum(queues, VerdictStats::loops));
        String rules = lab.inRouter("iptables", "-w", "-nvxL", "FORWARD");
        assertTrue(
                rules.lines().anyMatch(line -> line.strip().startsWith("2 ") && line.contains("mark match 0xa")),
                rules);
    }

    private List<ObservationFact> facts(Subject subject) {
        subject.stop();
        collector.waitForDatagrams(subject.collector().encoded().datagrams());
        return ObservationFact.of(collector.messages());
    }

    @Test
    void nfacctCountsWhatIsForwarded() throws Exception {
        Requires.tools("nfacct", "iptables");
        Subject subject = run("nfacct", "nfacct", "192.0.2.10:4739");
        traffic.udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 4, 100, 200);
        lab.waitForQuiet();

        List<ObservationFact> facts = facts(subject);
        Counted udp = facts.stream()
                .filter(fact -> fact.text(ACCT_NAME).equals("forwarded-udp"))
                .map(fact -> new Counted(
                        fact.record().unsigned(IanaElements.packetDeltaCount),
                        fact.record().unsigned(IanaElements.octetDeltaCount)))
                .reduce(new Counted(0, 0), Counted::plus);
        assertEquals(lab.forwarded(), udp);
        assertTrue(facts.stream().anyMatch(fact -> fact.text(ACCT_NAME).equals("forwarded-icmp")), "those at 0 too");
        assertEquals(new Counted(0, 0), AccountingObjects.of(lab).list().get("forwarded-udp"));
    }

    /** Eight at a time, of which nurs's predecessor read the first. */
    @Test
    void nflogTellsOfTheFirstPacketOfEachConnection() throws Exception {
        Requires.tools("iptables", "ip6tables");
        Subject subject = run("nflog", "nflog", "192.0.2.10:4739");
        traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), 20_000, 20);
        traffic.manyUdpFlows(Traffic.at(Lab.SERVER6, Lab.PLAIN), 20_000, 3);

        List<ObservationFact> facts = facts(subject);
        assertEquals(
                23,
                facts.stream()
                        .filter(fact -> fact.text(PACKET_PREFIX).equals("new: "))
                        .map(fact -> fact.record().unsigned(IanaElements.sourceTransportPort)
                                + "/"
                                + fact.record().templateId())
                        .distinct()
                        .count());
        assertEquals(23, facts.size());
    }

    @Test
    void nftablesTellsWhoChangesRulesWhatAPacketMetAndWhatWasCounted() throws Exception {
        Subject subject = run("nftables", "nftables", "192.0.2.10:4739");
        traffic.udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 4, 100, 200);
        lab.waitForQuiet();
        lab.inRouter("nft", "delete", "table", "inet", "watched");
        Wait.until(
                "the change",
                () -> ObservationFact.of(collector.messages()).stream().anyMatch(fact -> fact.template() == 641));

        List<ObservationFact> facts = facts(subject);
        assertTrue(
                facts.stream()
                        .anyMatch(fact -> fact.template() == 640
                                && fact.text(NFT_CHANGE).equals("removed")
                                && fact.text(NFT_NAME).equals("udp_day")
                                && fact.text(NFT_PROCESS).equals("nft")),
                "the quota is gone");
        assertTrue(facts.stream().anyMatch(fact -> fact.template() == 649), "one packet is traced");
    }

    @Test
    void nfctstTellsHowConntrackFares() throws Exception {
        Subject subject = run("nfctst", "conntrack-stats", "192.0.2.10:9995");
        traffic.udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 4, 100, 200);
        int entries = Wait.unchecked(lab::entries);

        List<ObservationFact> facts = facts(subject);
        assertTrue(facts.stream().anyMatch(fact -> fact.text(COUNTER_NAME).equals("drop")));
        assertEquals(
                entries,
                facts.stream()
                        .filter(fact -> fact.text(COUNTER_NAME).equals("entries"))
                        .findFirst()
                        .orElseThrow()
                        .number(LEVEL));
    }
}
