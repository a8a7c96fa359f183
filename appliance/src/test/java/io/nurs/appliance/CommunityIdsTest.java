package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Json;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Community IDs of flows before NAT and behind it are those that tshark finds in packets on the two links of the router. */
class CommunityIdsTest extends RouterTest {
    /** INIT from port 40000 to 7001, with its CRC32c. */
    private static final String SCTP_INIT =
            "9c401b59" + "00000000" + "509bdfe0" + "01000014" + "00000001" + "00010000" + "00010001" + "00000001";

    private static final int CONVERSATIONS = 14;
    private static final int TRANSLATED = 8;

    @TempDir
    Path directory;

    @Test
    void areThoseOfThePacketsOnBothSidesOfNat() throws Exception {
        Requires.tools("tcpdump", "tshark");
        lab.nft("add rule inet lab sources meta l4proto { icmp, icmpv6 } masquerade");
        Path file = directory.resolve("flows.json");
        Path inside = directory.resolve("inside.pcap");
        Path outside = directory.resolve("outside.pcap");
        try (Program here = tcpdump("inside", inside, Lab.CLIENT4, Lab.CLIENT6);
                Program there = tcpdump("outside", outside, Lab.SERVER4, Lab.SERVER6)) {
            try (Subject subject = Subject.start("""
                    stacks:
                      - { name: flows, source: { type: conntrack, namespace: %s }, exporters: [log, elastic, table, tree] }
                    exporters:
                      log: { type: json, file: { path: %s }, biflow: false }
                      elastic: { type: json, names: ecs, file: { path: %s } }
                      table: { type: csv, file: { path: %s } }
                      tree: { type: xml, file: { path: %s } }
                    """.formatted(
                            lab.router(),
                            file,
                            directory.resolve("ecs.json"),
                            directory.resolve("flows.csv"),
                            directory.resolve("flows.xml")))) {
                sendEverything();
                lab.inRouter("conntrack", "-F");
                subject.waitForEnded(CONVERSATIONS);
            }
            end(here);
            end(there);
        }
        List<Map<String, Object>> flows = Files.readAllLines(file).stream()
                .map(line ->
                        Json.object(Json.objects("[" + line + "]").getFirst().get("flow")))
                .toList();
        assertEquals(tshark(inside), sorted(flows, "communityId"), "before NAT");
        assertEquals(tshark(outside), sorted(flows, "postNatCommunityId"), "behind NAT");
        assertEquals(CONVERSATIONS, tshark(inside).size());
        assertTranslated(flows);
        assertBothDirectionsHaveOne(flows);
        for (String other : List.of("ecs.json", "flows.csv", "flows.xml")) {
            String text = Files.readString(directory.resolve(other));
            flows.forEach(flow -> assertTrue(text.contains(Json.text(flow, "communityId")), other));
            flows.forEach(flow -> assertTrue(text.contains(Json.text(flow, "postNatCommunityId")), other));
        }
    }

    private void sendEverything() throws Exception {
        for (String server : List.of(Lab.SERVER4, Lab.SERVER6)) {
            traffic.udp(Traffic.at(server, Lab.PLAIN), 2, 100, 200);
            traffic.udp(Traffic.at(server, Lab.MASQUERADED), 2, 100, 200);
            traffic.tcp(Traffic.at(server, Lab.PLAIN), 1000, 2000, false);
            traffic.tcp(Traffic.at(server, Lab.MASQUERADED), 1000, 2000, false);
            traffic.echo(server);
        }
        traffic.udp(Traffic.at(Lab.ROUTER4, Lab.DNAT), 2, 100, 200);
        traffic.tcp(Traffic.at(Lab.ROUTER6, Lab.DNAT), 1000, 2000, false);
        traffic.raw(Lab.SERVER4, Traffic.SCTP, SCTP_INIT);
        traffic.raw(Lab.SERVER4, Traffic.EXPERIMENT, "ab".repeat(33));
    }

    private Program tcpdump(String link, Path file, String ipv4, String ipv6) throws IOException {
        Program program = Program.start(Lab.within(
                lab.router(),
                "tcpdump",
                "-Z",
                "root",
                "-i",
                link,
                "-U",
                "--immediate-mode",
                "-w",
                file.toString(),
                "host %s or host %s".formatted(ipv4, ipv6)));
        program.waitForOutput("listening on");
        return program;
    }

    private static void end(Program tcpdump) throws IOException, InterruptedException {
        tcpdump.terminate();
        tcpdump.exitCode();
    }

    /** Each that is there, in order; the server's refusals of what it does not know are of those conversations. */
    private static Set<String> tshark(Path file) throws IOException, InterruptedException {
        String ids = Program.run(
                "tshark",
                "-n",
                "--enable-protocol",
                "communityid",
                "-r",
                file.toString(),
                "-Y",
                "not icmp.type == 3 and not icmpv6.type < 128",
                "-T",
                "fields",
                "-E",
                "occurrence=f",
                "-e",
                "communityid");
        return ids.lines().filter(line -> line.startsWith("1:")).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> sorted(List<Map<String, Object>> flows, String key) {
        return flows.stream().map(flow -> Json.text(flow, key)).collect(Collectors.toCollection(TreeSet::new));
    }

    /** NAT has another id on the other side, and only NAT has. */
    private static void assertTranslated(List<Map<String, Object>> flows) {
        Set<String> translated = flows.stream()
                .filter(flow -> !Json.text(flow, "communityId").equals(Json.text(flow, "postNatCommunityId")))
                .map(flow -> Json.text(flow, "communityId"))
                .collect(Collectors.toSet());
        assertEquals(TRANSLATED, translated.size(), translated::toString);
    }

    /** What the server does not know it does not answer. */
    private static void assertBothDirectionsHaveOne(List<Map<String, Object>> flows) {
        Map<String, Set<String>> sources = flows.stream()
                .collect(Collectors.groupingBy(
                        flow -> Json.text(flow, "communityId"),
                        Collectors.mapping(
                                flow -> Json.either(flow, "sourceIPv4Address", "sourceIPv6Address"),
                                Collectors.toSet())));
        long both = sources.values().stream().filter(ends -> ends.size() == 2).count();
        assertEquals(CONVERSATIONS - 2, both, sources::toString);
    }
}
