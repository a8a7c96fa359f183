package io.nurs.appliance.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.Finding;
import io.nurs.appliance.Finding.Level;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.doctor.SocketOwners.Owner;
import io.nurs.appliance.lab.Json;
import io.nurs.appliance.terminal.Terminal;
import io.nurs.netlink.NetworkNamespace;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What this machine cannot show: the checks' words on what others would. */
class ChecksTest {
    private static final Place PLACE = new Place("flows", "wan", NetworkNamespace.current());
    private static final ConntrackSourceConfig SOURCE = ConntrackSourceConfig.defaults("flows");

    private static List<Level> levels(List<Finding> findings) {
        return findings.stream().map(Finding::level).toList();
    }

    @Test
    void aFlowtableWithoutCountersIsWarnedOf() {
        String ruleset = """
                table inet filter {
                	flowtable bare {
                		hook ingress priority filter
                		devices = { eth0, eth1 }
                	}

                	flowtable counting {
                		hook ingress priority filter
                		devices = { eth2 }
                		counter
                	}

                	chain forward {
                		ct state established flow add @bare counter packets 0 bytes 0
                	}
                }
                """;
        List<Finding> findings = MergingCheck.flowtables(PLACE, ruleset);
        assertEquals(List.of(Level.WARN, Level.OK), levels(findings));
        assertEquals("source flows: flowtable bare", findings.getFirst().subject());
    }

    @Test
    void mergingByTheDriverIsWarnedOfAndByTheKernelIsSaid() {
        String lro = "Features for eth0:\ngeneric-receive-offload: on\nlarge-receive-offload: on\n";
        String none = "Features for eth0:\ngeneric-receive-offload: off\nlarge-receive-offload: off [fixed]\n";
        List<Finding> findings = MergingCheck.offloads(PLACE, List.of("eth0"), List.of(lro));
        assertEquals(List.of(Level.WARN, Level.OK), levels(findings));
        assertEquals(
                "ip netns exec wan ethtool -K eth0 lro off", findings.getFirst().mend());
        assertTrue(MergingCheck.offloads(PLACE, List.of("eth0"), List.of(none))
                .getFirst()
                .what()
                .startsWith("GRO and LRO are off"));
        assertTrue(MergingCheck.offloads(PLACE, List.of("eth0"), List.of(""))
                .getFirst()
                .what()
                .startsWith("unknown"));
    }

    @Test
    void rulesThatNeedConntrackAreTold() {
        assertTrue(TrackingCheck.asks("ct state established,related accept"));
        assertTrue(TrackingCheck.asks("ip saddr 10.0.0.0/8 oifname \"ct0\" masquerade"));
        assertTrue(TrackingCheck.asks(null, "-A FORWARD -m conntrack --ctstate NEW -j ACCEPT"));
        assertTrue(TrackingCheck.asks(null, null, "-A POSTROUTING -o eth0 -j MASQUERADE"));
        assertFalse(TrackingCheck.asks(
                "table inet ct { chain c { iif \"lo\" notrack; counter } }", "-A INPUT -p tcp --dport 22 -j ACCEPT"));
        assertFalse(TrackingCheck.asks(null));
    }

    @Test
    void aTableThatFillsIsWarnedOfAndOneThatIsFullFails() {
        assertEquals(List.of(Level.OK), levels(table(500).findings(PLACE, SOURCE)));
        assertEquals(List.of(Level.WARN), levels(table(850).findings(PLACE, SOURCE)));
        Finding beyondGuard = table(910).findings(PLACE, SOURCE).getFirst();
        assertTrue(beyondGuard.what().contains("guard"), beyondGuard::what);
        Finding full = table(960).findings(PLACE, SOURCE).getFirst();
        assertEquals(Level.FAIL, full.level());
        assertEquals("sysctl -w net.netfilter.nf_conntrack_max=2000", full.mend());
    }

    private static TableCheck table(long entries) {
        return new TableCheck(entries, 1000, 1000, 256, 1 << 30);
    }

    @Test
    void longChainsAndTablesBeyondTheMemoryAreWarnedOf() {
        List<Finding> findings = new TableCheck(0, 4_000_000, 65_536, 320, 1 << 30).findings(PLACE, SOURCE);
        assertEquals(
                List.of("source flows: table", "source flows: hash table", "source flows: table size"),
                findings.stream().map(Finding::subject).toList());
        assertEquals(
                "sysctl -w net.netfilter.nf_conntrack_buckets=4000000",
                findings.get(1).mend());
        assertEquals(
                "sysctl -w net.netfilter.nf_conntrack_max=838860",
                findings.get(2).mend());
        assertEquals(
                List.of(Level.OK),
                levels(new TableCheck(0, 4_000_000, 4_000_000, 320, 8L << 30).findings(PLACE, SOURCE)));
    }

    @Test
    void aBufferThatTheKernelCutsIsWarnedOf() {
        Finding cut = BufferCheck.finding(PLACE, SOURCE, 0, 425_984);
        assertEquals(Level.WARN, cut.level());
        assertEquals("sysctl -w net.core.rmem_max=33554432", cut.mend());
        assertTrue(cut.what().startsWith("208 KiB, room for the ends of about 332 flows"), cut::what);
    }

    @Test
    void listenersAreToldFromOtherSockets() {
        String table = """
                sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
                000000007a0d176a 0   0          00000000 0        0        0     2        0        4
                00000000aaaaaaaa 12  4711       00000004 81920    0        0     2        7        2001
                00000000bbbbbbbb 12  4712       00000000 0        0        0     2        0        2002
                00000000cccccccc 12  4713       00000005 0        0        0     2        0        2003
                00000000dddddddd 0   4714       00000004 0        0        0     2        0        2004
                """;
        assertEquals(
                List.of(new NetlinkListener(2001, 81_920, 7), new NetlinkListener(2003, 0, 0)),
                NetlinkListener.parse(table));
    }

    @Test
    void oneNursdIsNoNewsAndTwoAre() {
        NetlinkListener first = new NetlinkListener(1, 0, 3);
        NetlinkListener second = new NetlinkListener(2, 0, 0);
        Map<Long, Owner> one = Map.of(1L, new Owner(10, "nursd", true), 2L, new Owner(10, "nursd", true));
        Map<Long, Owner> two = Map.of(1L, new Owner(10, "nursd", true), 2L, new Owner(11, "nursd", true));
        assertEquals(List.of(Level.OK), levels(ListenersCheck.findings(PLACE, SOURCE, List.of(first, second), one)));
        List<Finding> both = ListenersCheck.findings(PLACE, SOURCE, List.of(first, second), two);
        assertEquals(List.of(Level.WARN), levels(both));
        assertEquals("ps -o pid,lstart,args -p 10,11", both.getFirst().mend());
    }

    @Test
    void capabilitiesAreAskedForAsTheConfigurationNeedsThem() throws Exception {
        ApplianceConfig plain = ApplianceConfig.forCollector("netflow9://127.0.0.1:9");
        ApplianceConfig device = ApplianceConfig.forCollector("netflow9://127.0.0.1:9?bind-device=eth0");
        Capabilities none = Capabilities.parse("Name:\tx\nCapEff:\t0000000000000000\n");
        Capabilities netAdmin = Capabilities.parse("CapEff:\t0000000000001000\n");
        assertEquals(List.of(Level.FAIL), levels(none.findings(plain, new KernelVersion(6, 18))));
        assertEquals(List.of(Level.OK), levels(netAdmin.findings(device, new KernelVersion(6, 18))));
        assertEquals(List.of(Level.OK, Level.FAIL), levels(netAdmin.findings(device, new KernelVersion(5, 4))));
    }

    @Test
    void kernelsAreToldApart() {
        assertEquals(new KernelVersion(6, 18), KernelVersion.parse("6.18.44-generic"));
        assertNull(KernelVersion.parse("next"));
        assertEquals(
                Level.WARN,
                KernelCheck.version("3.10.0-1160", new KernelVersion(3, 10)).level());
        assertEquals(
                Level.OK,
                KernelCheck.version("5.10.1", new KernelVersion(5, 10)).level());
        String built = """
                CONFIG_NF_CONNTRACK=m
                CONFIG_NF_CT_NETLINK=y
                # CONFIG_NF_CONNTRACK_EVENTS is not set
                CONFIG_NF_CONNTRACK_TIMESTAMP=y
                CONFIG_NF_CONNTRACK_MARK=y
                """;
        List<Finding> findings = KernelCheck.options("config", built);
        assertEquals(List.of(Level.FAIL), levels(findings));
        assertEquals("CONFIG_NF_CONNTRACK_EVENTS", findings.getFirst().subject());
    }

    @Test
    void aClockThatCannotBeRightFails() {
        Instant now = Instant.parse("2026-11-26T12:00:00Z");
        assertEquals(Level.FAIL, ClockCheck.finding(Instant.EPOCH, true).level());
        assertEquals(Level.WARN, ClockCheck.finding(now, false).level());
        assertEquals(Level.OK, ClockCheck.finding(now, true).level());
        assertTrue(ClockCheck.finding(now, null).what().startsWith("unknown"));
    }

    @Test
    void fewFilesAndLittleMemoryAreWarnedOf() throws Exception {
        ApplianceConfig config = ApplianceConfig.forCollector("netflow9://127.0.0.1:9");
        String limits = "Max open files            64                   %s               files     \n";
        assertEquals(
                Level.WARN, LimitsCheck.files(config, limits.formatted(100)).level());
        assertEquals(Level.OK, LimitsCheck.files(config, limits.formatted(1024)).level());
        assertEquals(
                Level.OK,
                LimitsCheck.files(config, limits.formatted("unlimited")).level());
        assertEquals(Level.WARN, LimitsCheck.memory(config, 1024).level());
        assertEquals(Level.OK, LimitsCheck.memory(config, 1L << 30).level());
    }

    @Test
    void aTableWrapsWordsAndNotCommands() {
        Finding finding = Finding.fail(
                "nf_conntrack_acct", "is off and that is too bad for all of us here", "sysctl -w x=1 y=2 z=3");
        assertEquals(
                List.of(
                        "fail  nf_conntrack_acct  is off and",
                        "                         that is too",
                        "                         bad for all",
                        "                         of us here",
                        "      -> sysctl -w x=1 y=2 z=3",
                        "",
                        "0 ok, 0 to be warned of, 1 failing"),
                new FindingTable(new Terminal(true, false, 37)).lines(List.of(finding)));
        assertTrue(new FindingTable(new Terminal(true, true, 80))
                .lines(List.of(finding))
                .getFirst()
                .startsWith("\033[31mfail\033[0m"));
        assertTrue(new FindingTable(Terminal.NONE)
                .lines(List.of(finding)).stream().noneMatch(line -> line.contains("\033")));
    }

    @Test
    void jsonHasAllOfAFinding() {
        String json = FindingJson.of(List.of(Finding.warn("a \"b\"", "line\nbreak", "mend"), Finding.ok("c", "d")));
        Map<String, Object> object =
                Json.object(assertNotNullValue(new Load(LoadSettings.builder().build()).loadFromString(json)));
        assertEquals(1, Json.integer(object, "warn"));
        assertEquals(0, Json.integer(object, "fail"));
        Map<String, Object> first = Json.objects(object.get("findings")).getFirst();
        assertEquals(Map.of("level", "warn", "subject", "a \"b\"", "what", "line\nbreak", "mend", "mend"), first);
    }

    @Test
    void aLookThatFailsCostsNoOther() throws Exception {
        Checkup checkup = new Checkup(ConfigLoader.parse("test.yaml", """
                        stacks: [{ name: flows, source: { type: conntrack }, exporters: [main] }]
                        exporters: { main: { type: netflow9, collector: 192.0.2.10 } }
                        """), false, subject -> {});
        checkup.look("one", () -> {
            throw new NumberFormatException("no number");
        });
        checkup.look("another", () -> {
            throw new java.io.IOException("no file");
        });
        assertEquals(List.of(Level.WARN, Level.WARN), levels(checkup.found()));
    }

    @Test
    void theListenersAddressMustBeThisMachines() throws Exception {
        assertEquals(List.of(Level.FAIL), levels(files("192.0.2.77")));
        assertEquals(List.of(), levels(files("127.0.0.1")));
        assertEquals(List.of(), levels(files("0.0.0.0")));
    }

    private static List<Finding> files(String listen) throws Exception {
        return FilesCheck.findings(ConfigLoader.parse("test.yaml", """
                        stacks: [{ name: flows, source: { type: conntrack }, exporters: [main] }]
                        exporters: { main: { type: netflow9, collector: 192.0.2.10 } }
                        metrics: { listen: "%s:9469" }
                        """.formatted(listen)));
    }

    private static Object assertNotNullValue(Object value) {
        assertNotNull(value);
        return value;
    }

    @Test
    void aContainerIsKnownByItsEnginesSigns() {
        Path none = Path.of("/nowhere");
        assertEquals(List.of(), ContainerCheck.findings(List.of(none), Map.of("HOME", "/")));
        assertEquals(List.of(Level.OK), levels(ContainerCheck.findings(List.of(none, Path.of("/")), Map.of())));
        assertEquals(List.of(Level.OK), levels(ContainerCheck.findings(List.of(none), Map.of("container", "oci"))));
    }

    @Test
    void aNameIsOneWordToTheShell() {
        assertEquals(
                "ip netns exec 'a b' sysctl -w x=1",
                new Place("flows", "a b", NetworkNamespace.current()).setSysctl("x", 1));
        assertEquals(
                "nsenter --net=/proc/7/ns/net true",
                new Place("flows", "/proc/7/ns/net", NetworkNamespace.current()).command("true"));
    }
}
