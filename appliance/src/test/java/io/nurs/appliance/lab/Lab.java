package io.nurs.appliance.lab;

import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * client - router - server, each a network namespace with a name of its own, joined by veth. The router tracks, counts what it
 * forwards by itself in an nftables counter, and translates: to ports {@value #MASQUERADED} and what is sent to {@value #DNAT} on
 * the router itself.
 */
public final class Lab implements AutoCloseable {
    public static final String CLIENT4 = "198.51.100.2";
    public static final String ROUTER4 = "198.51.100.1";
    public static final String ROUTER4_OUTSIDE = "203.0.113.1";
    public static final String SERVER4 = "203.0.113.2";
    public static final String CLIENT6 = "2001:db8:1::2";
    public static final String ROUTER6 = "2001:db8:1::1";
    public static final String ROUTER6_OUTSIDE = "2001:db8:2::1";
    public static final String SERVER6 = "2001:db8:2::2";

    public static final int PLAIN = 7001;
    public static final int MASQUERADED = 7002;
    public static final int DNAT = 7003;
    public static final int BEHIND_DNAT = 7004;

    private static final String HOST_MAC = "02:00:00:00:00:01";
    private static final String ROUTER_MAC = "02:00:00:00:00:02";
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Pattern COUNTER = Pattern.compile("packets (\\d+) bytes (\\d+)");
    private static final String RULES = """
            table inet lab {
              counter forwarded { }
              chain untracked { type filter hook prerouting priority -300; iif "lo" notrack; }
              chain untracked_too { type filter hook output priority -300; oif "lo" notrack; }
              chain marking { type filter hook forward priority -10; }
              chain forwarding {
                type filter hook forward priority 0;
                ct state invalid drop;
                ct state new,established counter name forwarded;
              }
              chain sources { type nat hook postrouting priority 100; meta l4proto { tcp, udp } th dport 7002 masquerade; }
              chain destinations {
                type nat hook prerouting priority -100;
                ip daddr 198.51.100.1 meta l4proto { tcp, udp } th dport 7003 dnat ip to 203.0.113.2:7004;
                ip6 daddr 2001:db8:1::1 meta l4proto { tcp, udp } th dport 7003 dnat ip6 to [2001:db8:2::2]:7004;
              }
            }
            """;

    private final String prefix = "nurs-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + "-";
    private final Thread undo = new Thread(this::remove);
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    /** Packets and IP octets. */
    public record Counted(long packets, long bytes) {
        public Counted plus(Counted other) {
            return new Counted(packets + other.packets, bytes + other.bytes);
        }

        public Counted minus(Counted other) {
            return new Counted(packets - other.packets, bytes - other.bytes);
        }
    }

    private Lab() {}

    /** Makes the network, with conntrack's accounting, timestamps and events on; skips the test where that is not possible. */
    public static Lab open() throws IOException, InterruptedException {
        Requires.root();
        Requires.tools("ip", "nft", "conntrack");
        Lab lab = new Lab();
        Runtime.getRuntime().addShutdownHook(lab.undo);
        try {
            lab.build();
            return lab;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            lab.close();
            throw e;
        }
    }

    private void build() throws IOException, InterruptedException {
        for (String name : names()) {
            ip("netns add " + name);
            ip("-n " + name + " link set lo up");
        }
        sysctl("net.ipv4.ip_forward", 1);
        sysctl("net.ipv6.conf.all.forwarding", 1);
        join(client(), CLIENT4, CLIENT6, ROUTER4, ROUTER6, "inside");
        join(server(), SERVER4, SERVER6, ROUTER4_OUTSIDE, ROUTER6_OUTSIDE, "outside");
        for (String name : List.of("acct", "timestamp", "events")) {
            sysctl("net.netfilter.nf_conntrack_" + name, 1);
        }
        nft(RULES);
    }

    private void join(String host, String host4, String host6, String router4, String router6, String routerLink)
            throws IOException, InterruptedException {
        ip("link add name eth0 address %s netns %s type veth peer name %s address %s netns %s"
                .formatted(HOST_MAC, host, routerLink, ROUTER_MAC, router()));
        address(host, "eth0", host4, host6);
        address(router(), routerLink, router4, router6);
        neighbours(host, "eth0", ROUTER_MAC, router4, router6);
        neighbours(router(), routerLink, HOST_MAC, host4, host6);
        ip("-n %s route add default via %s".formatted(host, router4));
        ip("-n %s -6 route add default via %s".formatted(host, router6));
    }

    private static void address(String namespace, String link, String ipv4, String ipv6)
            throws IOException, InterruptedException {
        ip("-n %s address add %s/24 dev %s".formatted(namespace, ipv4, link));
        ip("-n %s address add %s/64 dev %s nodad".formatted(namespace, ipv6, link));
        ip("-n %s link set %s up".formatted(namespace, link));
    }

    /**
     * Discovery takes a second or two while links come up. A SYN that is sent again meanwhile is forwarded, but conntrack's TCP
     * tracker ignores it, and does not count it.
     */
    private static void neighbours(String namespace, String link, String mac, String... addresses)
            throws IOException, InterruptedException {
        for (String address : addresses) {
            ip("-n %s neighbour replace %s lladdr %s dev %s nud permanent".formatted(namespace, address, mac, link));
        }
    }

    private static void ip(String arguments) throws IOException, InterruptedException {
        Program.run(("ip " + arguments).split(" ", -1));
    }

    public String client() {
        return prefix + "client";
    }

    public String router() {
        return prefix + "router";
    }

    public String server() {
        return prefix + "server";
    }

    private List<String> names() {
        return List.of(client(), router(), server());
    }

    /** Runs a task on a thread inside a namespace: what it opens stays there. */
    public static <T> T in(String namespace, Callable<T> task) throws IOException {
        return NetworkNamespace.of(namespace).call(task);
    }

    /** Sets one of the router's. */
    public void sysctl(String name, int value) throws IOException {
        in(router(), () -> Files.writeString(Path.of("/proc/sys", name.replace('.', '/')), Integer.toString(value)));
    }

    /** One of the router's, read at once: a sysctl has no second part. */
    public int sysctl(String name) throws IOException {
        return in(router(), () -> {
            try (InputStream file = Files.newInputStream(Path.of("/proc/sys", name.replace('.', '/')))) {
                return Integer.parseInt(new String(file.readNBytes(32), StandardCharsets.US_ASCII).strip());
            }
        });
    }

    /** Gives the router more rules. */
    public void nft(String rules) throws IOException, InterruptedException {
        Path file = Files.createTempFile("nurs-rules", ".nft");
        try {
            Files.writeString(file, rules);
            inRouter("nft", "-f", file.toString());
        } finally {
            Files.delete(file);
        }
    }

    /** What a program prints that runs in the router. */
    public String inRouter(String... command) throws IOException, InterruptedException {
        return Program.run(within(router(), command).toArray(String[]::new));
    }

    /** The command that runs a program in a namespace. */
    public static List<String> within(String namespace, String... command) {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        whole.addAll(List.of(command));
        return whole;
    }

    /**
     * What the router has forwarded since the lab was made, as nftables counts it: without ICMP errors (related), which conntrack
     * counts for nobody.
     */
    public Counted forwarded() throws IOException, InterruptedException {
        return counted("forwarded");
    }

    /** Waits until nothing is forwarded any more: on a slow machine TCP repeats its last packets. */
    public void waitForQuiet() {
        Wait.until("the traffic has ceased", () -> {
            Counted before = forwarded();
            // Longer than TCP's shortest retransmission timeout.
            Thread.sleep(300);
            return before.equals(forwarded());
        });
    }

    /** A named counter of the table {@code inet lab}. */
    public Counted counted(String counter) throws IOException, InterruptedException {
        Matcher matcher = COUNTER.matcher(inRouter("nft", "list", "counter", "inet", "lab", counter));
        if (!matcher.find()) {
            throw new IllegalStateException("no counter " + counter);
        }
        return new Counted(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    }

    /** Entries in the router's table, and those whose end could not be told yet. */
    public int entries() throws IOException {
        return sysctl("net.netfilter.nf_conntrack_count");
    }

    /** Closes {@code part} when the lab is, before the namespaces go. */
    public <T extends AutoCloseable> T closing(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public void close() {
        for (AutoCloseable part : parts) {
            Wait.unchecked(() -> {
                part.close();
                return true;
            });
        }
        Runtime.getRuntime().removeShutdownHook(undo);
        remove();
    }

    private void remove() {
        for (String name : names()) {
            if (Files.exists(Path.of("/run/netns", name))) {
                Wait.unchecked(() -> Program.run("ip", "netns", "delete", name));
            }
        }
    }
}
