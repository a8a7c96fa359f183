package io.nurs.appliance.source;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.Finding;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.Delivery;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.appliance.nat.NatStats;
import io.nurs.appliance.traffic.TopTalkers;
import io.nurs.appliance.traffic.TrafficCounts;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkRequestTracker;
import io.nurs.netlink.NetworkNamespace;
import io.nurs.netlink.conntrack.ConntrackDecoder;
import io.nurs.netlink.conntrack.ConntrackStatsDecoder;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection table of one network namespace, or one reader's share of it: a channel for DESTROY events, a second one for
 * dumps, and a third one for single entries and counters, all on one event loop.
 *
 * <p>Longer than a class should be: it opens, wires, shows, stops and closes all parts of a source, each in a few lines.
 */
public final class ConntrackSource implements Source {
    private static final Logger LOG = LoggerFactory.getLogger(ConntrackSource.class);
    private static final long UNTRACKED_MILLIS = 10_000;
    private static final long WATCH_MILLIS = 1_000;
    private static final long COUNTERS_MILLIS = 5_000;
    private static final long CLOSE_SECONDS = 2;

    private volatile ConntrackSourceConfig config;
    private final Share share;
    private final String name;
    private final ConntrackSockets sockets;
    private final EventLoop loop;
    private final NetlinkChannel events;
    private final ConntrackStats stats = new ConntrackStats();
    private final ConntrackSetup setup;
    private final @Nullable TableUse table;
    private final Reports reports;
    private final @Nullable NatEvents nat;
    private final List<Future<?>> ticks = new ArrayList<>();
    private @Nullable ReliabilityGuard guard;
    private @Nullable SourceWatch watch;
    private final FlowSink sink;
    private final EventLag lag = new EventLag();
    private final CpuCounters counters = new CpuCounters();
    private volatile @Nullable Future<?> topTick;
    private @Nullable Future<Void> lastReport;
    private long deadlineNanos;
    private volatile @Nullable FlowLedger lastLedger;

    private ConntrackSource(
            ConntrackSourceConfig config,
            Share share,
            ConntrackSockets sockets,
            ConntrackSetup setup,
            EventLoop loop,
            FlowSink sink)
            throws StartException {
        this.config = config;
        this.share = share;
        this.name = share.name(config.name());
        this.sockets = sockets;
        this.loop = loop;
        this.events = sockets.events();
        this.setup = setup;
        this.table = setup.table();
        this.nat = config.natEvents() == null
                ? null
                : new NatEvents(name, new NatLog(config, config.natEvents(), share, FlowClock.SYSTEM), sockets, table);
        this.sink = sink;
        this.reports = reports(setup, sink);
    }

    /**
     * Opens the sockets and starts reading; flows go to {@code sink}, on {@code loop}.
     *
     * @param reader which of the source's {@link ConntrackSourceConfig#readers()}, from 0
     * @param first reader 0, for the others: what it has found and set holds for them too
     * @throws StartException if a privilege, the namespace or the kernel's part is missing
     */
    public static ConntrackSource open(
            ConntrackSourceConfig config, int reader, @Nullable ConntrackSource first, EventLoop loop, FlowSink sink)
            throws StartException, InterruptedException {
        Share share = new Share(reader, config.readers());
        ConntrackSockets sockets = ConntrackSockets.open(config, share);
        ConntrackSource source = null;
        boolean started = false;
        try {
            decode(sockets.requests());
            loop.register(sockets.requests()).sync();
            ConntrackSetup setup = first == null
                    ? ConntrackSetup.prepare(config, sockets.namespace(), sockets.requests())
                    : first.setup.another(sockets.namespace());
            source = new ConntrackSource(config, share, sockets, setup, loop, sink);
            source.start(sink);
            started = true;
            return source;
        } finally {
            if (!started) {
                sockets.discard();
                if (source != null) {
                    source.stopGuard();
                    source.close();
                }
            }
        }
    }

    /** The first handlers of a channel that answers. */
    private static void decode(NetlinkChannel requests) {
        requests.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(requests.stats()),
                        new NetlinkRequestTracker(),
                        new ConntrackDecoder(requests.stats()));
    }

    private Reports reports(ConntrackSetup setup, FlowSink sink) throws StartException {
        ConntrackAccounting accounting = new ConntrackAccounting(
                config, InstantSource.system(), stats, () -> table != null && table.isNearlyFull());
        return switch (config.accounting()) {
            case DELTA -> DeltaReports.open(config, share, sockets, setup, sink, stats);
            case RESET -> new ResetDumps(config, sockets.requests(), accounting, stats, sink);
            case END -> new EndReports(accounting, loop, stats, sink);
        };
    }

    private void start(FlowSink sink) throws StartException, InterruptedException {
        sockets.requests().pipeline().addLast(reports.handler(), sink);
        NetlinkChannel queries = sockets.queries();
        decode(queries);
        // Before the entries' decoder, which takes no other message.
        String entries = queries.pipeline().context(ConntrackDecoder.class).name();
        queries.pipeline().addBefore(entries, null, new ConntrackStatsDecoder(queries.stats()));
        queries.pipeline().addLast(counters, reports.handler());
        events.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(events.stats()),
                        new ConntrackDecoder(events.stats()),
                        new LagMeter(lag),
                        reports.handler(),
                        sink);
        reports.addHandlers(sink);
        if (nat != null) {
            nat.addHandlers(reports, sink, stats);
        }
        if (config.delivery() == Delivery.RELIABLE) {
            guard = guard();
        }
        SourceWatch watching = new SourceWatch(name, sockets, stats, table, reports, guard);
        watch = watching;
        RateLimit failures = new RateLimit();
        sockets.channels().forEach(channel -> channel.pipeline().addLast(new SourceTail(name, watching, failures)));
        reports.begin();
        loop.register(queries).sync();
        loop.register(events).sync();
        schedule(watching);
        LOG.info(
                "source {}: conntrack of {}, accounting {}, delivery {}, receive buffer {} KiB",
                name,
                sockets.namespace(),
                config.accounting(),
                config.delivery(),
                events.receiveBufferBytes() / 1024);
    }

    private ReliabilityGuard guard() throws StartException {
        try {
            return ReliabilityGuard.start(name, events, sockets.namespace(), config.guardPercent());
        } catch (IOException e) {
            throw new StartException(
                    "source " + config.name() + ": cannot watch nf_conntrack_count (" + e.getMessage()
                            + "), which reliable delivery asks for; write delivery: best-effort",
                    e);
        }
    }

    private void schedule(SourceWatch watch) {
        loop.execute(reports::schedule);
        ticks.add(loop.scheduleAtFixedRate(lag::tick, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS));
        ticks.add(loop.scheduleAtFixedRate(watch::look, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS));
        if (nat != null) {
            boolean ofTable = share.reader() == 0;
            loop.execute(nat::start);
            ticks.add(loop.scheduleAtFixedRate(
                    () -> nat.look(ofTable), WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS));
        }
        if (nat == null && share.reader() == 0) {
            // Otherwise the log of events asks, and more often.
            ticks.add(loop.scheduleAtFixedRate(
                    () -> counters.ask(sockets.queries()), 0, COUNTERS_MILLIS, TimeUnit.MILLISECONDS));
        }
        if (share.reader() == 0) {
            ticks.add(loop.schedule(
                    () -> watch.adviseIfUntracked(sockets.namespace()), UNTRACKED_MILLIS, TimeUnit.MILLISECONDS));
        }
    }

    /**
     * Finds out whether {@link #open} would find its namespace and its sockets.
     *
     * @throws StartException if not
     */
    public static void check(ConntrackSourceConfig config) throws StartException {
        ConntrackSockets.open(config, new Share(0, config.readers())).discard();
    }

    @Override
    public void adopt(SourceConfig next) {
        if (next instanceof ConntrackSourceConfig conntrack) {
            config = conntrack;
            loop.execute(() -> reports.adopt(conntrack));
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public NetworkNamespace namespace() {
        return sockets.namespace();
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    public ConntrackStats stats() {
        return stats;
    }

    /** With {@code delivery: reliable}: whether that is so now, or had to be given up for the table's sake. */
    public boolean isReliable() {
        ReliabilityGuard watching = guard;
        return watching != null && watching.isReliable();
    }

    /** Entries in the namespace's table; -1 where the kernel does not say. For any thread. */
    public long tableEntries() {
        return ofTable(TableUse::entries);
    }

    /** How many there may be: 0 is no limit, -1 where the kernel does not say. For any thread. */
    public long maxTableEntries() {
        return ofTable(TableUse::maxEntries);
    }

    private interface TableFigure {
        long of(TableUse table) throws IOException;
    }

    private long ofTable(TableFigure figure) {
        try {
            return table == null ? -1 : figure.of(table);
        } catch (IOException e) {
            LOG.debug("source {}: cannot read the table's use", name, e);
            return -1;
        }
    }

    /** What the namespace's sysctls lack at this moment. Not on an event loop: it takes a thread into the namespace. */
    public List<Finding> sysctlFindings() throws IOException {
        ConntrackSysctls now = ConntrackSysctls.read(sockets.namespace());
        return now == null ? List.of() : now.findings(config.accounting());
    }

    /** As it is now, or was when the source stopped. Waits for the event loop; not to be called on it. */
    public FlowLedger ledger() throws InterruptedException {
        FlowLedger atStop = lastLedger;
        return atStop != null ? atStop : loop.submit(reports::ledger).sync().getNow();
    }

    /** As it was a second ago at most, or as long ago as the event loop has been busy. Waits for nothing. */
    public FlowLedger latestLedger() {
        FlowLedger atStop = lastLedger;
        SourceWatch watching = watch;
        return atStop != null ? atStop : watching == null ? FlowLedger.EMPTY : watching.ledger();
    }

    /** What {@code events: nat} has come to; null without. */
    public @Nullable NatStats natStats() {
        return nat == null ? null : nat.stats();
    }

    @Override
    public String sourceName() {
        return config.name();
    }

    @Override
    public int reader() {
        return share.reader();
    }

    /** How long events take to get here. */
    public EventLag lag() {
        return lag;
    }

    /** What each CPU has counted in the namespace; of reader 0 alone. */
    public CpuCounters cpuCounters() {
        return counters;
    }

    /** How the walk through the table gets on; null without one. */
    public @Nullable WalkProgress walk() {
        return reports.walk();
    }

    /** Opens what /proc shows of the table, for whoever asks: to be closed. */
    public ConntrackTable openTable() {
        return ConntrackTable.open(sockets.namespace());
    }

    /** Whether delivery is to be reliable. */
    public boolean isToBeReliable() {
        return guard != null;
    }

    /** How often reliable delivery was given up for the table's sake. */
    public long timesGivenUp() {
        ReliabilityGuard guarding = guard;
        return guarding == null ? 0 : guarding.givenUp();
    }

    /** What its reports have come to, before any filter. */
    public TrafficCounts traffic() {
        return sink.traffic();
    }

    /** Looks for those with most octets, and publishes them once in {@code interval}, until {@link #endTop}. From one thread at a time. */
    public void beginTop(int k, int counters, Duration interval) {
        endTop();
        if (loop.isShuttingDown()) {
            return;
        }
        loop.execute(() -> traffic().top(new TopTalkers(k, counters)));
        topTick = loop.scheduleAtFixedRate(
                traffic()::endWindow, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ends what {@link #beginTop} began, if it did. */
    public void endTop() {
        Future<?> tick = topTick;
        if (tick != null) {
            tick.cancel(false);
            topTick = null;
            if (!loop.isShuttingDown()) {
                loop.execute(() -> traffic().top(null));
            }
        }
    }

    @Override
    public Map<String, NetlinkChannel> channels() {
        return Map.of("events", events, "dumps", sockets.requests(), "queries", sockets.queries());
    }

    /** Of the channel that brings events. */
    public NetlinkChannel events() {
        return events;
    }

    /** Of the channel that brings dumps. */
    public NetlinkChannel requests() {
        return sockets.requests();
    }

    /** Reports all live flows as soon as it can, whatever they have counted since their last report. */
    @Override
    public void reportNow() {
        loop.execute(reports::now);
    }

    /**
     * Reports what live flows have counted since their last report, unless they go on after a restart, and the ends that are
     * still queued, and stops reading. Takes no longer than {@code shutdown-timeout} from {@link #beginStop()} on. Not on the
     * event loop.
     */
    @Override
    public void stop() throws InterruptedException {
        Future<Void> last = beginStop();
        boolean whole = last.await(Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime())));
        whole &= new EventDrain(config, name, events, loop).drain(deadlineNanos);
        stopGuard();
        if (!whole) {
            LOG.warn(
                    "source {}: the last report took longer than shutdown-timeout ({} ms); what it had not come to is not"
                            + " reported",
                    name,
                    config.shutdownTimeout().toMillis());
        }
        lastLedger = ledger();
        for (NetlinkChannel channel : sockets.channels()) {
            channel.close().sync();
        }
    }

    @Override
    public Future<Void> beginStop() {
        Future<Void> begun = lastReport;
        if (begun == null) {
            ticks.forEach(tick -> tick.cancel(false));
            endTop();
            deadlineNanos = System.nanoTime() + config.shutdownTimeout().toNanos();
            if (nat != null) {
                loop.execute(nat::stop);
            }
            lastReport = begun = reports.last();
        }
        return begun;
    }

    private void stopGuard() throws InterruptedException {
        if (guard != null) {
            guard.stop();
        }
    }

    @Override
    public void close() throws InterruptedException {
        // Where a collector's last writes may still be reported to it.
        loop.submit(() -> {
                    reports.close();
                    if (nat != null) {
                        nat.close();
                    }
                })
                .await(CLOSE_SECONDS, TimeUnit.SECONDS);
        try {
            if (table != null) {
                table.close();
            }
        } catch (IOException e) {
            LOG.debug("source {}: cannot close nf_conntrack_count", name, e);
        }
    }
}
