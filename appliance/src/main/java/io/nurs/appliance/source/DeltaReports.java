package io.nurs.appliance.source;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.totals.FlowTotals;
import io.nurs.appliance.totals.InDoubtFlow;
import io.nurs.appliance.totals.Opening;
import io.nurs.appliance.totals.UnsentEnd;
import io.nurs.netlink.NetlinkChannel;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code accounting: delta}: a walk through the table, totals of what was reported, and the file in which they outlive us. */
final class DeltaReports implements Reports, DeltaAccounting.Environment {
    private static final String OTHER_DEFAULTS =
            "source {}: an earlier nurs wrote the state file. Exporters of type ipfix now send one record for each direction"
                    + " and IANA's elements only, unless biflow and enterprise-elements say otherwise; the CHANGELOG has more."
                    + " This is not said again";

    private static final Logger LOG = LoggerFactory.getLogger(DeltaReports.class);
    private static final int NAMED_IN_DOUBT = 100;

    private final ConntrackSourceConfig config;
    private final String name;
    private final NetlinkChannel requests;
    private final NetlinkChannel queries;
    private final FlowSink sink;
    private final ConntrackStats stats;
    private final TableUse table;
    private final long muteBeforeNanos;
    private final TotalsOfReader opened;
    private final FlowTotals totals;
    private final ConntrackTimeouts.Sysctls timeoutSysctls;
    private final DeltaAccounting accounting;
    private final TableWalk walk;
    private final EventBacklog backlog;
    private final MissingFlows missing;
    private ConntrackTimeouts timeouts;

    private DeltaReports(
            ConntrackSourceConfig config,
            Share share,
            ConntrackSockets sockets,
            NetlinkChannel queries,
            FlowSink sink,
            ConntrackStats stats,
            TableUse table,
            long muteBeforeNanos,
            TotalsOfReader opened,
            ConntrackTimeouts.Sysctls timeoutSysctls)
            throws IOException {
        this.config = config;
        this.name = share.name(config.name());
        this.requests = sockets.requests();
        this.sink = sink;
        this.stats = stats;
        this.table = table;
        this.muteBeforeNanos = muteBeforeNanos;
        this.opened = opened;
        this.totals = opened.totals();
        this.timeoutSysctls = timeoutSysctls;
        this.timeouts = timeoutSysctls.read();
        this.accounting = new DeltaAccounting(config, share, FlowClock.SYSTEM, totals, stats, this);
        boolean eventsAreOff = muteBeforeNanos == Long.MAX_VALUE;
        this.walk = new TableWalk(config, requests, table, accounting, sink, stats, lapMillis(config, eventsAreOff));
        this.backlog = new EventBacklog(sockets.events());
        this.missing = new MissingFlows(totals, accounting::vanished, backlog, sink, stats, !eventsAreOff);
        this.queries = queries;
        // The walk reads at its own pace.
        requests.config().setAutoRead(false);
    }

    @Override
    public void addHandlers(FlowSink sink) {
        requests.pipeline().addLast(walk);
        queries.pipeline().addLast(missing, sink);
    }

    /** Where no flow tells of its end, each lap must visit it before it is gone. */
    private static long lapMillis(ConntrackSourceConfig config, boolean eventsAreOff) {
        long millis = config.activeTimeout().toMillis();
        return eventsAreOff ? Math.min(millis, DeltaAccounting.MUTE_VISIT_SECONDS * 1000L) : millis;
    }

    static DeltaReports open(
            ConntrackSourceConfig config,
            Share share,
            ConntrackSockets sockets,
            ConntrackSetup setup,
            FlowSink sink,
            ConntrackStats stats)
            throws StartException {
        NetlinkChannel queries = sockets.queries();
        TableUse table = setup.table();
        if (table == null) {
            throw new StartException("source " + config.name() + ": accounting: delta needs conntrack's sysctls in"
                    + " /proc/sys/net/netfilter; mount /proc, or write accounting: end");
        }
        TotalsOfReader totals = TotalsOfReader.open(config, share, sockets.namespace());
        ConntrackTimeouts.@Nullable Sysctls timeouts = null;
        try {
            timeouts = ConntrackTimeouts.Sysctls.open(sockets.namespace());
            return new DeltaReports(
                    config, share, sockets, queries, sink, stats, table, setup.muteBeforeNanos(), totals, timeouts);
        } catch (RuntimeException e) {
            totals.totals().close();
            closeQuietly(timeouts);
            throw e;
        } catch (IOException e) {
            totals.totals().close();
            closeQuietly(timeouts);
            throw new StartException(
                    "source " + config.name() + ": cannot read conntrack's sysctls, which accounting: delta asks for: "
                            + e.getMessage(),
                    e);
        }
    }

    @Override
    public ChannelHandler handler() {
        return accounting;
    }

    @Override
    public WalkProgress walk() {
        return walk.progress();
    }

    @Override
    public void whenGone(GoneFlows flows) {
        accounting.whenGone(flows);
    }

    @Override
    public void begin() {
        opened.notes().forEach(note -> LOG.info("source {}: {}", name, note));
        switch (totals.opening()) {
            case Opening.First first -> {}
            case Opening.Resumed resumed -> {
                LOG.info("source {}: {} flows taken up from {}", name, totals.size(), opened.file());
                if (resumed.hadOtherDefaults()) {
                    LOG.warn(OTHER_DEFAULTS, name);
                }
            }
            case Opening.SetAside aside -> LOG.warn("source {}: {}", name, aside.reason());
        }
        nameDoubts();
        sink.log(accounting.records());
        sink.whenTakesMore(walk::resume);
    }

    private void nameDoubts() {
        List<InDoubtFlow> doubts = opened.inDoubt();
        stats.inDoubt = doubts.size();
        doubts.stream()
                .limit(NAMED_IN_DOUBT)
                .forEach(doubt -> LOG.warn("source {}: in doubt, perhaps not sent: {}", name, doubt));
        if (!doubts.isEmpty()) {
            LOG.warn(
                    "source {}: {} records were being sent when the last process ended; they count as sent",
                    name,
                    doubts.size());
        }
        totals.settleDoubt();
    }

    @Override
    public void schedule() {
        ChannelHandlerContext ctx = requests.pipeline().context(accounting);
        for (UnsentEnd end : totals.unsentEnds()) {
            if (totals.needsSend()) {
                makeRoom();
            }
            accounting.reportUnsent(ctx, end);
        }
        walk.start();
        missing.start();
    }

    @Override
    public void now() {
        long before = stats.reported;
        walk.again(
                () -> accounting.reportEveryFlow(FlowEndReason.ACTIVE_TIMEOUT),
                whole -> LOG.info(
                        "source {}: reported {}live flows as asked, {} reports",
                        name,
                        whole ? "" : "not all ",
                        stats.reported - before));
    }

    @Override
    public void adopt(ConntrackSourceConfig next) {
        accounting.adopt(next);
        walk.adoptLap(lapMillis(next, muteBeforeNanos == Long.MAX_VALUE));
    }

    /** Flows whose end was lost are missing from the next lap. */
    @Override
    public void eventsWereLost() {
        if (!walk.isToGoAgain()) {
            LOG.debug("source {}: walking through the table to find the flows whose ends were lost", name);
            walk.again(() -> {}, whole -> {});
        }
    }

    @Override
    public FlowLedger ledger() {
        return new FlowLedger(
                stats.seen,
                totals.size(),
                stats.ended,
                sink.exportedEnds(),
                stats.empty,
                stats.fromBefore,
                stats.unwatched);
    }

    /** With a state file the flows go on after the restart; without one what they have counted would be forgotten. */
    @Override
    public Future<Void> last() {
        ChannelPromise done = requests.newPromise();
        requests.eventLoop().execute(() -> {
            missing.stop();
            if (config.stateFile() != null) {
                walk.stop();
                done.setSuccess();
            } else {
                walk.again(() -> accounting.reportEveryFlow(FlowEndReason.FORCED_END), whole -> {
                    walk.stop();
                    if (!whole) {
                        LOG.warn("source {}: the last walk failed; what it had not come to is not reported", name);
                    }
                    done.trySuccess();
                });
            }
        });
        return done;
    }

    @Override
    public void close() {
        totals.close();
        accounting.close();
        closeQuietly(timeoutSysctls);
    }

    private static void closeQuietly(ConntrackTimeouts.@Nullable Sysctls sysctls) {
        try {
            if (sysctls != null) {
                sysctls.close();
            }
        } catch (IOException e) {
            LOG.debug("cannot close conntrack's sysctls", e);
        }
    }

    @Override
    public ConntrackTimeouts timeouts() {
        return timeouts;
    }

    @Override
    public boolean tableIsNearlyFull() {
        return table.isNearlyFull();
    }

    @Override
    public long muteBeforeNanos() {
        return muteBeforeNanos;
    }

    @Override
    public boolean everyEndHasCome() {
        return backlog.isRead();
    }

    @Override
    public void makeRoom() {
        sink.sendAll();
    }

    @Override
    public void lapEnded(int lap) {
        missing.sweep(lap);
        try {
            timeouts = timeoutSysctls.read();
        } catch (IOException e) {
            LOG.debug("source {}: cannot read conntrack's timeouts again", name, e);
        }
    }
}
