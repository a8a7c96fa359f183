package io.nurs.appliance.demo;

import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetworkNamespace;
import io.nurs.netlink.route.Loopback;
import io.nurs.netlink.route.RouteRequests;
import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Three network namespaces in a row: client, router, server. The router forwards IPv4 and IPv6, tracks connections with
 * accounting, and counts what it forwards by an nftables rule that conntrack has no part in. Of the process's own namespace
 * only {@code lo} is touched: it is brought up.
 *
 * <p>Needs root in a user namespace of its own, or real root, and no tool. Closing it ends all of it.
 */
public final class DemoLab implements AutoCloseable {
    /** Connections from the client to this TCP port of the server get another source address, if {@link #hasNat()}. */
    public static final int NAT_PORT = 8443;

    // RFC 5737 and RFC 3849: addresses for documentation
    private static final InetAddress CLIENT_4 = InetAddress.ofLiteral("198.51.100.10");
    private static final InetAddress CLIENT_6 = InetAddress.ofLiteral("2001:db8:1::10");
    private static final InetAddress ROUTER_TO_CLIENT_4 = InetAddress.ofLiteral("198.51.100.1");
    private static final InetAddress ROUTER_TO_CLIENT_6 = InetAddress.ofLiteral("2001:db8:1::1");
    private static final InetAddress ROUTER_TO_SERVER_4 = InetAddress.ofLiteral("203.0.113.1");
    private static final InetAddress ROUTER_TO_SERVER_6 = InetAddress.ofLiteral("2001:db8:2::1");
    private static final InetAddress SERVER_4 = InetAddress.ofLiteral("203.0.113.10");
    private static final InetAddress SERVER_6 = InetAddress.ofLiteral("2001:db8:2::10");
    /** On no interface: the server's default route leads its answers back to the router. */
    private static final InetAddress NAT_SOURCE = InetAddress.ofLiteral("192.0.2.1");

    private static final int SHUTDOWN_SECONDS = 5;

    private static final int TO_CLIENT = 2;
    private static final int TO_SERVER = 3;
    private static final int TO_ROUTER = 2;

    /** One end of the lab. */
    public record Host(NetworkNamespace namespace, InetAddress ipv4, InetAddress ipv6) {}

    private final CloseStack opened;
    private final EventLoop loop;
    private final Host client;
    private final NetworkNamespace router;
    private final Host server;
    private final NetlinkSession rules;
    private final boolean hasIpv6 = ipv6InJvm() && Files.exists(Path.of("/proc/sys/net/ipv6"));
    private boolean hasNat;

    private DemoLab(CloseStack opened) throws IOException {
        this.opened = opened;
        this.client = new Host(opened.add(NetworkNamespace.create()), CLIENT_4, CLIENT_6);
        this.router = opened.add(NetworkNamespace.create());
        this.server = new Host(opened.add(NetworkNamespace.create()), SERVER_4, SERVER_6);
        this.loop = startLoop(opened);
        this.rules = opened.add(NetlinkSession.open(loop, router, NetlinkOptions.NETLINK_NETFILTER));
    }

    /**
     * Builds the lab; it forwards when this returns.
     *
     * @throws IOException where this process or this kernel cannot do it; says what, and why
     */
    public static DemoLab create() throws IOException {
        CloseStack opened = new CloseStack();
        try {
            DemoLab lab = new DemoLab(opened);
            lab.build();
            return lab;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    static EventLoop startLoop(CloseStack opened) throws IOException {
        ThreadFactory daemons = new DefaultThreadFactory("demo-lab", true);
        List<Thread> threads = new CopyOnWriteArrayList<>();
        EventLoop loop = new SingleThreadIoEventLoop(
                null,
                task -> {
                    Thread thread = daemons.newThread(task);
                    threads.add(thread);
                    return thread;
                },
                EpollIoHandler.newFactory());
        opened.add(() -> {
            loop.shutdownGracefully(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
            // The future is a moment ahead of the thread.
            for (Thread thread : threads) {
                thread.join();
            }
        });
        return loop;
    }

    public Host client() {
        return client;
    }

    public NetworkNamespace router() {
        return router;
    }

    public Host server() {
        return server;
    }

    /**
     * Whether there is IPv6 traffic. Not if the kernel lacks it, nor if this JVM does: as it starts, it looks for an IPv6
     * address in its namespace, and gives IPv6 up for good if {@code lo} is down. See {@link LoopbackUp}.
     */
    public boolean hasIpv6() {
        return hasIpv6;
    }

    /** Whether the kernel has what the NAT rule needs; the lab works without. */
    public boolean hasNat() {
        return hasNat;
    }

    /** What the router forwarded so far, by the counter of an nftables rule. */
    public Forwarded forwarded() throws IOException {
        return DemoRules.forwarded(rules);
    }

    @Override
    public void close() {
        opened.close();
    }

    private void build() throws IOException {
        // Where a collector on 127.0.0.1 listens.
        step("bring lo up", Loopback::up);
        step("prepare the namespaces", () -> {
            for (NetworkNamespace namespace : List.of(client.namespace(), router, server.namespace())) {
                DemoSysctls.prepare(namespace, hasIpv6);
            }
        });
        step("link the namespaces by veth pairs", this::link);
        step("make the router forward", () -> DemoSysctls.forward(router, hasIpv6));
        step("set the router's nftables rules", () -> DemoRules.install(rules));
        // Behind the rules: the kernel may have loaded conntrack only for them.
        step("switch conntrack's accounting on", () -> DemoSysctls.account(router));
        try {
            DemoRules.installSourceNat(rules, NAT_PORT, NAT_SOURCE);
            hasNat = true;
        } catch (Errno e) {
            hasNat = false;
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void step(String what, Step step) throws IOException {
        try {
            step.run();
        } catch (IOException e) {
            throw new IOException("cannot " + what + ": " + e.getMessage(), e);
        }
    }

    private void link() throws IOException {
        try (NetlinkSession session = routes(router)) {
            session.send(RouteRequests.vethPair(
                    session.allocator(),
                    "to-client",
                    TO_CLIENT,
                    "to-router",
                    TO_ROUTER,
                    client.namespace().descriptor()));
            session.send(RouteRequests.vethPair(
                    session.allocator(),
                    "to-server",
                    TO_SERVER,
                    "to-router",
                    TO_ROUTER,
                    server.namespace().descriptor()));
            address(session, TO_CLIENT, ROUTER_TO_CLIENT_4, ROUTER_TO_CLIENT_6);
            address(session, TO_SERVER, ROUTER_TO_SERVER_4, ROUTER_TO_SERVER_6);
        }
        connect(client, ROUTER_TO_CLIENT_4, ROUTER_TO_CLIENT_6);
        connect(server, ROUTER_TO_SERVER_4, ROUTER_TO_SERVER_6);
    }

    private void connect(Host host, InetAddress gateway4, InetAddress gateway6) throws IOException {
        try (NetlinkSession session = routes(host.namespace())) {
            address(session, TO_ROUTER, host.ipv4(), host.ipv6());
            session.send(RouteRequests.defaultRoute(session.allocator(), gateway4));
            if (hasIpv6) {
                session.send(RouteRequests.defaultRoute(session.allocator(), gateway6));
            }
        }
    }

    private void address(NetlinkSession session, int index, InetAddress ipv4, InetAddress ipv6) throws IOException {
        session.send(RouteRequests.address(session.allocator(), index, ipv4, 24));
        if (hasIpv6) {
            session.send(RouteRequests.address(session.allocator(), index, ipv6, 64));
        }
        session.send(RouteRequests.linkUp(session.allocator(), index));
    }

    private NetlinkSession routes(NetworkNamespace namespace) throws IOException {
        return NetlinkSession.open(loop, namespace, NetlinkOptions.NETLINK_ROUTE);
    }

    private static boolean ipv6InJvm() {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.INET6)) {
            return probe.isOpen();
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
