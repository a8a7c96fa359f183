package io.nurs.appliance.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The exact words for each mistake: they are the operator's interface. */
class ConfigErrorsTest {
    private static final String EXPORTERS = "exporters: { main: { type: netflow9, collector: 192.0.2.10 } }\n";
    private static final String STACK = "stacks: [{ name: a, source: { type: conntrack }, exporters: [main] }]\n";

    @Test
    void theSizeOfDatagramsIsANumberOrWhatThePathTakes() throws ConfigException {
        for (String size : List.of("", ", max-datagram-bytes: auto", ", max-datagram-bytes: 1400")) {
            FlowExporterConfig config = sized(size);
            assertEquals(!size.endsWith("1400"), config.isSizedByPath());
            assertEquals(size.endsWith("1400") ? 1400 : 1472, config.longestMessageBytes());
        }
        FlowExporterConfig stream = sized(", transport: tcp");
        assertFalse(stream.isSizedByPath());
        assertEquals(1400, stream.longestMessageBytes());
    }

    private static FlowExporterConfig sized(String options) throws ConfigException {
        ExporterConfig config = ConfigLoader.parse("x", """
                        stacks: [{ name: f, source: { type: conntrack }, exporters: [m] }]
                        exporters: { m: { type: netflow9, collector: 192.0.2.1%s } }
                        """.formatted(options))
                .exporters()
                .values()
                .iterator()
                .next();
        return (FlowExporterConfig) config;
    }

    @Test
    void listsEveryErrorAtOnce() {
        assertErrors(
                """
                transport: epol
                stacks:
                  - name: flows
                    source: { type: conntrack, active-timeout: 60, mark: 0x1001/0x1000 }
                    filters: [{ type: mark-interfaces, ingress: "0xf >> 32", egress: 0x1ffffffff }]
                    exporters: [mian]
                  - name: flows
                exporters:
                  main: { type: netflow9, collector: "192.0.2.300", max-datagram-bytes: 70000 }
                """,
                "1:12: transport: \"epol\" is unknown; did you mean epoll? known values: epoll, io_uring, auto",
                "4:48: stacks[0].source.active-timeout: \"60\" is not a duration; write a whole number and ms, s, m, h or d,"
                        + " such as 60s",
                "4:58: stacks[0].source.mark: value 0x1001 has bits outside mask 0x1000, so no mark would match",
                "5:49: stacks[0].filters[0].ingress: shift 32 is outside 0 to 31",
                "5:70: stacks[0].filters[0].egress: \"0x1ffffffff\" does not fit in 32 bits",
                "6:17: stacks[0].exporters[0]: \"mian\" is not one of the exporters; did you mean main? exporters: main",
                "7:5: stacks[1]: key \"source\" is missing: write { type: conntrack }, or the name of one of the sources",
                "7:5: stacks[1]: key \"exporters\" is missing: list the names of the exporters that get these flows, such as"
                        + " [main]",
                "7:11: stacks[1].name: another stack is named \"flows\" already",
                "9:38: exporters.main.collector: \"192.0.2.300\" is not an IPv4 address; write it as 192.0.2.10:9995,"
                        + " [2001:db8::1]:9995 or collector.example:9995",
                "9:73: exporters.main.max-datagram-bytes: 70000 is outside 512 to 65507");
    }

    @Test
    void placesAMistakeInAnExpression() {
        assertErrors(
                """
                stacks:
                  - name: flows
                    source: { type: conntrack }
                    filters:
                      - { type: match, expression: "protocol == tcp and port == 65536" }
                      - { type: match }
                      - { type: macth }
                    exporters: [main]
                """ + EXPORTERS,
                "5:36: stacks[0].filters[0].expression: column 29: 65536 is outside 0 to 65535",
                "6:9: stacks[0].filters[1]: key \"expression\" is missing: write which flows may pass, such as protocol == tcp"
                        + " and destinationTransportPort == 443",
                "7:17: stacks[0].filters[2].type: \"macth\" is unknown; did you mean match? known values: mark-interfaces,"
                        + " match");
    }

    @Test
    void suggestsTheNearestKey() {
        assertErrors(
                "stacks: [{ name: a, source: { type: conntrack, activeTimeout: 1s }, exporters: [main] }]\n"
                        + EXPORTERS,
                "1:48: stacks[0].source: unknown key \"activeTimeout\": did you mean active-timeout? known keys: type, accounting,"
                        + " active-timeout, empty-flows, delivery, guard, mark, namespace, receive-buffer, readers, set-sysctls,"
                        + " first-start, state-file, max-flows, events, nat-blocks, nat-threshold, shutdown-timeout");
        assertErrors(
                STACK + EXPORTERS + "plugins: []\n",
                "3:1: unknown key \"plugins\": known keys: transport, sources, exporters, stacks, metrics");
    }

    @Test
    void pointsToTheFirstOfTwoEqualKeys() {
        assertErrors(
                STACK + EXPORTERS + "exporters: {}\n",
                "3:1: key \"exporters\" is here twice; the first one is on line 2");
    }

    @Test
    void saysWhatShapeAValueHas() {
        assertErrors("[]", "1:1: wants keys and values, found a list (text that begins with [ needs quotes)");
        assertErrors("stacks: flows\n" + EXPORTERS, "1:9: stacks: wants a list, found one value");
        assertErrors(
                "stacks: [{ name: a, source: { type: conntrack, mark: }, exporters: main }]\n" + EXPORTERS,
                "1:53: stacks[0].source.mark: empty; give it one value or remove the key",
                "1:68: stacks[0].exporters: wants a list, found one value");
        assertErrors(
                STACK + "exporters: { main: { type: netflow9, collector: [2001] } }",
                "2:49: exporters.main.collector: wants one value, found a list (text that begins with [ needs quotes)");
    }

    @Test
    void namesTheRangeOfANumber() {
        assertErrors(
                STACK + """
                        exporters:
                          main: { type: netflow9, collector: "192.0.2.10:0", observation-domain: 4294967296, flush-interval: 1ms,
                                  template-refresh: { packets: 0, interval: 2d }, max-datagram-bytes: -1 }
                        """,
                "3:38: exporters.main.collector: port 0 is outside 1 to 65535",
                "3:74: exporters.main.observation-domain: 4294967296 is outside 0 to 4294967295",
                "3:102: exporters.main.flush-interval: 1ms is outside 10ms to 1m",
                "4:40: exporters.main.template-refresh.packets: 0 is outside 1 to 1000000",
                "4:53: exporters.main.template-refresh.interval: 2d is outside 1s to 1d",
                "4:79: exporters.main.max-datagram-bytes: \"-1\" is neither auto nor a whole number of bytes, such as 1400");
        assertErrors(
                "stacks: [{ name: a, source: { type: conntrack, receive-buffer: 2GiB }, exporters: [main] }]\n"
                        + EXPORTERS,
                "1:64: stacks[0].source.receive-buffer: 2GiB is outside 4KiB to 1GiB");
    }

    private static void assertOutputError(String expected, String keys) {
        assertErrors(STACK + "exporters: { main: { " + keys + " } }\n", expected);
    }

    @Test
    void anOutputHasOnePlaceToWriteTo() {
        assertOutputError(
                "2:20: exporters.main: key \"file\" is missing: write file: { path: /var/lib/nurs/flows.json }, or tcp: with an"
                        + " address, or unix: with the path of a socket",
                "type: json");
        assertOutputError(
                "2:20: exporters.main: has file and tcp; write one of them",
                "type: csv, file: { path: /f }, tcp: \"192.0.2.1:1\"");
        assertOutputError(
                "2:20: exporters.main: has udp and tcp; write one of them",
                "type: syslog, udp: 192.0.2.1, tcp: \"192.0.2.1:1\"");
        assertOutputError(
                "2:39: exporters.main.file: key \"path\" is missing: write where the file is to be, such as"
                        + " /var/lib/nurs/flows.ipfix, or - for standard output",
                "type: xml, file: { keep: 1 }");
        assertOutputError(
                "2:39: exporters.main.tcp: \"192.0.2.1\" needs a port, such as \"192.0.2.10:5170\"",
                "type: json, tcp: 192.0.2.1");
        assertOutputError(
                "2:40: exporters.main.unix: \"run/reader\" is not an absolute path", "type: json, unix: run/reader");
        assertOutputError(
                "2:40: exporters.main.unix: the path of a socket has at most 107 octets",
                "type: json, unix: /" + "a".repeat(107));
        assertOutputError(
                "2:49: exporters.main.tls: goes with tcp: and its address",
                "type: json, unix: /r, tls: { certificate: /c, key: /k, trust: /t }");
    }

    @Test
    void anOutputHasNoCollectorToBeToldOfDomainsAndOptions() {
        for (String key : new String[] {
            "observation-domain: 2",
            "options: true",
            "enterprise-number: 7",
            "template-refresh: { }",
            "collector: a",
            "spool: { directory: /s }",
            "udp: 192.0.2.1",
            "facility: user"
        }) {
            String message = message(STACK + "exporters: { main: { type: json, unix: /r, " + key + " } }\n");
            String name = key.substring(0, key.indexOf(':'));
            assertTrue(message.startsWith("nurs.yaml:2:44: exporters.main: unknown key \"" + name + "\": "), message);
            assertTrue(
                    message.contains(
                            "known keys: type, file, tcp, unix, tls, names, filter, fields, sampling, ingress-interface,"
                                    + " egress-interface, nat-view, biflow, flush-interval"),
                    message);
        }
        assertOutputError(
                "2:46: exporters.main.app-name: \"a b\" is no app-name: use up to 48 printable characters of ASCII, without"
                        + " spaces, colons and brackets",
                "type: syslog, app-name: a b");
    }

    @Test
    void wantsTrueOrFalse() {
        assertErrors(
                "stacks: [{ name: a, source: { type: conntrack, set-sysctls: yes }, exporters: [main] }]\n" + EXPORTERS,
                "1:61: stacks[0].source.set-sysctls: \"yes\" is neither true nor false");
    }

    private static String exporter(String keys) {
        return STACK + "exporters: { main: { collector: 192.0.2.10, " + keys + " } }\n";
    }

    /** The whole list, which is long, stands behind the guess. */
    private static void assertBegins(String expected, String keys) {
        String message = message(exporter(keys));
        assertTrue(message.startsWith("nurs.yaml:" + expected), message);
        assertTrue(!message.contains("\n"), message);
    }

    @Test
    void namesTheFieldsThereAre() {
        assertBegins(
                "2:71: exporters.main.fields[0]: \"sourceIpv4Adress\" is unknown; did you mean sourceIPv4Address? fields:"
                        + " sourceIPv4Address, destinationIPv4Address, ",
                "type: netflow9, fields: [ sourceIpv4Adress, protocolIdentifier ]");
        assertBegins(
                "2:71: exporters.main.fields[0]: \"tcpControlBits\" is none of what a conntrack source can fill; fields: ",
                "type: netflow9, fields: [ tcpControlBits, protocolIdentifier ]");
        assertErrors(
                exporter("type: netflow9, fields: [protocolIdentifier, ctMark, ctMark]"),
                "2:98: exporters.main.fields[2]: \"ctMark\" is in this list twice");
        assertErrors(
                exporter("type: netflow9, fields: []"),
                "2:69: exporters.main.fields: empty; list at least one field, or remove the key");
        assertErrors(
                exporter("type: netflow9, fields: [icmpTypeIPv4]"),
                "2:69: exporters.main.fields: some flows would have none of these; add one that all have, such as"
                        + " protocolIdentifier");
        assertErrors(
                exporter("type: netflow9, fields: [natEvent, protocolIdentifier]"),
                "2:70: exporters.main.fields[0]: natEvent is of events, and makes nfdump and pmacct take a flow for one, without"
                        + " counters; write fields: nat-events for an exporter of events");
    }

    @Test
    void namesTheProfilesThereAre() {
        assertErrors(
                exporter("type: ipfix, fields: minimum"),
                "2:66: exporters.main.fields: \"minimum\" is unknown; did you mean minimal? profiles, besides a list of fields:"
                        + " default, minimal, full, ctflow9, nsel, nat-events, hsl");
        assertErrors(
                exporter("type: ipfix, fields: ctMark"),
                "2:66: exporters.main.fields: \"ctMark\" is one field; write a list, such as [ctMark, …]");
    }

    @Test
    void refusesALengthOfDatagramsThatIsNeitherAutoNorANumber() {
        assertErrors(
                exporter("type: netflow9, max-datagram-bytes: big"),
                "2:81: exporters.main.max-datagram-bytes: \"big\" is neither auto nor a whole number of bytes, such as 1400");
    }

    @Test
    void refusesFieldsThatCannotGoTogether() {
        assertErrors(
                exporter("type: netflow9, fields: [protocolIdentifier, initiatorOctets]"),
                "2:69: exporters.main.fields: initiatorOctets is of both directions; write biflow: true, or leave it out");
        assertErrors(
                exporter("type: ipfix, biflow: true, fields: [octetDeltaCount, sourceIPv4Address]"),
                "2:80: exporters.main.fields: a record of both directions needs an address of either version, or the reverse"
                        + " counters mean nothing (RFC 5103); add sourceIPv4Address and sourceIPv6Address, or write biflow: false");
        assertErrors(
                exporter("type: netflow9, fields: nsel, biflow: false"),
                "2:83: exporters.main.biflow: fields: nsel has one record for both directions; leave biflow out");
    }

    @Test
    void refusesRecordsThatLookLikePadding() {
        String why = "2:69: exporters.main.fields: records of some flows would have less than 4 octets, and look like"
                + " padding in NetFlow v9; add a field that all have, such as octetDeltaCount";
        assertErrors(exporter("type: netflow9, fields: [protocolIdentifier]"), why);
        assertErrors(
                exporter("type: netflow9, fields: [ctZone, ipVersion, sourceIPv4Address, sourceTransportPort]"), why);
    }

    @Test
    void refusesTheEnterpriseNumberOfReverseElements() {
        assertErrors(
                exporter("type: ipfix, enterprise-number: 29305"),
                "2:77: exporters.main.enterprise-number: 29305 marks the reverse direction (RFC 5103) and belongs to no enterprise; write your"
                        + " own number");
        assertErrors(
                exporter("type: ipfix, sampling: 0, enterprise-number: 0"),
                "2:68: exporters.main.sampling: 0 is outside 1 to 1000000",
                "2:90: exporters.main.enterprise-number: 0 is outside 1 to 4294967295");
    }

    @Test
    void blocksOfPortsNeedEventsOneReaderAndTheWalk() {
        assertErrors(
                "stacks: [{ name: a, source: { type: conntrack, nat-blocks: 512, nat-threshold: 0% }, exporters: [main] }]\n"
                        + EXPORTERS,
                "1:60: stacks[0].source.nat-blocks: only with events: nat; write that too, or remove this key",
                "1:80: stacks[0].source.nat-threshold: \"0%\" is outside 1% to 100%",
                "1:80: stacks[0].source.nat-threshold: only with events: nat; write that too, or remove this key");
        assertErrors(
                "stacks: [{ name: a, source: { type: conntrack, events: nat, nat-blocks: 512, readers: 2, accounting: end },"
                        + " exporters: [main] }]\n" + EXPORTERS,
                "1:73: stacks[0].source.nat-blocks: a block's sessions are counted by one reader; write readers: 1, or remove this"
                        + " key to log sessions",
                "1:73: stacks[0].source.nat-blocks: a session whose end was lost would hold its block for ever, and only accounting:"
                        + " delta finds those; write that, or remove this key to log sessions");
        assertErrors(
                "stacks: [{ name: a, source: { type: conntrack, events: nat, nat-blocks: 8 }, exporters: [main] }]\n"
                        + EXPORTERS,
                "1:73: stacks[0].source.nat-blocks: 8 is outside 16 to 32768");
    }

    @Test
    void namesTheKindsThereAre() {
        assertErrors(
                "stacks: [{ name: a, source: { type: contrack }, exporters: [main] }]\nexporters: { main: { collector: x } }",
                "1:37: stacks[0].source.type: \"contrack\" is unknown; did you mean conntrack? known values: conntrack,"
                        + " conntrack-events, nfacct, conntrack-stats, nflog, nfqueue, nftables",
                "2:20: exporters.main: key \"type\" is missing: one of netflow9, ipfix, netflow5, json, csv, xml, syslog, pcap");
    }

    @Test
    void wantsGroupsOfPackets() {
        String one = "stacks: [{ name: a, source: { type: nflog, %s }, exporters: [main] }]\n" + EXPORTERS;
        assertErrors(
                one.formatted("copy: meta"),
                "1:29: stacks[0].source: key \"groups\" is missing: list the groups that rules log to, such as [8] or"
                        + " [8, 16-19]");
        assertErrors(one.formatted("groups: []"), "1:52: stacks[0].source.groups: empty; list at least one group");
        assertErrors(
                one.formatted("groups: [8, 7-9]"), "1:56: stacks[0].source.groups[1]: group 8 is in this list twice");
        assertErrors(
                one.formatted("groups: [65536]"),
                "1:53: stacks[0].source.groups[0]: \"65536\" is no group: they go from 0 to 65535");
        assertErrors(one.formatted("groups: [9-8]"), "1:53: stacks[0].source.groups[0]: \"9-8\" ends before it begins");
        assertErrors(
                one.formatted("groups: [8], buffer-size: 1MiB"),
                "1:70: stacks[0].source.buffer-size: 1MiB is outside 4KiB to 128KiB");
    }

    @Test
    void givesAGroupToOneSource() {
        assertErrors(
                """
                stacks:
                  - { name: a, source: { type: nflog, groups: [8] }, exporters: [main] }
                  - { name: b, source: { type: nflog, groups: [7-9] }, exporters: [main] }
                """ + EXPORTERS,
                "3:24: stacks[1].source: group 8 is source \"a\"'s already, and the kernel gives it to one only; let the"
                        + " stacks name one of the sources");
    }

    @Test
    void writesPacketsOnlyWhereThereAreSome() {
        assertErrors(
                """
                stacks: [{ name: a, source: { type: nflog, groups: [8] }, exporters: [dump] }]
                exporters: { dump: { type: pcap, file: { path: /d }, biflow: true } }
                """, "2:54: exporters.dump: unknown key \"biflow\": known keys: type, file, tcp, unix, flush-interval");
        assertErrors(
                """
                stacks: [{ name: a, source: { type: conntrack }, exporters: [dump] }]
                exporters: { dump: { type: pcap, file: { path: /d } } }
                """,
                "2:20: exporters.dump: writes packets, and source \"a\" has none; give it one of type nflog or nfqueue");
    }

    @Test
    void wantsStacksAndExporters() {
        assertErrors("", ": the file is empty; it needs stacks and exporters");
        assertErrors("# nothing\n", ": the file is empty; it needs stacks and exporters");
        assertErrors("exporters: {}", "1:1: key \"stacks\" is missing: list at least one");
        assertErrors("stacks: []\n" + EXPORTERS, "1:9: stacks: empty; list at least one stack");
        assertErrors(
                "stacks: [{ name: a, source: { type: conntrack }, exporters: [] }]\n" + EXPORTERS,
                "1:61: stacks[0].exporters: empty; list at least one exporter");
        assertErrors(
                STACK, "1:62: stacks[0].exporters[0]: \"main\" is not one of the exporters; there are no exporters");
    }

    @Test
    void refusesAnUnknownSource() {
        assertErrors(
                "sources: { wan: { type: conntrack } }\nstacks: [{ name: a, source: lan, exporters: [main, main] }]\n"
                        + EXPORTERS,
                "2:29: stacks[0].source: \"lan\" is not one of the sources; did you mean wan? sources: wan",
                "2:52: stacks[0].exporters[1]: \"main\" is in this list twice");
    }

    @Test
    void refusesTwoSourcesOfOneName() {
        assertErrors(
                "sources: { a: { type: conntrack } }\n" + STACK + EXPORTERS,
                "2:29: stacks[0].source: this source takes its stack's name, \"a\", which is also one of the sources; rename one of"
                        + " them");
    }

    @Test
    void refusesTwoSequencesInOneDomain() {
        assertErrors(
                """
                stacks:
                  - { name: a, source: { type: conntrack, namespace: a }, exporters: [main, other] }
                  - { name: b, source: { type: conntrack, namespace: b }, exporters: [main] }
                exporters:
                  main: { type: netflow9, collector: "[2001:db8::1]" }
                  other: { type: netflow9, collector: "[2001:DB8:0::1]:9995", observation-domain: 2 }
                """,
                "6:10: exporters.other: sends domain 2 to [2001:DB8:0::1]:9995, and exporter \"main\" sends domains 1 to 2 (one"
                        + " for each reader of each source) there: the collector would mix up their sequences; set observation-domain to 3 here");
    }

    @Test
    void refusesDomainsBeyondTheLast() {
        assertErrors(
                """
                stacks:
                  - { name: a, source: { type: conntrack, namespace: a }, exporters: [main] }
                  - { name: b, source: { type: conntrack, namespace: b }, exporters: [main] }
                exporters: { main: { type: netflow9, collector: c.example, observation-domain: 0xffffffff } }
                """,
                "4:20: exporters.main: observation-domain 4294967295 leaves no room: 2 readers of sources use this exporter, one domain each,"
                        + " and the last domain is 4294967295");
    }

    @Test
    void refusesTwoSourcesWithOneStateFile() {
        assertErrors(
                """
                stacks:
                  - { name: a, source: { type: conntrack, state-file: /run/x }, exporters: [main] }
                  - { name: b, source: { type: conntrack, namespace: b, state-file: /run/x }, exporters: [main] }
                """ + EXPORTERS,
                "3:24: stacks[1].source: has the state file of source \"a\", and each needs its own: change state-file here");
    }

    @Test
    void refusesToShareOutDumpsThatZero() {
        assertErrors(
                "stacks: [{ name: a, source: { type: conntrack, accounting: reset, readers: 2 }, exporters: [main] }]\n"
                        + EXPORTERS,
                "1:76: stacks[0].source.readers: accounting: reset has one reader only, because a dump that zeroes cannot be"
                        + " shared out; write accounting: delta");
    }

    @Test
    void refusesNamesThatWouldNotPrint() {
        assertErrors(
                "stacks: [{ name: \"a\\nb\", source: { type: conntrack }, exporters: [main] }]\n" + EXPORTERS,
                "1:18: stacks[0].name: \"a?b\" is no name: use up to 63 letters, digits, dots, hyphens and underscores, and begin"
                        + " with a letter or digit");
        assertErrors(
                "stacks: [{ name: a, source: { type: conntrack, namespace: run/netns/a }, exporters: [main] }]\n"
                        + EXPORTERS,
                "1:59: stacks[0].source.namespace: \"run/netns/a\" is neither a name in /run/netns nor an absolute path such as"
                        + " /proc/1234/ns/net");
    }

    @Test
    void placesASyntaxError() {
        assertErrors(
                "stacks: [\n  - name\n",
                "2:3: not YAML: expected the node content, but found '-' while parsing a flow node");
        assertErrors("stacks: *a\n", "1:9: not YAML: found undefined alias a");
        assertErrors(
                "a: 1\n---\nb: 2\n",
                "2:1: not YAML: but found another document expected a single document in the stream");
        assertErrors("a: 1\nb: \u0007\n", "2:4: character U+0007 is not allowed in YAML; remove it");
    }

    @Test
    void boundsNestingAndAliases() {
        assertErrors("[".repeat(100_000), "1:17: nested more than 16 levels deep");
        StringBuilder bomb = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 12; i++) {
            bomb.append("a").append(i).append(": &a").append(i).append(" [").append(("*a" + (i - 1) + ",").repeat(9));
            bomb.append("]\n");
        }
        String message = message(bomb.toString());
        assertTrue(message.contains("aliases"), message);
        assertErrors(
                "stacks: &a [*a]\n" + EXPORTERS,
                "1:9: stacks[0]: wants keys and values, found a list (text that begins with" + " [ needs quotes)");
    }

    @Test
    void shortensLongText() {
        String message = message("transport: " + "x".repeat(5000) + "\n" + STACK + EXPORTERS);

        assertEquals(
                "nurs.yaml:1:12: transport: \"" + "x".repeat(60)
                        + "…\" is unknown; known values: epoll, io_uring, auto",
                message);
    }

    @Test
    void refusesTwoExportersOfOneFile() {
        String stacks = """
                stacks: [{ name: a, source: { type: conntrack, readers: 2 }, exporters: [one, two] }]
                exporters:
                """;
        assertErrors(
                stacks + """
                  one: { type: ipfix, file: { path: /d/flows.ipfix } }
                  two: { type: ipfix, file: { path: /d/flows.2.ipfix } }
                """,
                "4:8: exporters.two: writes to /d/flows.2.ipfix, and so does exporter \"one\"; give each a file of its own");
        assertErrors(
                """
                exporters: { main: { type: json, file: { path: /d/f } }, two: { type: csv, file: { path: /d/./f } } }
                stacks: [{ name: a, source: { type: conntrack }, exporters: [main, two] }]
                """,
                "1:63: exporters.two: writes to /d/./f, and so does exporter \"main\"; give each a file of its own");
        assertErrors(
                stacks + """
                  one: { type: ipfix, file: { path: "-" } }
                  two: { type: ipfix, collector: 192.0.2.10 }
                """,
                "3:8: exporters.one: several readers of sources use this exporter, and standard output takes the messages of"
                        + " one; write to files, of which each reader has its own");
    }

    private static void assertErrors(String yaml, String... expected) {
        String all = String.join(
                "\n", Arrays.stream(expected).map(ConfigErrorsTest::withFile).toList());
        assertEquals(all, message(yaml));
    }

    private static String withFile(String error) {
        return error.startsWith(":") ? "nurs.yaml" + error : "nurs.yaml:" + error;
    }

    private static String message(String yaml) {
        ConfigException e = assertThrows(ConfigException.class, () -> ConfigLoader.parse("nurs.yaml", yaml));
        return String.valueOf(e.getMessage());
    }
}
