package io.nurs.appliance.source;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.totals.FlowTotals;
import io.nurs.appliance.totals.InDoubtFlow;
import io.nurs.appliance.totals.Opening;
import io.nurs.appliance.totals.StateIdentity;
import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code accounting: delta}: a walk through the table, totals of what was reported, and the file in which they outlive us. */
final class DeltaReports implements Reports {
    private static final Logger LOG = LoggerFactory.getLogger(DeltaReports.class);
    private static final int NAMED_IN_DOUBT = 100;

    private final ConntrackSourceConfig config;
    private final ConntrackSockets sockets;
    private final FlowSink sink;
    private final ConntrackStats stats;
    private final FlowTotals totals;
    private final DeltaAccounting accounting;
    private final TableUse table;
    private final TableWalk walk;

    private DeltaReports(
            ConntrackSourceConfig config,
            ConntrackSockets sockets,
            FlowSink sink,
            ConntrackStats stats,
            FlowTotals totals)
            throws IOException {
        this.config = config;
        this.sockets = sockets;
        this.sink = sink;
        this.stats = stats;
        this.totals = totals;
        this.accounting = new DeltaAccounting(
                config,
                InstantSource.system(),
                totals,
                ConntrackTimeouts.read(sockets.namespace()),
                stats,
                sink::sendAll);
        this.table = TableUse.open(sockets.namespace());
        this.walk = new TableWalk(config, sockets.requests(), table, accounting, sink);
        // The walk reads at its own pace.
        sockets.requests().config().setAutoRead(false);
    }

    static DeltaReports open(
            ConntrackSourceConfig config, ConntrackSockets sockets, FlowSink sink, ConntrackStats stats)
            throws StartException {
        FlowTotals totals = totals(config, sockets.namespace());
        try {
            return new DeltaReports(config, sockets, sink, stats, totals);
        } catch (IOException e) {
            totals.close();
            throw new StartException(
                    "source " + config.name() + ": cannot read conntrack's sysctls, which accounting: delta asks for: "
                            + e.getMessage(),
                    e);
        }
    }

    private static FlowTotals totals(ConntrackSourceConfig config, NetworkNamespace namespace) throws StartException {
        Path file = config.stateFile();
        if (file == null) {
            return FlowTotals.inMemory(config.maxFlows());
        }
        try {
            return FlowTotals.open(file, identity(config, namespace), config.maxFlows());
        } catch (IOException e) {
            throw new StartException("source " + config.name() + ": " + e.getMessage(), e);
        }
    }

    private static StateIdentity identity(ConntrackSourceConfig config, NetworkNamespace namespace) throws IOException {
        long inode = namespace.call(
                () -> ((Number) Files.getAttribute(Path.of("/proc/thread-self/ns/net"), "unix:ino")).longValue());
        String filter = config.mark() == null ? "" : config.mark().toString();
        return new StateIdentity(StateIdentity.currentBoot(), inode, 0, 1, filter);
    }

    @Override
    public ChannelHandler handler() {
        return accounting;
    }

    TableWalk walk() {
        return walk;
    }

    @Override
    public void begin() {
        switch (totals.opening()) {
            case Opening.First first -> {}
            case Opening.Resumed resumed ->
                LOG.info("source {}: {} flows taken up from {}", config.name(), totals.size(), config.stateFile());
            case Opening.SetAside aside -> LOG.warn("source {}: {}", config.name(), aside.reason());
        }
        nameDoubts();
        sink.log(accounting);
    }

    private void nameDoubts() {
        List<InDoubtFlow> doubts = totals.inDoubt();
        stats.inDoubt = doubts.size();
        doubts.stream()
                .limit(NAMED_IN_DOUBT)
                .forEach(doubt -> LOG.warn("source {}: in doubt, perhaps not sent: {}", config.name(), doubt));
        if (!doubts.isEmpty()) {
            LOG.warn(
                    "source {}: {} records were being sent when the last process ended; they count as sent",
                    config.name(),
                    doubts.size());
        }
        totals.settleDoubt();
    }

    @Override
    public void schedule() {
        walk.start();
    }

    /** With a state file the flows go on after the restart; without one what they have counted would be forgotten. */
    @Override
    public Future<Void> last() {
        ChannelPromise done = sockets.requests().newPromise();
        sockets.requests().eventLoop().execute(() -> {
            if (config.stateFile() != null) {
                walk.stop();
                done.setSuccess();
            } else {
                walk.last(() -> accounting.reportEveryFlow(FlowEndReason.FORCED_END), () -> {
                    walk.stop();
                    done.trySuccess();
                });
            }
        });
        return done;
    }

    @Override
    public void close() {
        totals.close();
        try {
            table.close();
        } catch (IOException e) {
            LOG.debug("source {}: cannot close nf_conntrack_count", config.name(), e);
        }
    }
}
