package io.nurs.appliance.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetworkNamespace;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import io.nurs.netlink.conntrack.ConntrackEntry;
import io.nurs.netlink.nftables.NftablesAttribute;
import io.nurs.netlink.nftables.NftablesBatch;
import io.nurs.netlink.nftables.NftablesExpression;
import io.nurs.netlink.nftables.NftablesRequests;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("netns")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DemoLabTest {
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;

    @BeforeEach
    void needsRoot() {
        Privileges.requireNetworkNamespaces();
    }

    @Test
    void pingsThroughTheRouterInBothFamilies() throws Exception {
        try (CloseStack opened = new CloseStack();
                DemoLab lab = DemoLab.create();
                Accounting accounting = Accounting.open(DemoLab.startLoop(opened), lab.router())) {
            assertTrue(lab.hasIpv6());
            assertTrue(reaches(lab.client(), lab.server().ipv4()));
            assertTrue(reaches(lab.client(), lab.server().ipv6()));
            assertTrue(reaches(lab.server(), lab.client().ipv6()));

            assertEquals(Set.of(ICMP, ICMPV6), protocols(accounting));
            assertEquals(accounting.total(), lab.forwarded());
            // A ping that takes longer than a second is sent again.
            assertTrue(lab.forwarded().packets() >= 6);
        }
    }

    @Test
    void countsWhatConntrackCounts() throws Exception {
        try (CloseStack opened = new CloseStack();
                DemoLab lab = DemoLab.create();
                Accounting accounting = Accounting.open(DemoLab.startLoop(opened), lab.router());
                DemoTraffic traffic = DemoTraffic.start(lab, Duration.ofSeconds(3))) {
            traffic.await(progress -> {});

            assertEquals(accounting.total(), lab.forwarded());
            assertEquals(Set.of(ICMP, TCP, UDP, ICMPV6), protocols(accounting));
            DemoTraffic.Progress end = traffic.progress();
            assertEquals(end.started(), end.ended());
            assertTrue(end.forwarded().bytes() > 1_000_000, end::toString);
        }
    }

    @Test
    void translatesOneFlow() throws Exception {
        try (CloseStack opened = new CloseStack();
                DemoLab lab = DemoLab.create();
                Accounting accounting = Accounting.open(DemoLab.startLoop(opened), lab.router());
                DemoTraffic traffic = DemoTraffic.start(lab, Duration.ofSeconds(1))) {
            traffic.await(progress -> {});

            assertTrue(lab.hasNat());
            ConntrackEntry translated = accounting.entries().stream()
                    .filter(entry -> (entry.status() & ConntrackAttribute.IPS_SRC_NAT) != 0)
                    .collect(Collectors.collectingAndThen(Collectors.toList(), found -> {
                        assertEquals(1, found.size(), found::toString);
                        return found.getFirst();
                    }));
            assertEquals(lab.client().ipv4(), translated.original().source());
            assertEquals(DemoLab.NAT_PORT, translated.original().destinationPort());
            assertEquals(InetAddress.ofLiteral("192.0.2.1"), translated.reply().destination());
        }
    }

    @Test
    void saysWhichRuleTheKernelRefused() throws Exception {
        try (CloseStack opened = new CloseStack();
                NetworkNamespace namespace = NetworkNamespace.create();
                NetlinkSession session =
                        NetlinkSession.open(DemoLab.startLoop(opened), namespace, NetlinkOptions.NETLINK_NETFILTER)) {
            NftablesBatch batch = new NftablesBatch(List.of(
                    NftablesRequests.newTable(session.allocator(), NftablesAttribute.NFPROTO_INET, "lonely"),
                    NftablesRequests.newRule(
                            session.allocator(),
                            NftablesAttribute.NFPROTO_INET,
                            "lonely",
                            "missing",
                            List.of(NftablesExpression.counter()))));

            Errno refused = assertThrows(Errno.class, () -> session.send(batch));

            assertEquals(Errno.ENOENT, refused.number());
            assertTrue(refused.toString().contains("request 2 of"), refused::toString);
            assertThrows(IOException.class, () -> DemoRules.forwarded(session));
        }
    }

    @Test
    void writesDestinationNatThatTheKernelTakes() throws Exception {
        try (CloseStack opened = new CloseStack();
                NetworkNamespace namespace = NetworkNamespace.create();
                NetlinkSession session =
                        NetlinkSession.open(DemoLab.startLoop(opened), namespace, NetlinkOptions.NETLINK_NETFILTER)) {
            for (String to : List.of("203.0.113.10", "2001:db8:2::10")) {
                session.send(destinationNat(session, InetAddress.ofLiteral(to)));
            }
        }
    }

    private static NftablesBatch destinationNat(NetlinkSession session, InetAddress to) {
        int family = to.getAddress().length == 4 ? NftablesAttribute.NFPROTO_IPV4 : NftablesAttribute.NFPROTO_IPV6;
        return new NftablesBatch(List.of(
                NftablesRequests.newTable(session.allocator(), family, "nat"),
                NftablesRequests.newBaseChain(
                        session.allocator(),
                        family,
                        "nat",
                        "prerouting",
                        "nat",
                        NftablesAttribute.NF_INET_PRE_ROUTING,
                        NftablesAttribute.NF_IP_PRI_NAT_DST),
                NftablesRequests.newRule(
                        session.allocator(),
                        family,
                        "nat",
                        "prerouting",
                        List.of(NftablesExpression.destinationNat(to)))));
    }

    @Test
    void leavesNothingBehind() throws Exception {
        // Once for what stays with the JVM: libraries, class files.
        run(Duration.ofMillis(300));
        Set<Thread> threads = threads();
        Set<String> descriptors = descriptors();

        run(Duration.ofMillis(300));

        assertEquals(Set.of(), added(threads, threads()));
        assertEquals(Set.of(), added(descriptors, descriptors()));
    }

    @Test
    void closesInTheMiddleOfTraffic() throws Exception {
        run(Duration.ofMillis(300));
        Set<Thread> threads = threads();
        Set<String> descriptors = descriptors();

        try (DemoLab lab = DemoLab.create();
                DemoTraffic traffic = DemoTraffic.start(lab, Duration.ofMinutes(10))) {
            while (traffic.progress().forwarded().packets() < 100) {
                Thread.sleep(10);
            }
        }

        assertEquals(Set.of(), added(threads, threads()));
        assertEquals(Set.of(), added(descriptors, descriptors()));
    }

    private static void run(Duration length) throws IOException, InterruptedException {
        try (DemoLab lab = DemoLab.create();
                DemoTraffic traffic = DemoTraffic.start(lab, length)) {
            traffic.await(progress -> {});
        }
    }

    private static boolean reaches(DemoLab.Host from, InetAddress to) throws IOException {
        return from.namespace().call(() -> to.isReachable(5000));
    }

    private static Set<Integer> protocols(Accounting accounting) {
        return accounting.entries().stream()
                .map(entry -> entry.original().protocol())
                .collect(Collectors.toSet());
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet();
    }

    /** What the file descriptors of this process lead to: "socket:[4711]", "net:[4026531840]", "/some/file". */
    private static Set<String> descriptors() throws IOException {
        Set<String> targets = new HashSet<>();
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            for (Path link : links.toList()) {
                try {
                    targets.add(Files.readSymbolicLink(link).toString());
                } catch (IOException e) {
                    // The list's own, closed again.
                }
            }
        }
        return targets;
    }

    private static <T> Set<T> added(Set<T> before, Set<T> after) {
        return after.stream().filter(element -> !before.contains(element)).collect(Collectors.toSet());
    }
}
