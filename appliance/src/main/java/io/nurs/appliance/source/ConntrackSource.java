package io.nurs.appliance.source;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.Accounting;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.Delivery;
import io.nurs.appliance.config.MarkMatch;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkControl;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.NetlinkRequestTracker;
import io.nurs.netlink.NetworkNamespace;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import io.nurs.netlink.conntrack.ConntrackDecoder;
import io.nurs.netlink.conntrack.ConntrackRequests;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection table of one network namespace: a channel for DESTROY events, a second one for requests and dumps, both on
 * one event loop.
 */
public final class ConntrackSource {
    private static final Logger LOG = LoggerFactory.getLogger(ConntrackSource.class);
    private static final Duration UNTRACKED_CHECK = Duration.ofSeconds(10);
    /** With reliable delivery a DESTROY that did not fit into the buffer comes again after a second. nf_conntrack_ecache.c */
    private static final Duration REPEATED_AFTER = Duration.ofMillis(1500);

    private static final Duration DRAIN_TICK = Duration.ofMillis(10);
    private static final Duration STATS_TICK = Duration.ofSeconds(1);

    private final ConntrackSourceConfig config;
    private final NetworkNamespace namespace;
    private final EventLoop loop;
    private final NetlinkChannel events;
    private final NetlinkChannel requests;
    private final ConntrackStats stats = new ConntrackStats();
    private final ConntrackAccounting accounting;
    private final RateLimit dumpLimit = new RateLimit();
    private final RateLimit lossLimit = new RateLimit();
    private final List<Future<?>> ticks = new ArrayList<>();
    /** Of the dump under way, or of the last one. */
    private @Nullable ChannelFuture dump;

    private ConntrackSource(
            ConntrackSourceConfig config,
            NetworkNamespace namespace,
            EventLoop loop,
            NetlinkChannel events,
            NetlinkChannel requests) {
        this.config = config;
        this.namespace = namespace;
        this.loop = loop;
        this.events = events;
        this.requests = requests;
        this.accounting = new ConntrackAccounting(config, InstantSource.system(), stats);
    }

    /**
     * Opens the sockets and starts reading; flows go to {@code exporter}, on {@code loop}.
     *
     * @throws StartException if a privilege, the namespace or the kernel's part is missing
     */
    public static ConntrackSource open(ConntrackSourceConfig config, EventLoop loop, ChannelInboundHandler exporter)
            throws StartException, InterruptedException {
        NetworkNamespace namespace = namespace(config);
        NetlinkChannel requests =
                openChannel(config, namespace, NetlinkOptions.requests(NetlinkOptions.NETLINK_NETFILTER));
        NetlinkChannel events;
        try {
            events = openChannel(config, namespace, eventOptions(config));
        } catch (StartException e) {
            discard(requests);
            throw e;
        }
        ConntrackSource source = new ConntrackSource(config, namespace, loop, events, requests);
        source.start(exporter);
        return source;
    }

    private static NetlinkOptions eventOptions(ConntrackSourceConfig config) {
        return NetlinkOptions.events(NetlinkOptions.NETLINK_NETFILTER, ConntrackAttribute.NFNLGRP_CONNTRACK_DESTROY)
                .withReceiveBufferBytes(config.receiveBufferBytes())
                .withBroadcastError(config.delivery() == Delivery.RELIABLE);
    }

    private static NetworkNamespace namespace(ConntrackSourceConfig config) throws StartException {
        String name = config.namespace();
        try {
            return name == null ? NetworkNamespace.current() : NetworkNamespace.of(name);
        } catch (NoSuchFileException e) {
            throw new StartException(
                    "source " + config.name() + ": there is no network namespace " + e.getFile()
                            + "; `ip netns list` shows those with a name",
                    e);
        } catch (IOException e) {
            throw new StartException("source " + config.name() + ": " + e.getMessage(), e);
        }
    }

    private static NetlinkChannel openChannel(
            ConntrackSourceConfig config, NetworkNamespace namespace, NetlinkOptions options) throws StartException {
        try {
            return namespace.call(() -> NetlinkChannel.open(options));
        } catch (IOException e) {
            throw new StartException("source " + config.name() + ": " + explain(config, e), e);
        }
    }

    private static String explain(ConntrackSourceConfig config, IOException cause) {
        if (!(cause instanceof Errno errno)) {
            return cause.toString();
        }
        String advice = switch (errno.number()) {
            case Errno.EPERM, Errno.EACCES ->
                config.namespace() == null
                        ? "; it needs CAP_NET_ADMIN: run it as root, or give it that capability"
                        : "; to enter a namespace it needs CAP_SYS_ADMIN as well as CAP_NET_ADMIN: run it as"
                                + " root, or start it inside the namespace (ip netns exec) without `namespace`";
            case Errno.EPROTONOSUPPORT, Errno.EAFNOSUPPORT ->
                "; this kernel has no nfnetlink (CONFIG_NETFILTER_NETLINK): modprobe nfnetlink";
            default -> "";
        };
        return errno.getMessage() + advice;
    }

    private static void discard(NetlinkChannel channel) {
        if (channel.isRegistered()) {
            channel.close();
        } else {
            channel.unsafe().closeForcibly();
        }
    }

    private void start(ChannelInboundHandler exporter) throws StartException, InterruptedException {
        requests.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(requests.stats()),
                        new NetlinkRequestTracker(),
                        new ConntrackDecoder(requests.stats()),
                        accounting,
                        exporter,
                        new Tail());
        events.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(events.stats()),
                        new ConntrackDecoder(events.stats()),
                        accounting,
                        exporter,
                        new Tail());
        try {
            loop.register(requests).sync();
            requireCtnetlink();
            prepareSysctls();
            // The counters of before are thrown away before the first event is read.
            if (config.accounting() == Accounting.RESET) {
                baseline();
            }
            loop.register(events).sync();
        } catch (StartException | RuntimeException e) {
            discard(requests);
            discard(events);
            throw e;
        }
        schedule();
        LOG.info(
                "source {}: conntrack of {}, accounting {}, delivery {}, receive buffer {} KiB",
                config.name(),
                namespace,
                config.accounting(),
                config.delivery(),
                events.receiveBufferBytes() / 1024);
    }

    /** Any answer but "no such subsystem" will do; asking also loads the module. */
    private void requireCtnetlink() throws StartException, InterruptedException {
        ChannelFuture answer = requests.writeAndFlush(ConntrackRequests.stats(requests.alloc()))
                .await();
        if (!answer.isSuccess()) {
            throw new StartException(
                    "source " + config.name() + ": the kernel does not speak ctnetlink ("
                            + answer.cause().getMessage()
                            + "); it needs CONFIG_NF_CT_NETLINK: modprobe nf_conntrack_netlink",
                    answer.cause());
        }
    }

    private void prepareSysctls() throws StartException {
        try {
            if (config.setSysctls()) {
                ConntrackSysctls.set(namespace);
            }
            ConntrackSysctls sysctls = ConntrackSysctls.read(namespace);
            if (sysctls == null) {
                LOG.warn(
                        "source {}: /proc/sys/net/netfilter is not there; assuming that conntrack is set up",
                        config.name());
                return;
            }
            sysctls.advice().forEach(line -> LOG.warn("source {}: {}", config.name(), line));
        } catch (IOException e) {
            throw new StartException(
                    "source " + config.name() + ": cannot " + (config.setSysctls() ? "set" : "read")
                            + " conntrack's sysctls: " + e.getMessage()
                            + "; set them outside (sysctl -w net.netfilter.nf_conntrack_acct=1 and its like) and write"
                            + " set-sysctls: false",
                    e);
        }
    }

    private void baseline() throws StartException, InterruptedException {
        loop.execute(accounting::beginBaseline);
        ChannelFuture done = requests.writeAndFlush(dumpAndZero()).await();
        if (!done.isSuccess()) {
            throw new StartException(
                    "source " + config.name() + ": cannot set the counters to zero: "
                            + done.cause().getMessage(),
                    done.cause());
        }
        loop.execute(this::dumped);
    }

    private void schedule() {
        if (config.accounting() == Accounting.RESET) {
            every(config.activeTimeout(), () -> dump(FlowEndReason.ACTIVE_TIMEOUT));
        }
        if (config.delivery() == Delivery.BEST_EFFORT) {
            every(STATS_TICK, this::countLoss);
        }
        ticks.add(loop.schedule(this::adviseIfUntracked, UNTRACKED_CHECK.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void every(Duration period, Runnable task) {
        ticks.add(loop.scheduleAtFixedRate(task, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Lists all live entries, which sets their counters to zero, and reports each; on the event loop. */
    private ChannelFuture dump(int endReason) {
        if (dump != null && !dump.isDone()) {
            // A dump slower than its period: the next tick does it.
            return dump;
        }
        accounting.beginDump(endReason);
        ChannelFuture answered = requests.writeAndFlush(dumpAndZero());
        dump = answered;
        answered.addListener(done -> {
            if (done.isSuccess()) {
                dumped();
            } else {
                stats.failedDumps++;
                if (dumpLimit.permits()) {
                    LOG.warn(
                            "source {}: a dump failed: {}; the next one reports what this one missed{}",
                            config.name(),
                            done.cause().getMessage(),
                            dumpLimit.suppressed());
                }
            }
        });
        return answered;
    }

    private void dumped() {
        stats.dumps++;
        accounting.endDump();
    }

    private NetlinkRequest dumpAndZero() {
        NetlinkRequest request = ConntrackRequests.dumpAndZero(requests.alloc(), ConntrackRequests.AF_UNSPEC);
        MarkMatch mark = config.mark();
        // In the kernel, so that entries of other marks keep their counters.
        return mark == null ? request : ConntrackRequests.withMark(request, mark.value(), mark.mask());
    }

    private void countLoss() {
        long lost = events.kernelDrops() - stats.lostEvents;
        if (lost > 0) {
            stats.lostEvents += lost;
            if (lossLimit.permits()) {
                LOG.warn(
                        "source {}: {} events lost: the receive buffer ({} KiB) overflowed; raise receive-buffer, or write"
                                + " delivery: reliable{}",
                        config.name(),
                        stats.lostEvents,
                        events.receiveBufferBytes() / 1024,
                        lossLimit.suppressed());
            }
        }
    }

    /** A namespace tracks nothing until a rule there asks for it: an exporter in it looks dead. */
    private void adviseIfUntracked() {
        try {
            ConntrackSysctls sysctls = ConntrackSysctls.read(namespace);
            if (sysctls != null && sysctls.entries() == 0 && stats.ended == 0) {
                LOG.warn(
                        "source {}: {} tracks no connection at all. If it has traffic, no rule there uses conntrack yet;"
                                + " this one starts it: nft 'add table inet nurs; add chain inet nurs track { type filter"
                                + " hook prerouting priority 0; }; add rule inet nurs track ct state new counter'",
                        config.name(),
                        namespace);
            }
        } catch (IOException e) {
            LOG.debug("source {}: cannot read nf_conntrack_count", config.name(), e);
        }
    }

    public String name() {
        return config.name();
    }

    public ConntrackStats stats() {
        return stats;
    }

    /** Of the channel that brings events. */
    public NetlinkChannel events() {
        return events;
    }

    /** Of the channel that brings dumps. */
    public NetlinkChannel requests() {
        return requests;
    }

    /**
     * Reports what live flows have counted since the last dump (with {@code accounting: reset}), and flows whose end is still in
     * the socket; then closes. Takes no longer than {@code shutdown-timeout}. Not on the event loop.
     */
    public void close() throws InterruptedException {
        ticks.forEach(tick -> tick.cancel(false));
        long deadline = System.nanoTime() + config.shutdownTimeout().toNanos();
        if (config.accounting() == Accounting.RESET && !lastDump(deadline)) {
            LOG.warn(
                    "source {}: the last dump took longer than shutdown-timeout ({}); what it had not listed yet is"
                            + " not reported",
                    config.name(),
                    config.shutdownTimeout());
        }
        drainEvents(deadline);
        events.close().sync();
        requests.close().sync();
    }

    /** Lists all live entries, after the dump that may be under way; false if time runs out. */
    private boolean lastDump(long deadline) throws InterruptedException {
        ChannelFuture before = loop.submit(() -> dump == null ? requests.newSucceededFuture() : dump)
                .sync()
                .getNow();
        if (!before.await(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
            return false;
        }
        ChannelFuture last =
                loop.submit(() -> dump(FlowEndReason.FORCED_END)).sync().getNow();
        return last.await(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    /** Waits until the event loop has read what has ended so far. */
    private void drainEvents(long deadline) throws InterruptedException {
        long patience = events.kernelDrops() == 0 ? 0 : REPEATED_AFTER.toNanos();
        long before = -1;
        long quietSince = System.nanoTime();
        while (System.nanoTime() < deadline) {
            long read = events.stats().datagrams();
            if (read != before || events.queuedBytes() > 0) {
                before = read;
                quietSince = System.nanoTime();
            } else if (System.nanoTime() - quietSince >= patience) {
                return;
            }
            Thread.sleep(DRAIN_TICK);
        }
        LOG.warn(
                "source {}: events were still coming at the end of shutdown-timeout ({}); the rest is not reported",
                config.name(),
                config.shutdownTimeout());
    }

    /** What no handler before it took. */
    private final class Tail extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof NetlinkControl.Overrun && lossLimit.permits()) {
                LOG.warn(
                        "source {}: events were lost, the kernel does not say how many; raise receive-buffer{}",
                        config.name(),
                        lossLimit.suppressed());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (dumpLimit.permits()) {
                LOG.error("source {}: {}{}", config.name(), cause.toString(), dumpLimit.suppressed(), cause);
            }
        }
    }
}
