package io.nurs.appliance.source;

import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.totals.FlowTotals;
import io.nurs.appliance.totals.InDoubtFlow;
import io.nurs.appliance.totals.StateFiles;
import io.nurs.appliance.totals.StateIdentity;
import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The totals of one reader, and what opening them has brought to light.
 *
 * @param file null if they end with the process
 * @param inDoubt flows whose record was being sent when the last process ended
 * @param notes for the log
 */
record TotalsOfReader(FlowTotals totals, @Nullable Path file, List<InDoubtFlow> inDoubt, List<String> notes) {
    /** The first reader's also spreads the flows of another number of readers, for all of them. */
    static TotalsOfReader open(ConntrackSourceConfig config, Share share, NetworkNamespace namespace)
            throws StartException {
        Path base = config.stateFile();
        int maxFlows = share.of(config.maxFlows());
        if (base == null) {
            return new TotalsOfReader(FlowTotals.inMemory(maxFlows), null, List.of(), List.of());
        }
        try {
            StateIdentity identity = identity(config, share, namespace);
            List<InDoubtFlow> inDoubt = new ArrayList<>();
            List<String> notes = new ArrayList<>();
            if (share.reader() == 0) {
                StateFiles.Spread spread = StateFiles.spread(base, identity, maxFlows);
                inDoubt.addAll(spread.inDoubt());
                notes.addAll(spread.notes());
            }
            Path file = StateFiles.path(base, share.reader(), share.readers());
            FlowTotals totals = FlowTotals.open(file, identity, maxFlows);
            inDoubt.addAll(totals.inDoubt());
            return new TotalsOfReader(totals, file, inDoubt, notes);
        } catch (IOException e) {
            throw new StartException("source " + share.name(config.name()) + ": " + e.getMessage(), e);
        }
    }

    private static StateIdentity identity(ConntrackSourceConfig config, Share share, NetworkNamespace namespace)
            throws IOException {
        long inode = namespace.call(
                () -> ((Number) Files.getAttribute(Path.of("/proc/thread-self/ns/net"), "unix:ino")).longValue());
        String filter = config.mark() == null ? "" : config.mark().toString();
        return new StateIdentity(StateIdentity.currentBoot(), inode, share.reader(), share.readers(), filter);
    }
}
