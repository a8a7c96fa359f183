package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.config.NatView;
import io.nurs.appliance.lab.ConntrackWatch;
import io.nurs.appliance.lab.FlowFact;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.Nfcapd;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of connections: their commands in namespaces, their configuration with a collector or a directory that there is. */
class ConntrackExamplesTest extends RouterTest {
    private static final Path EXAMPLES = Path.of("examples").toAbsolutePath();
    private static final String COLLECTOR = "192.0.2.10:9995";

    @TempDir
    Path directory;

    private static String host(String example) {
        return EXAMPLES.resolve(example).resolve("host.sh").toString();
    }

    private static String yaml(String example) throws Exception {
        String yaml = Files.readString(EXAMPLES.resolve(example).resolve("nurs.yaml"));
        assertEquals(List.of(), ConfigLoader.parse("nurs.yaml", yaml).warnings());
        return yaml;
    }

    private Subject start(String yaml) throws Exception {
        String here = yaml.replace("/var/log/nurs", directory.toString());
        return lab.closing(Subject.start(here));
    }

    /** Each source in the router. */
    private String inRouter(String yaml) {
        return yaml.replaceAll(
                "type: (conntrack|conntrack-events|nfacct)([, ])", "type: $1, namespace: " + lab.router() + "$2");
    }

    @Test
    void ctflow9CountsWhatIsForwardedAndKnowsTheInterfaces() throws Exception {
        Requires.tools("iptables", "ip6tables");
        lab.inRouter("sh", host("ctflow9"), "inside", "outside");
        int inside = index("inside");
        int outside = index("outside");
        try (Nfcapd nfcapd = Nfcapd.start(directory.resolve("nfcapd"))) {
            String yaml = yaml("ctflow9");
            assertTrue(yaml.contains(COLLECTOR));
            Subject subject = start(inRouter(yaml).replace(COLLECTOR, "127.0.0.1:" + nfcapd.port()));
            traffic.tcp(Traffic.at(Lab.SERVER4, Lab.MASQUERADED), 1_000, 10_000, false);
            traffic.udp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 4, 100, 200);
            traffic.echo(Lab.SERVER4);
            lab.waitForQuiet();
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(3);
            subject.stop();

            List<FlowFact> facts = nfcapd.end();
            assertEquals(6, facts.size(), "each direction of three");
            assertEquals(lab.forwarded(), sum(facts));
            assertEquals(
                    Set.of(inside + " > " + outside + ", 1", outside + " > " + inside + ", 0"),
                    facts.stream()
                            .map(fact -> fact.ingress() + " > " + fact.egress() + ", " + fact.direction())
                            .collect(Collectors.toSet()));
        }
    }

    private int index(String link) throws Exception {
        return Integer.parseInt(
                lab.inRouter("cat", "/sys/class/net/" + link + "/ifindex").strip());
    }

    @Test
    void nfctWritesEachBeginAndEnd() throws Exception {
        Requires.tools("jq");
        lab.inRouter("sh", host("nfct"));
        ConntrackWatch watch = ConntrackWatch.start(lab);
        Subject subject = start(inRouter(yaml("nfct")));
        traffic.tcp(Traffic.at(Lab.SERVER4, Lab.MASQUERADED), 1_000, 10_000, false);
        traffic.udp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 4, 100, 200);
        lab.inRouter("conntrack", "-F");
        List<ConntrackWatch.Entry> ended = watch.ended(2);
        subject.stop();

        String file = directory.resolve("conntrack.json").toString();
        assertEquals(
                ended.stream().map(ConntrackExamplesTest::line).collect(Collectors.joining("\n", "", "\n")),
                Program.run("jq", "-rf", EXAMPLES.resolve("nfct/ends.jq").toString(), file));
        assertEquals(
                "[1,1,2,2]",
                Program.run("jq", "-sc", "map(.flow.firewallEvent)", file).strip());
    }

    private static String line(ConntrackWatch.Entry entry) {
        ConntrackWatch.Direction original = entry.original();
        return "%d %s %d %s %d %d/%d %d/%d"
                .formatted(
                        original.protocol(),
                        original.source(),
                        original.sourcePort(),
                        original.destination(),
                        original.destinationPort(),
                        original.counted().packets(),
                        original.counted().bytes(),
                        entry.reply().counted().packets(),
                        entry.reply().counted().bytes());
    }

    @Test
    void xmlMakesADocumentOfEachKind() throws Exception {
        Requires.tools("xmllint", "nfacct", "iptables");
        lab.inRouter("sh", host("xml"));
        Subject subject = start(inRouter(yaml("xml")));
        traffic.udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 4, 100, 200);
        lab.waitForQuiet();
        lab.inRouter("conntrack", "-F");
        Wait.until(
                "the end",
                () -> subject.appliance().conntrackSources().getFirst().stats().ended() == 1);
        subject.stop();

        Counted forwarded = lab.forwarded();
        assertEquals(forwarded.bytes(), sum("flows", "octetDeltaCount") + sum("flows", "reverseOctetDeltaCount"));
        assertEquals(forwarded.bytes(), sum("events", "ctOriginalOctetTotal") + sum("events", "ctReplyOctetTotal"));
        assertEquals(forwarded.bytes(), sum("accounts", "octetDeltaCount"));
        assertEquals(3, sum("events", "firewallEvent"), "created is 1, deleted 2");
    }

    private long sum(String document, String element) throws Exception {
        String file = directory.resolve(document + ".xml").toString();
        Program.run("xmllint", "--noout", file);
        return Long.parseLong(Program.run("xmllint", "--xpath", "sum(/netfilter/flow/" + element + ")", file)
                .strip());
    }

    /** The router plays the switch, whose port the client is at; the mirror's conntrack sees what the router's sees. */
    @Test
    void mirrorCountsConnectionsOfOthersInBothDirections() throws Exception {
        String namespace = lab.router().replace("router", "mirror");
        String port = "nurs" + ProcessHandle.current().pid() % 1_000_000;
        Program.run("ip", "link", "add", "span", "netns", lab.router(), "type", "veth", "peer", "name", port);
        try {
            Program.run("sh", host("mirror"), port, namespace);
            Program.run("ip", "-n", lab.router(), "link", "set", "span", "mtu", "9000", "up");
            String readme = Files.readString(EXAMPLES.resolve("mirror/README.md"));
            lab.nft(readme.substring(readme.indexOf("table netdev span"), readme.lastIndexOf("```"))
                    .replace("eth0", "inside")
                    .replace("eth1", "span"));
            ConntrackWatch watch = ConntrackWatch.start(lab);
            Subject subject = start(yaml("mirror")
                    .replace("namespace: mirror", "namespace: " + namespace)
                    .replace(COLLECTOR, "127.0.0.1:" + collector.port()));
            traffic.tcp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 1_000, 10_000, false);
            traffic.udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 4, 100, 200);
            traffic.udp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 4, 100, 200);
            traffic.echo(Lab.SERVER6);
            lab.waitForQuiet();
            lab.inRouter("conntrack", "-F");
            Program.run("ip", "netns", "exec", namespace, "conntrack", "-F");
            subject.waitForEnded(4);
            long datagrams = subject.stop();
            collector.waitForDatagrams(datagrams);

            assertEquals(
                    facts(watch.ended(4).stream()
                            .flatMap(entry -> entry.facts(NatView.CLIENT).stream())
                            .toList()),
                    facts(collector.facts()));
        } finally {
            Program.run("sh", "-c", "ip netns delete " + namespace + "; ip link delete " + port + " || true");
        }
    }

    private static String facts(List<FlowFact> facts) {
        return facts.stream()
                .map(fact -> "%d %s %d > %s %d: %d/%d"
                        .formatted(
                                fact.protocol(),
                                fact.source(),
                                fact.sourcePort(),
                                fact.destination(),
                                fact.destinationPort(),
                                fact.packets(),
                                fact.bytes()))
                .sorted()
                .collect(Collectors.joining("\n"));
    }
}
