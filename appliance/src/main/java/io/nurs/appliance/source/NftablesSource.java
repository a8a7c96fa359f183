package io.nurs.appliance.source;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.FirstStart;
import io.nurs.appliance.config.NftablesSourceConfig;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkControl;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.nftables.NftablesAttribute;
import io.nurs.netlink.nftables.NftablesDecoder;
import io.nurs.netlink.nftables.NftablesMessage;
import io.nurs.netlink.nftables.NftablesRequests;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rule set of nftables in one network namespace: {@code type: nftables}. Changes and steps of traced packets come as they
 * happen, each kind on a socket of its own, so that many traces cost no change; named counters and quotas at each interval.
 *
 * <p>With {@code zero: true} it lists counters and quotas, and then reads and zeroes one after the other: a dump that zeroes loses
 * the counts of the object that does not fit into a datagram any more. Of 6,000 counters with comments it lost those of 21, on 6.18.
 *
 * <p>Longer than a class should be, by its three kinds of messages.
 */
public final class NftablesSource extends PolledSource {
    private static final Logger LOG = LoggerFactory.getLogger(NftablesSource.class);
    /** Changes of one transaction that wait for its end, at about half a KiB each. */
    static final int OPEN_CHANGES = 20_000;

    /** A transaction's messages come at once: one whose end has not come so long after them has lost it. */
    private static final long END_MISSING_MILLIS = 2_000;

    private static final String CHANGES = "changes";
    private static final String TRACES = "traces";
    private static final long DRAIN_MILLIS = 10;
    /** The kernel's list of a rule set that changes meanwhile may lack something. */
    private static final int LISTINGS = 10;

    private static final int SLOTS = 16;
    /** The kernel packs several changes into a datagram of so much. */
    private static final int SLOT_BYTES = 8 * 1024;

    private volatile NftablesSourceConfig config;
    private final NftablesStats nftables = new NftablesStats();
    private final NftablesCounters counters;
    private final NftablesChanges changes = new NftablesChanges(nftables);
    private final NftablesTransactions transactions = new NftablesTransactions(OPEN_CHANGES, nftables, this::send);
    /** What the dump under way has told; null while objects are asked for one by one. */
    private @Nullable List<NftablesReport> listed;

    private boolean learning;
    /** The rule set changed while it was listed: what the list lacks may be there all the same. */
    private boolean interrupted;

    private boolean saysThatQuotasAreZeroed;
    private long askedMillis;
    private long lastChangeMillis;
    private @Nullable Future<?> overdue;
    private @Nullable Future<?> losses;
    private final Map<String, Long> drops = new HashMap<>();
    private final RateLimit loss = new RateLimit();
    private @Nullable ChannelHandlerContext sink;

    private NftablesSource(NftablesSourceConfig config, EventLoop loop) throws StartException {
        super(config, config.interval(), loop);
        this.config = config;
        this.counters = new NftablesCounters(config.zero(), config.firstStart() == FirstStart.BASELINE, stats);
    }

    /**
     * Opens the sockets and starts reading; what it reads goes to {@code sink}, on {@code loop}.
     *
     * @throws StartException if a privilege, the namespace or the kernel's part is missing
     */
    public static NftablesSource open(NftablesSourceConfig config, EventLoop loop, FlowSink sink)
            throws StartException, InterruptedException {
        NftablesSource source = new NftablesSource(config, loop);
        boolean started = false;
        try {
            // Without the subsystem one joins its groups all the same: ask first.
            source.begin(
                    config,
                    "nf_tables, CONFIG_NF_TABLES",
                    "nf_tables",
                    new NftablesDecoder(source.requests.stats()),
                    source.new Answers(),
                    sink);
            source.listen(sink);
            source.schedule();
            started = true;
            LOG.info(
                    "source {}: nftables of {}{}{}{}",
                    config.name(),
                    source.namespace(),
                    config.changes() ? ", changes of the rule set" : "",
                    config.trace() ? ", traces" : "",
                    config.counters()
                            ? ", " + source.stats.objects + " counters and quotas every "
                                    + config.interval().toSeconds() + " s"
                            : "");
            return source;
        } finally {
            if (!started) {
                source.discard();
            }
        }
    }

    /**
     * Finds out whether {@link #open} would find its namespace and its sockets.
     *
     * @throws StartException if not
     */
    public static void check(NftablesSourceConfig config) throws StartException {
        SourceSockets.discard(SourceSockets.open(
                config, SourceSockets.namespace(config), options(config, NftablesAttribute.NFNLGRP_NFTABLES)));
    }

    private static NetlinkOptions options(NftablesSourceConfig config, int group) {
        return NetlinkOptions.events(NetlinkOptions.NETLINK_NETFILTER, group)
                .withSlots(SLOTS, SLOT_BYTES)
                .withReceiveBufferBytes(config.receiveBufferBytes());
    }

    private void listen(FlowSink sink) throws StartException, InterruptedException {
        // Quotas say there that they are used up.
        if (config.changes() || config.counters()) {
            listen(CHANGES, NftablesAttribute.NFNLGRP_NFTABLES, new Changes(), sink);
        }
        if (config.trace()) {
            listen(TRACES, NftablesAttribute.NFNLGRP_NFTRACE, new NftablesTraces(nftables), sink);
        }
        eventLoop()
                .execute(() -> losses = eventLoop().scheduleAtFixedRate(this::lookForLosses, 1, 1, TimeUnit.SECONDS));
    }

    private void listen(String brings, int group, ChannelHandler handler, FlowSink sink)
            throws StartException, InterruptedException {
        NetlinkChannel opened = open(config, brings, options(config, group));
        opened.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(opened.stats()),
                        new NftablesDecoder(opened.stats()),
                        handler,
                        sink,
                        new Tail());
        eventLoop().register(opened).sync();
    }

    /** What the kernel could not queue it counts by itself: datagrams, of which each trace is one, and up to 8 KiB of changes. */
    private void lookForLosses() {
        Future<?> ticking = losses;
        if (isStopping() && ticking != null) {
            ticking.cancel(false);
        }
        channels().forEach((brings, channel) -> {
            long before = drops.getOrDefault(brings, 0L);
            long now = channel.kernelDrops();
            if (now > before) {
                drops.put(brings, now);
                nftables.lost += now - before;
                if (loss.permits()) {
                    LOG.warn(
                            "source {}: {} of nftables came faster than they were read: {} datagrams are lost; a larger"
                                    + " receive-buffer has room for more{}",
                            name(),
                            brings,
                            now - before,
                            loss.suppressed());
                }
            }
        });
    }

    private final class Changes extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!(message instanceof NftablesMessage change)) {
                ctx.fireChannelRead(message);
                return;
            }
            long now = System.currentTimeMillis();
            if (change.causedBy() == 0 && change.hasQuota()) {
                usedUp(change, now);
            } else if (!config.changes()) {
                return;
            } else if (change.kind() == NftablesMessage.Kind.GENERATION) {
                transactions.generation(
                        change.generation(), change.causedBy(), change.processId(), change.processName(), now);
            } else {
                changes.read(change, now, transactions::change);
                waitForTheEnd(now);
            }
        }
    }

    private void usedUp(NftablesMessage quota, long nowMillis) {
        if (config.counters()) {
            stats.quotaEvents++;
            stats.reported++;
            send(counters.usedUp(quota, nowMillis));
        }
    }

    private void waitForTheEnd(long nowMillis) {
        lastChangeMillis = nowMillis;
        if (overdue == null && !transactions.isEmpty()) {
            overdue = eventLoop().schedule(this::lookForTheEnd, END_MISSING_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void lookForTheEnd() {
        overdue = null;
        if (!mayBeQueued() && System.currentTimeMillis() - lastChangeMillis >= END_MISSING_MILLIS / 2) {
            transactions.release();
        } else {
            waitForTheEnd(lastChangeMillis);
        }
    }

    /** Whether the end may have come and has not been read: while a collector takes no more, nothing is. */
    private boolean mayBeQueued() {
        NetlinkChannel channel = channels().get(CHANGES);
        return channel != null && channel.isOpen() && (!channel.config().isAutoRead() || channel.queuedBytes() > 0);
    }

    private final class Answers extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            sink = ctx;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!(message instanceof NftablesMessage answer)) {
                interrupted |= message instanceof NetlinkControl.DumpInterrupted;
                ctx.fireChannelRead(message);
            } else if (learning) {
                if (answer.kind() == NftablesMessage.Kind.SET) {
                    changes.learn(answer);
                }
            } else if (answer.kind() == NftablesMessage.Kind.OBJECT) {
                NftablesReport read = counters.read(answer, askedMillis);
                if (listed != null) {
                    listed.add(read);
                } else {
                    report(read);
                }
            }
        }
    }

    private void send(NftablesObservation observation) {
        ChannelHandlerContext to = sink;
        if (to != null) {
            to.fireChannelRead(observation);
        }
    }

    private void report(NftablesReport read) {
        NftablesReport report = counters.report(read);
        if (report != null) {
            stats.reported++;
            send(report);
        }
    }

    /** The rule set's number first: whether there is nf_tables. Then one after the other: the kernel runs one dump at a time on a socket. */
    @Override
    void read(long nowMillis, Promise<Void> done) {
        askedMillis = nowMillis;
        if (isStopping()) {
            done.addListener(ended -> transactions.release());
            drain(done);
        } else {
            readAll(done);
        }
    }

    /** What the kernel has queued is read first, as fast as the collectors take it. */
    private void drain(Promise<Void> done) {
        if (channels().values().stream().anyMatch(channel -> channel.isOpen() && channel.queuedBytes() > 0)) {
            eventLoop().schedule(() -> drain(done), DRAIN_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            readAll(done);
        }
    }

    private void readAll(Promise<Void> done) {
        ask(NftablesRequests.generation(requests.alloc()), done, () -> {
            if (stats.readings == 0 && config.changes()) {
                learnSets(LISTINGS, done);
            } else {
                readCounters(LISTINGS, done);
            }
        });
    }

    private void ask(NetlinkRequest question, Promise<Void> done, Runnable then) {
        requests.writeAndFlush(question).addListener(answered -> {
            if (answered.isSuccess()) {
                then.run();
            } else {
                listed = null;
                learning = false;
                done.tryFailure(answered.cause());
            }
        });
    }

    /** Of a set that is missed the elements are told in hexadecimal. */
    private void learnSets(int listings, Promise<Void> done) {
        learning = true;
        interrupted = false;
        ask(NftablesRequests.sets(requests.alloc(), NftablesAttribute.NFPROTO_UNSPEC), done, () -> {
            learning = false;
            if (interrupted && listings > 1) {
                learnSets(listings - 1, done);
            } else {
                readCounters(LISTINGS, done);
            }
        });
    }

    /**
     * A list that was interrupted may lack objects, which the next would take for new ones. The first and the last reading make do
     * with what they have: a rule set that changes all the time is no reason not to start, and there is no other chance at the end.
     */
    private void readCounters(int listings, Promise<Void> done) {
        if (!config.counters()) {
            end(0, done);
            return;
        }
        List<NftablesReport> objects = new ArrayList<>();
        listed = objects;
        interrupted = false;
        ask(
                list(NftablesAttribute.NFT_OBJECT_COUNTER),
                done,
                () -> ask(list(NftablesAttribute.NFT_OBJECT_QUOTA), done, () -> {
                    listed = null;
                    if (interrupted && listings > 1) {
                        readCounters(listings - 1, done);
                    } else if (interrupted && stats.readings > 0 && !isStopping()) {
                        done.tryFailure(
                                new IOException("the rule set changed each time that its counters were listed"));
                    } else {
                        reportAll(objects, done);
                    }
                }));
    }

    private NetlinkRequest list(int objectType) {
        return NftablesRequests.objects(requests.alloc(), NftablesAttribute.NFPROTO_UNSPEC, objectType);
    }

    private void reportAll(List<NftablesReport> objects, Promise<Void> done) {
        if (!config.zero()) {
            objects.forEach(this::report);
            end(objects.size(), done);
            return;
        }
        Deque<NftablesObject> left = new ArrayDeque<>();
        objects.forEach(object -> left.add(object.object()));
        if (!saysThatQuotasAreZeroed
                && left.stream().anyMatch(object -> object.type() == NftablesAttribute.NFT_OBJECT_QUOTA)) {
            saysThatQuotasAreZeroed = true;
            LOG.warn(
                    "source {}: zero: true begins each quota anew at each report: rules let through again what they had"
                            + " stopped",
                    name());
        }
        askEach(
                left,
                object -> NftablesRequests.resetObject(
                        requests.alloc(), object.family(), object.table(), object.name(), object.type()),
                done,
                () -> end(objects.size(), done));
    }

    private void end(int objects, Promise<Void> done) {
        stats.objects = objects;
        stats.lastReadingMillis = askedMillis;
        counters.endReading(askedMillis);
        lookForLosses();
        done.trySuccess(null);
    }

    @Override
    public void adopt(SourceConfig next) {
        if (next instanceof NftablesSourceConfig same) {
            config = same;
            adopt(same.interval());
        }
    }

    /** What it was told beside counters. */
    public NftablesStats nftables() {
        return nftables;
    }

    /** Whether it tells of counters and quotas. */
    public boolean readsCounters() {
        return config.counters();
    }

    /** What was reported of each counter and quota since the start. For any thread. */
    public Map<NftablesObject, ObjectTotals.Reported> reported() {
        return counters.reported();
    }
}
