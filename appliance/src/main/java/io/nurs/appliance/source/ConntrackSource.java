package io.nurs.appliance.source;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.Delivery;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkControl;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkRequestTracker;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.NetworkNamespace;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import io.nurs.netlink.conntrack.ConntrackDecoder;
import io.nurs.netlink.conntrack.ConntrackRequests;
import java.io.IOException;
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
    private static final long UNTRACKED_MILLIS = 10_000;
    private static final long WATCH_MILLIS = 1_000;
    private static final long DRAIN_TICK_MILLIS = 5;
    /** A DESTROY that did not fit comes again after a second. net/netfilter/nf_conntrack_ecache.c */
    private static final long REPEATED_AFTER_NANOS = 1_500_000_000L;

    private final ConntrackSourceConfig config;
    private final ConntrackSockets sockets;
    private final NetworkNamespace namespace;
    private final EventLoop loop;
    private final NetlinkChannel events;
    private final NetlinkChannel requests;
    private final ConntrackStats stats = new ConntrackStats();
    private final Reports reports;
    private final List<Future<?>> ticks = new ArrayList<>();
    private @Nullable ReliabilityGuard guard;
    private final RateLimit failureLimit = new RateLimit();
    private final RateLimit lossLimit = new RateLimit();
    private final RateLimit unreadableLimit = new RateLimit();

    private ConntrackSource(ConntrackSourceConfig config, ConntrackSockets sockets, EventLoop loop, FlowSink sink)
            throws StartException {
        this.config = config;
        this.sockets = sockets;
        this.namespace = sockets.namespace();
        this.loop = loop;
        this.events = sockets.events();
        this.requests = sockets.requests();
        this.reports = reports(sink);
    }

    /**
     * Opens the sockets and starts reading; flows go to {@code exporter}, on {@code loop}.
     *
     * @throws StartException if a privilege, the namespace or the kernel's part is missing
     */
    public static ConntrackSource open(ConntrackSourceConfig config, EventLoop loop, FlowSink sink)
            throws StartException, InterruptedException {
        ConntrackSockets sockets = ConntrackSockets.open(config);
        try {
            ConntrackSource source = new ConntrackSource(config, sockets, loop, sink);
            source.start(sink);
            return source;
        } catch (StartException | RuntimeException e) {
            sockets.discard();
            throw e;
        }
    }

    private Reports reports(FlowSink sink) throws StartException {
        ConntrackAccounting accounting = new ConntrackAccounting(config, InstantSource.system(), stats);
        return switch (config.accounting()) {
            case DELTA -> DeltaReports.open(config, sockets, sink, stats);
            case RESET -> new ResetDumps(config, requests, accounting, stats);
            case END -> new EndReports(accounting, loop);
        };
    }

    private void start(FlowSink sink) throws StartException, InterruptedException {
        requests.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(requests.stats()),
                        new NetlinkRequestTracker(),
                        new ConntrackDecoder(requests.stats()),
                        reports.handler(),
                        sink,
                        reports instanceof DeltaReports delta ? delta.walk() : new Tail(),
                        new Tail());
        events.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(events.stats()),
                        new ConntrackDecoder(events.stats()),
                        reports.handler(),
                        sink,
                        new Tail());
        loop.register(requests).sync();
        requireCtnetlink();
        prepareSysctls();
        reports.begin();
        loop.register(events).sync();
        if (config.delivery() == Delivery.RELIABLE) {
            guard = guard();
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
        ChannelFuture answer = requests.writeAndFlush(ConntrackRequests.stats(requests.alloc()));
        requests.read();
        answer.await();
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

    private ReliabilityGuard guard() throws StartException {
        try {
            return ReliabilityGuard.start(config.name(), events, namespace, config.guardPercent());
        } catch (IOException e) {
            throw new StartException(
                    "source " + config.name() + ": cannot watch nf_conntrack_count (" + e.getMessage()
                            + "), which reliable delivery asks for; write delivery: best-effort",
                    e);
        }
    }

    private void schedule() {
        loop.execute(reports::schedule);
        every(WATCH_MILLIS, this::watch);
        ticks.add(loop.schedule(this::adviseIfUntracked, UNTRACKED_MILLIS, TimeUnit.MILLISECONDS));
    }

    private void every(long millis, Runnable task) {
        ticks.add(loop.scheduleAtFixedRate(task, millis, millis, TimeUnit.MILLISECONDS));
    }

    /** Says, at most once a minute, what was lost or could not be read since the last look. */
    private void watch() {
        // With reliable delivery each retry of an event counts as a drop: nothing is lost, unless the guard gave it up.
        long lost = guard == null ? events.kernelDrops() : guard.lostEvents();
        if (lost > stats.lostEvents) {
            stats.lostEvents = lost;
            warn(
                    lossLimit,
                    lost + " events lost: the receive buffer (" + events.receiveBufferBytes() / 1024
                            + " KiB) overflowed; raise receive-buffer, or write delivery: reliable");
        }
        long unreadable = unreadable(events.stats()) + unreadable(requests.stats());
        if (unreadable > stats.unreadable) {
            stats.unreadable = unreadable;
            warn(
                    unreadableLimit,
                    unreadable + " messages of the kernel could not be read and were left out; please report this, with"
                            + " the kernel's version");
        }
    }

    private static long unreadable(NetlinkStats stats) {
        return stats.malformedMessages() + stats.truncatedDatagrams();
    }

    private void warn(RateLimit limit, String fact) {
        if (limit.permits()) {
            LOG.warn("source {}: {}{}", config.name(), fact, limit.suppressed());
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
     * Reports what live flows have counted since the last dump (with {@code accounting: reset}) and the ends that are still
     * queued, and stops reading. Takes no longer than {@code shutdown-timeout}. Not on the event loop.
     */
    public void stop() throws InterruptedException {
        ticks.forEach(tick -> tick.cancel(false));
        long deadline = System.nanoTime() + config.shutdownTimeout().toNanos();
        boolean whole = reports.last().await(config.shutdownTimeout().toMillis());
        whole &= drainEvents(deadline);
        if (guard != null) {
            guard.stop();
        }
        if (!whole) {
            LOG.warn(
                    "source {}: the last report took longer than shutdown-timeout ({} ms); what it had not come to is not"
                            + " reported",
                    config.name(),
                    config.shutdownTimeout().toMillis());
        }
        events.close().sync();
        requests.close().sync();
    }

    /** After the collectors have been closed: what they were sent is on record then. */
    public void close() {
        reports.close();
    }

    /** Takes no new events, and waits until those in the queue have been read; false if that takes too long. */
    private boolean drainEvents(long deadline) throws InterruptedException {
        boolean whole = awaitRepeats(deadline);
        try {
            events.leave(ConntrackAttribute.NFNLGRP_CONNTRACK_DESTROY);
        } catch (Errno e) {
            LOG.debug("source {}: cannot leave the group", config.name(), e);
        }
        while (events.queuedBytes() > 0) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(DRAIN_TICK_MILLIS);
        }
        // What has left the queue is handled when the loop has come round.
        loop.submit(() -> {}).sync();
        return whole;
    }

    /** Where events did not fit into the buffer, the kernel will send them again: until it has stopped to, we are not done. */
    private boolean awaitRepeats(long deadline) throws InterruptedException {
        long drops = config.delivery() == Delivery.RELIABLE ? events.kernelDrops() : 0;
        long quietSince = System.nanoTime();
        while (drops > 0 && System.nanoTime() - quietSince < REPEATED_AFTER_NANOS) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(DRAIN_TICK_MILLIS);
            if (events.kernelDrops() != drops) {
                drops = events.kernelDrops();
                quietSince = System.nanoTime();
            }
        }
        return true;
    }

    /** What no handler before it took. */
    private final class Tail extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof NetlinkControl.Overrun) {
                warn(lossLimit, "events were lost, the kernel does not say how many; raise receive-buffer");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (failureLimit.permits()) {
                LOG.error("source {}: {}{}", config.name(), cause.toString(), failureLimit.suppressed(), cause);
            }
        }
    }
}
