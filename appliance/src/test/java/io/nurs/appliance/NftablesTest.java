package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.lab.Capture;
import io.nurs.appliance.lab.Json;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.Nfcapd;
import io.nurs.appliance.lab.ObservationFact;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.source.NftablesSource;
import io.nurs.appliance.source.NftablesStats;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code type: nftables} on the real kernel, beside what nft(8) lists.
 *
 * <p>Longer than a class should be: changes, traces and counters are read by the same means from the same rule set.
 */
class NftablesTest extends RouterTest {
    private static final InetSocketAddress SERVER = Traffic.at(Lab.SERVER4, Lab.PLAIN);

    // Elements of nurs, and templates.
    private static final int FAMILY = 60;
    private static final int TABLE = 61;
    private static final int CHAIN = 62;
    private static final int NAME = 63;
    private static final int HANDLE = 64;
    private static final int KIND = 65;
    private static final int CHANGE = 66;
    private static final int TEXT = 67;
    private static final int GENERATION = 68;
    private static final int PROCESS_ID = 69;
    private static final int PROCESS_NAME = 70;
    private static final int PORT_ID = 71;
    private static final int CHANGES = 72;
    private static final int TRACE_ID = 73;
    private static final int TRACE_TYPE = 74;
    private static final int VERDICT = 75;
    private static final int JUMP_TARGET = 76;
    private static final int PACKET_TOTAL = 78;
    private static final int OCTET_TOTAL = 79;
    private static final int QUOTA = 81;
    private static final int QUOTA_CONSUMED = 82;
    private static final int QUOTA_DELTA = 83;
    private static final int QUOTA_FLAGS = 84;
    private static final int OF_CHANGE = 640;
    private static final int OF_TRANSACTION = 641;
    private static final int OF_COUNTER = 643;
    private static final int OF_QUOTA = 644;
    private static final int OF_QUOTA_USED_UP = 645;
    private static final int OF_STEP4 = 649;
    private static final int OF_STEP6 = 650;

    /** More than a datagram of the kernel's holds. */
    private static final int MANY = 1_500;

    private static final int ELEMENTS = 6_000;

    private static final Pattern HANDLED = Pattern.compile("(?m)^\\s*(.+) # handle (\\d+)$");
    private static final Pattern COUNTER = Pattern.compile("counter (\\S+) \\{[^}]*packets (\\d+) bytes (\\d+)");

    @TempDir
    Path directory;

    private String yaml(String options, String protocol, int port) {
        return """
                stacks:
                  - name: rules
                    source: { type: nftables, namespace: %s, %s }
                    exporters: [main]
                exporters:
                  main: { type: %s, collector: "127.0.0.1:%d", flush-interval: 20ms }
                """.formatted(lab.router(), options, protocol, port);
    }

    private Subject start(String options) throws Exception {
        return lab.closing(Subject.start(yaml(options, "ipfix", collector.port())));
    }

    private static NftablesSource source(Subject subject) {
        return assertInstanceOf(
                NftablesSource.class, subject.appliance().sources().getFirst());
    }

    private List<ObservationFact> facts(int template) {
        return ObservationFact.of(collector.messages()).stream()
                .filter(fact -> fact.template() == template)
                .toList();
    }

    private void stop(Subject subject) {
        subject.stop();
        collector.waitForDatagrams(subject.collector().encoded().datagrams());
    }

    /** On one line; nft 1.0.6 wants an end of line behind what is in braces. */
    private void nft(String rules) throws Exception {
        lab.nft(rules.replace("; }", ";\n}\n").replace("\n;", "\n"));
    }

    private static <K, V> V of(Map<K, V> map, K key) {
        return Objects.requireNonNull(map.get(key), () -> key + " is not in " + map.keySet());
    }

    /** As in {@code new rule inet t/in}. */
    private static String what(ObservationFact fact) {
        return fact.text(CHANGE) + " " + fact.text(KIND) + " " + fact.text(FAMILY) + " " + fact.text(TABLE)
                + (fact.text(CHAIN).isEmpty() ? "" : "/" + fact.text(CHAIN))
                + (fact.text(NAME).isEmpty() ? "" : "/" + fact.text(NAME));
    }

    private static void waitForTransactions(Subject subject, int count) {
        Wait.until(
                () -> count + " transactions, " + source(subject).nftables().transactions() + " so far",
                () -> source(subject).nftables().transactions() == count);
    }

    @Test
    void changesAreToldWithTheirTextAndWhoseTheyAre() throws Exception {
        nft("table ip old { set hosts { type ipv4_addr; } }");
        Subject subject = start("counters: false");
        lab.nft("""
                table inet t {
                  counter web { }
                  quota cap { over 1 mbytes }
                  set ports { type inet_service; elements = { 80 } }
                  chain in { type filter hook input priority 5; policy drop; }
                  chain seen { }
                }
                add rule inet t in iifname "lo" accept
                add rule inet t in ip saddr 10.1.0.0/16 tcp dport 22 counter name web accept comment "from home"
                add rule inet t in tcp dport @ports jump seen
                add element ip old hosts { 192.0.2.7, 192.0.2.9 }
                """);
        String listed = lab.inRouter("nft", "-a", "list", "table", "inet", "t");
        nft("delete element ip old hosts { 192.0.2.9 }; flush chain inet t in");
        nft("delete table inet t");
        waitForTransactions(subject, 3);
        stop(subject);

        List<ObservationFact> changes = facts(OF_CHANGE);
        List<ObservationFact> transactions = facts(OF_TRANSACTION);
        assertEquals(3, transactions.size());
        Map<Long, List<String>> byGeneration = changes.stream()
                .collect(Collectors.groupingBy(
                        fact -> fact.number(GENERATION),
                        TreeMap::new,
                        Collectors.mapping(NftablesTest::what, Collectors.toList())));
        long first = transactions.getFirst().number(GENERATION);
        assertEquals(Set.of(first, first + 1, first + 2), byGeneration.keySet());
        assertEquals(
                new TreeSet<>(List.of(
                        "new table inet t",
                        "new object inet t/web",
                        "new object inet t/cap",
                        "new set inet t/ports",
                        "new element inet t/ports",
                        "new chain inet t/in",
                        "new chain inet t/seen",
                        "new rule inet t/in",
                        "new element ip old/hosts")),
                new TreeSet<>(byGeneration.get(first)));
        assertEquals(
                List.of(
                        "removed element ip old/hosts",
                        "removed rule inet t/in",
                        "removed rule inet t/in",
                        "removed rule inet t/in"),
                byGeneration.get(first + 1));
        assertTrue(of(byGeneration, first + 2).contains("removed table inet t"), byGeneration::toString);
        for (ObservationFact transaction : transactions) {
            assertEquals("nft", transaction.text(PROCESS_NAME));
            List<ObservationFact> its = changes.stream()
                    .filter(change -> change.number(GENERATION) == transaction.number(GENERATION))
                    .toList();
            assertEquals(its.size(), transaction.number(CHANGES));
            for (ObservationFact change : its) {
                assertEquals("nft", change.text(PROCESS_NAME));
                assertEquals(transaction.number(PROCESS_ID), change.number(PROCESS_ID));
                assertEquals(change.number(PORT_ID), change.number(PROCESS_ID), "nft has its process id as its port");
            }
        }
        assertNotEquals(
                transactions.get(0).number(PROCESS_ID), transactions.get(1).number(PROCESS_ID));

        Map<Long, String> texts = rules(listed);
        assertEquals(3, texts.size());
        Map<Long, String> told = changes.stream()
                .filter(change -> what(change).equals("new rule inet t/in"))
                .collect(Collectors.toMap(change -> change.number(HANDLE), change -> change.text(TEXT)));
        assertEquals(texts, told);
        assertEquals(
                List.of("80", "192.0.2.7", "192.0.2.9", "192.0.2.9"),
                changes.stream()
                        .filter(change -> change.text(KIND).equals("element"))
                        .map(change -> change.text(TEXT))
                        .toList());
        assertTrue(
                changes.stream()
                        .anyMatch(
                                change -> change.text(TEXT).equals("type filter hook input priority 5; policy drop;")),
                "the chain");
        NftablesStats stats = source(subject).nftables();
        assertEquals(changes.size(), stats.changes());
        assertEquals(0, stats.unattributed() + stats.missedTransactions() + stats.textsMissing());
    }

    /** Those that nft lists, by handle. */
    private static Map<Long, String> rules(String listed) {
        Map<Long, String> rules = new TreeMap<>();
        for (MatchResult line : HANDLED.matcher(listed).results().toList()) {
            if (!line.group(1).endsWith("{")) {
                rules.put(Long.parseLong(line.group(2)), line.group(1));
            }
        }
        return rules;
    }

    @Test
    void whateverAnElementIsItIsToldAsNftWritesIt() throws Exception {
        Subject subject = start("counters: false");
        lab.nft("""
                table inet t {
                  chain there { }
                  map verdicts { type inet_service : verdict; elements = { 22 : jump there, 23 : drop } }
                  map ports { type ipv4_addr : inet_service; elements = { 192.0.2.1 : 8080 } }
                  set pairs { type ipv6_addr . inet_service; elements = { 2001:db8::1 . 443 } }
                  set links { type ifname; elements = { "eth0" } }
                  set nets { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 } }
                  set marks { type mark; elements = { 0x10 comment "ten" } }
                  set macs { type ether_addr; elements = { 02:00:00:00:00:0a } }
                }
                """);
        waitForTransactions(subject, 1);
        stop(subject);

        Map<String, Set<String>> elements = new TreeMap<>();
        for (ObservationFact change : facts(OF_CHANGE)) {
            if (change.text(KIND).equals("element")) {
                elements.computeIfAbsent(change.text(NAME), name -> new TreeSet<>())
                        .add(change.text(TEXT));
            }
        }
        assertEquals(Set.of("22 : jump there", "23 : drop"), elements.get("verdicts"));
        assertEquals(Set.of("192.0.2.1 : 8080"), elements.get("ports"));
        assertEquals(Set.of("2001:db8::1 . 443"), elements.get("pairs"));
        assertEquals(Set.of("\"eth0\""), elements.get("links"));
        assertTrue(of(elements, "nets").containsAll(Set.of("10.0.0.0", "-11.0.0.0")), elements::toString);
        assertEquals(Set.of("0x00000010 comment \"ten\""), elements.get("marks"));
        assertEquals(Set.of("02:00:00:00:00:0a"), elements.get("macs"));
    }

    @Test
    void aFlushOfManyElementsIsAllThere() throws Exception {
        Subject subject = start("counters: false");
        nft("table ip t { set hosts { type ipv4_addr; } }");
        nft("add element ip t hosts { " + hosts() + " }");
        nft("flush set ip t hosts");
        waitForTransactions(subject, 3);
        stop(subject);

        List<ObservationFact> changes = facts(OF_CHANGE);
        List<ObservationFact> transactions = facts(OF_TRANSACTION);
        assertEquals(
                List.of(2L, (long) ELEMENTS, (long) ELEMENTS),
                transactions.stream().map(fact -> fact.number(CHANGES)).toList());
        Set<String> told = changes.stream()
                .filter(change ->
                        change.number(GENERATION) == transactions.getLast().number(GENERATION))
                .map(change -> change.text(CHANGE) + " " + change.text(TEXT))
                .collect(Collectors.toSet());
        assertEquals(
                IntStream.range(0, ELEMENTS).mapToObj(i -> "removed " + host(i)).collect(Collectors.toSet()), told);
        assertEquals(0, source(subject).nftables().lost());
        assertEquals(0, source(subject).nftables().unattributed());
    }

    private static String host(int i) {
        return "10.0." + i / 200 + "." + (i % 200 + 1);
    }

    private static String hosts() {
        return IntStream.range(0, ELEMENTS).mapToObj(NftablesTest::host).collect(Collectors.joining(", "));
    }

    @Test
    void whatDoesNotFitIntoTheBufferIsCountedAndNobodyIsTakenForItsAuthor() throws Exception {
        Subject subject = start("counters: false, receive-buffer: 4KiB");
        nft("table ip t { set hosts { type ipv4_addr; } }");
        waitForTransactions(subject, 1);
        CountDownLatch read = new CountDownLatch(1);
        source(subject).eventLoop().execute(() -> Wait.unchecked(() -> read.await(1, TimeUnit.MINUTES)));
        try {
            nft("add element ip t hosts { " + hosts() + " }");
        } finally {
            read.countDown();
        }
        Wait.until("a loss", () -> source(subject).nftables().lost() > 0);
        Wait.until("the gap is noticed at the next transaction, or there is none", () -> {
            nft("add chain ip t c; delete chain ip t c");
            return source(subject).nftables().transactions() >= 3;
        });
        stop(subject);

        NftablesStats stats = source(subject).nftables();
        List<ObservationFact> changes = facts(OF_CHANGE);
        assertTrue(changes.size() < ELEMENTS, "some are lost: " + changes.size());
        List<ObservationFact> unknown = changes.stream()
                .filter(change -> change.number(GENERATION) == 0)
                .toList();
        assertEquals(unknown.size(), stats.unattributed());
        assertTrue(unknown.stream().allMatch(change -> change.number(PORT_ID) > 0), "whose socket it was is known");
        Map<Long, Set<Long>> owners = changes.stream()
                .filter(change -> change.number(GENERATION) != 0)
                .collect(Collectors.groupingBy(
                        change -> change.number(GENERATION),
                        Collectors.mapping(change -> change.number(PORT_ID), Collectors.toSet())));
        owners.forEach((generation, ports) -> assertEquals(1, ports.size(), "one author of generation " + generation));
        assertTrue(
                changes.stream()
                        .anyMatch(change ->
                                what(change).equals("removed chain ip t/c") && change.number(GENERATION) != 0),
                "the rest goes on");
    }

    @Test
    void aTraceShowsTheRulesThatAPacketMet() throws Exception {
        lab.nft("""
                table inet t {
                  chain ahead {
                    type filter hook prerouting priority -350;
                    udp dport %1$d meta nftrace set 1
                  }
                  chain over {
                    type filter hook forward priority 50; policy accept;
                    meta mark set 0x2a
                    jump seen
                  }
                  chain seen { udp dport %1$d counter; return; }
                }
                """.formatted(Lab.PLAIN));
        Subject subject = start("changes: false, counters: false, trace: true");
        traffic.udp(SERVER, 1, 100, 100);
        traffic.udp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 1, 100, 100);
        lab.waitForQuiet();
        Map<Long, String> rules = rules(lab.inRouter("nft", "-a", "list", "table", "inet", "t"));
        stop(subject);

        List<ObservationFact> steps = ObservationFact.of(collector.messages());
        List<Long> ids =
                steps.stream().map(step -> step.number(TRACE_ID)).distinct().toList();
        assertEquals(2, ids.size(), "two packets were traced");
        assertEquals(steps.size(), source(subject).nftables().steps());
        for (long id : ids) {
            List<ObservationFact> its = steps.stream()
                    .filter(step ->
                            step.number(TRACE_ID) == id && step.text(TABLE).equals("t"))
                    .toList();
            assertEquals(
                    List.of(
                            "ahead rule continue",
                            "ahead policy accept",
                            "over rule continue",
                            "over rule jump seen",
                            "seen rule continue",
                            "seen rule return",
                            "over policy accept"),
                    its.stream()
                            .map(step -> (step.text(CHAIN) + " " + step.text(TRACE_TYPE) + " " + step.text(VERDICT)
                                            + " " + step.text(JUMP_TARGET))
                                    .strip())
                            .toList());
            assertEquals(
                    "udp dport 7001 meta nftrace set 1",
                    rules.get(its.getFirst().number(HANDLE)));
            assertEquals("jump seen", rules.get(its.get(3).number(HANDLE)));
        }
        ObservationFact four = packet(steps, OF_STEP4);
        assertEquals(Lab.CLIENT4, address(four, IanaElements.sourceIPv4Address));
        assertEquals(Lab.SERVER4, address(four, IanaElements.destinationIPv4Address));
        ObservationFact six = packet(steps, OF_STEP6);
        assertEquals(InetAddress.getByName(Lab.CLIENT6).getHostAddress(), address(six, IanaElements.sourceIPv6Address));
        assertEquals(
                InetAddress.getByName(Lab.SERVER6).getHostAddress(), address(six, IanaElements.destinationIPv6Address));
        for (ObservationFact packet : List.of(four, six)) {
            assertEquals(Lab.PLAIN, packet.record().unsigned(IanaElements.destinationTransportPort));
            assertTrue(packet.record().unsigned(IanaElements.sourceTransportPort) > 0);
            assertEquals(Traffic.UDP, packet.record().unsigned(IanaElements.protocolIdentifier));
            assertTrue(packet.record().unsigned(IanaElements.ingressInterface) > 0);
        }
    }

    private static ObservationFact packet(List<ObservationFact> steps, int template) {
        return steps.stream()
                .filter(step -> step.template() == template)
                .findFirst()
                .orElseThrow();
    }

    private static String address(ObservationFact fact, InformationElement element) throws Exception {
        return InetAddress.getByAddress(fact.record().octets(element)).getHostAddress();
    }

    @Test
    void stepsThatComeTooFastAreCountedAndOtherThingsGoOn() throws Exception {
        lab.nft("""
                table inet t {
                  chain ahead {
                    type filter hook prerouting priority -350;
                    udp dport %d meta nftrace set 1
                    %s
                  }
                }
                """.formatted(Lab.PLAIN, "counter\n".repeat(200)));
        Subject subject = start("trace: true, interval: 1d, receive-buffer: 4KiB");
        traffic.manyUdpFlows(SERVER, 20_000, 10);
        Wait.until(
                "a buffer as small as this runs over",
                () -> source(subject).nftables().lost() > 0);
        nft("add chain inet t other");
        waitForTransactions(subject, 1);
        stop(subject);
        assertTrue(facts(OF_CHANGE).stream().anyMatch(change -> what(change).equals("new chain inet t/other")));
        assertTrue(source(subject).nftables().steps() > 0);
    }

    private Map<String, Counted> listedCounters() throws Exception {
        Map<String, Counted> counters = new TreeMap<>();
        for (MatchResult counter : COUNTER.matcher(lab.inRouter("nft", "list", "counters"))
                .results()
                .toList()) {
            counters.put(
                    counter.group(1), new Counted(Long.parseLong(counter.group(2)), Long.parseLong(counter.group(3))));
        }
        return counters;
    }

    private Map<String, Counted> sums() {
        Map<String, Counted> sums = new TreeMap<>();
        for (ObservationFact fact : ObservationFact.of(collector.messages())) {
            if (fact.record().has(IanaElements.packetDeltaCount)) {
                sums.merge(
                        fact.text(NAME),
                        new Counted(
                                fact.record().unsigned(IanaElements.packetDeltaCount),
                                fact.record().unsigned(IanaElements.octetDeltaCount)),
                        Counted::plus);
            }
        }
        return sums;
    }

    @Test
    void countersAndQuotasAreThoseThatNftLists() throws Exception {
        lab.nft("""
                table inet t {
                  counter through { }
                  counter idle { }
                  quota cap { over 2000 bytes }
                  chain over {
                    type filter hook forward priority 50;
                    counter name through quota name cap
                  }
                }
                """);
        traffic.udp(SERVER, 5, 100, 100);
        Map<String, Counted> before = listedCounters();
        Subject subject = start("interval: 1d");
        traffic.udp(SERVER, 7, 200, 300);
        lab.waitForQuiet();
        stop(subject);

        Map<String, Counted> listed = listedCounters();
        Map<String, Counted> told = new TreeMap<>();
        facts(OF_COUNTER)
                .forEach(fact ->
                        told.put(fact.text(NAME), new Counted(fact.number(PACKET_TOTAL), fact.number(OCTET_TOTAL))));
        assertEquals(listed, told);
        assertEquals(Set.of("through", "idle", "forwarded"), told.keySet());
        assertEquals(of(listed, "through").minus(of(before, "through")), sums().get("through"));

        String quotas = lab.inRouter("nft", "list", "quotas");
        Matcher used = Pattern.compile("over 2000 bytes used (\\d+) bytes").matcher(quotas);
        assertTrue(used.find(), quotas);
        ObservationFact quota = facts(OF_QUOTA).getFirst();
        assertEquals("cap", quota.text(NAME));
        assertEquals("inet", quota.text(FAMILY));
        assertEquals(2000, quota.number(QUOTA));
        assertEquals(Long.parseLong(used.group(1)), quota.number(QUOTA_CONSUMED));
        assertEquals(2000, quota.number(QUOTA_CONSUMED), "the kernel tells of no more than the quota");
        assertEquals(2000 - of(before, "through").bytes(), quota.number(QUOTA_DELTA));
        assertFalse(quota.record().has(IanaElements.octetDeltaCount), "the counter has counted them already");

        List<ObservationFact> usedUp = facts(OF_QUOTA_USED_UP);
        assertEquals(1, usedUp.size(), "told at once, and once");
        assertEquals(
                "cap t inet",
                usedUp.getFirst().text(NAME) + " " + usedUp.getFirst().text(TABLE) + " "
                        + usedUp.getFirst().text(FAMILY));
        assertEquals(2000, usedUp.getFirst().number(QUOTA_CONSUMED));
        assertEquals(1, source(subject).stats().quotaEvents());
        assertEquals(List.of(), facts(OF_CHANGE), "a quota that is used up is no change of the rule set");
    }

    /** The kernel's own dump that zeroes loses those of counters with comments. */
    @Test
    void zeroingWhileTrafficGoesOnLosesNothing() throws Exception {
        StringBuilder rules = new StringBuilder("table inet t {\n");
        for (int i = 0; i < MANY; i++) {
            rules.append("counter c%d { comment \"%s\"\n}\n".formatted(i, "x".repeat(i * 7 % 100 + 1)));
        }
        rules.append("chain over { type filter hook forward priority 50;\n");
        for (int i = 0; i < MANY; i++) {
            rules.append("counter name c").append(i).append('\n');
        }
        lab.nft(rules.append("}\n}\n").toString());
        Subject subject = start("changes: false, interval: 1d, zero: true");
        for (int round = 0; round < 5; round++) {
            traffic.udp(SERVER, 3, 100, 100);
            subject.appliance().reportNow();
            traffic.udp(SERVER, 2, 100, 100);
        }
        lab.waitForQuiet();
        stop(subject);

        Counted sum = of(sums(), "forwarded");
        assertEquals(50, sum.packets());
        Map<String, Counted> expected = new TreeMap<>(Map.of("forwarded", sum));
        IntStream.range(0, MANY).forEach(i -> expected.put("c" + i, sum));
        assertEquals(expected, sums());
        assertEquals(new Counted(0, 0), listedCounters().get("c7"), "the last reading has zeroed too");
        assertTrue(source(subject).stats().readings() >= 3);
    }

    @Test
    void aReloadChangesTheIntervalAndWhatIsReadWithoutCountingTwice() throws Exception {
        nft(
                "table inet t { counter through { packets 0 bytes 0; }; chain over { type filter hook forward priority 50; counter name through; } }");
        Subject subject = start("interval: 1d, first-start: export");
        traffic.udp(SERVER, 5, 100, 100);
        lab.waitForQuiet();
        var before = subject.appliance().sources().getFirst();
        assertTrue(reload(subject, "interval: 1s"));
        assertEquals(before, subject.appliance().sources().getFirst());
        Wait.until("a report at the new interval", () -> lab.forwarded().equals(sums().get("through")));
        assertTrue(reload(subject, "interval: 1s, trace: true"));
        assertNotEquals(before, subject.appliance().sources().getFirst());
        traffic.udp(SERVER, 5, 100, 100);
        lab.waitForQuiet();
        Wait.until("no count is lost or twice", () -> lab.forwarded().equals(sums().get("through")));
        assertEquals(20, of(sums(), "through").packets());
        assertEquals(
                Set.of("requests", "changes", "traces"),
                source(subject).channels().keySet());
    }

    private boolean reload(Subject subject, String options) throws Exception {
        String yaml = yaml(options, "ipfix", collector.port());
        return subject.appliance().reload(ConfigLoader.parse("test.yaml", yaml)).reloaded();
    }

    @Test
    void outputsWriteItToo() throws Exception {
        Path json = directory.resolve("rules.json");
        Path csv = directory.resolve("rules.csv");
        Path xml = directory.resolve("rules.xml");
        Subject subject = lab.closing(Subject.start("""
                stacks:
                  - { name: rules, source: { type: nftables, namespace: %s, trace: true }, exporters: [json, csv, xml] }
                exporters:
                  json: { type: json, file: { path: %s } }
                  csv: { type: csv, file: { path: %s } }
                  xml: { type: xml, file: { path: %s } }
                """.formatted(lab.router(), json, csv, xml)));
        nft(
                "table inet t { chain c { type filter hook prerouting priority -350; udp dport 7001 meta nftrace set 1; } }");
        traffic.udp(SERVER, 1, 100, 100);
        lab.waitForQuiet();
        subject.stop();

        List<Map<String, Object>> records =
                Json.objects("[" + String.join(",", Files.readAllLines(json)) + "]").stream()
                        .map(line -> Json.object(line.get("flow")))
                        .toList();
        assertTrue(
                records.stream()
                        .anyMatch(record -> "udp dport 7001 meta nftrace set 1".equals(record.get("nftText"))
                                && "nft".equals(record.get("nftProcessName"))),
                records::toString);
        assertTrue(
                records.stream()
                        .anyMatch(record -> "rule".equals(record.get("nftTraceType"))
                                && Lab.CLIENT4.equals(record.get("sourceIPv4Address"))),
                records::toString);
        assertEquals(records.size(), Files.readAllLines(csv).size() - 1);
        assertTrue(Files.readString(xml).contains("udp dport 7001 meta nftrace set 1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"netflow9", "ipfix"})
    void tsharkAndNfcapdReadWhatWeSend(String protocol) throws Exception {
        nft(
                "table inet t { counter through { packets 0 bytes 0; }; chain over { type filter hook forward priority 50; counter name through; } }");
        try (Nfcapd nfcapd = Nfcapd.start(directory.resolve("nfcapd"));
                Capture capture = Capture.start(nfcapd.port(), directory)) {
            Subject subject = lab.closing(Subject.start(yaml("interval: 1d, trace: true", protocol, nfcapd.port())));
            traffic.udp(SERVER, 10, 100, 100);
            nft(
                    "table inet u { chain c { type filter hook prerouting priority -350; udp dport 7001 meta nftrace set 1; } }");
            traffic.udp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 1, 100, 100);
            lab.waitForQuiet();
            subject.stop();
            long datagrams = subject.collector().encoded().datagrams();
            long packets = 2 * lab.forwarded().packets();

            List<Map<String, Object>> shown = capture.endWithObservations(datagrams);
            assertEquals(subject.collector().encoded().flowRecords(), shown.size());
            assertEquals(
                    packets,
                    shown.stream()
                            .filter(record -> record.containsKey("cflow.packets"))
                            .mapToLong(record -> Json.number(record, "cflow.packets"))
                            .sum());
            List<Map<String, Object>> stored = nfcapd.endWithFlows(protocol.equals("netflow9"));
            assertEquals(
                    packets,
                    stored.stream()
                            .mapToLong(flow -> Math.max(0, Json.number(flow, "in_packets")))
                            .sum(),
                    stored::toString);
        }
    }

    @Test
    void severalTransactionsAtATimeAreKeptApart() throws Exception {
        Subject subject = start("counters: false");
        List<Program> programs = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int table = i;
            Path rules = directory.resolve("rules-" + i);
            Files.writeString(
                    rules,
                    ("add table ip t%1$d\n".formatted(i)
                            + IntStream.range(0, 200)
                                    .mapToObj(chain -> "add chain ip t" + table + " c" + chain + "\n")
                                    .collect(Collectors.joining())));
            programs.add(Program.start(Lab.within(lab.router(), "nft", "-f", rules.toString())));
        }
        for (Program program : programs) {
            assertEquals(0, program.exitCode(), program.output());
            program.close();
        }
        waitForTransactions(subject, 6);
        stop(subject);

        Map<Long, Map<String, Long>> tables = facts(OF_CHANGE).stream()
                .collect(Collectors.groupingBy(
                        fact -> fact.number(GENERATION),
                        Collectors.groupingBy(fact -> fact.text(TABLE), Collectors.counting())));
        assertEquals(6, tables.size());
        tables.forEach((generation, its) -> assertEquals(Set.of(201L), Set.copyOf(its.values()), "one table each"));
        tables.forEach((generation, its) -> assertEquals(1, its.size(), its::toString));
    }

    @Test
    void flagsOfAQuotaSayThatItIsUsedUp() throws Exception {
        lab.nft("""
                table inet t {
                  quota cap { over 500 bytes }
                  chain over { type filter hook forward priority 50; quota name cap; }
                }
                """);
        Subject subject = start("changes: false, interval: 1d, zero: true");
        traffic.udp(SERVER, 5, 100, 100);
        lab.waitForQuiet();
        subject.appliance().reportNow();
        Wait.until("a report", () -> source(subject).stats().readings() == 2);
        stop(subject);

        List<Long> deltas =
                facts(OF_QUOTA).stream().map(fact -> fact.number(QUOTA_DELTA)).toList();
        assertEquals(List.of(0L, 500L, 0L), deltas, "each report begins it anew");
        assertEquals(1, facts(OF_QUOTA_USED_UP).size());
        assertEquals(1, facts(OF_QUOTA_USED_UP).getFirst().number(QUOTA_FLAGS) & 1, "over");
    }
}
