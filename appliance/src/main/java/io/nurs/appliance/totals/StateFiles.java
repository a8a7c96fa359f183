package io.nurs.appliance.totals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The state files of a source: one for each reader, {@code NAME} if there is one reader, else {@code NAME.0-of-4} and so on. When
 * the number of readers has changed, the flows are spread over new files.
 *
 * <p>That may be interrupted at any point. The old files are removed when all new ones have their names, so of two sets that
 * are there the wanted one counts if it is whole, else the other.
 */
public final class StateFiles {
    private static final Pattern ONE_OF_MANY = Pattern.compile("\\.\\d+-of-(\\d{1,3})");
    private static final String UNFINISHED = ".spread";

    private final Path base;
    private final StateIdentity identity;
    private final int readers;
    private final List<InDoubtFlow> inDoubt = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /**
     * What was done.
     *
     * @param inDoubt of the old files
     * @param notes one line each
     */
    public record Spread(List<InDoubtFlow> inDoubt, List<String> notes) {}

    private StateFiles(Path base, StateIdentity identity) {
        this.base = base;
        this.identity = identity;
        this.readers = identity.readers();
    }

    /** The file of one reader. */
    public static Path path(Path base, int reader, int readers) {
        return readers == 1 ? base : base.resolveSibling(base.getFileName() + "." + reader + "-of-" + readers);
    }

    /**
     * Before the files of any reader are opened: sees to it that files of another number of readers are taken up. Does nothing
     * if there are none.
     *
     * @param identity of any reader
     * @param maxFlows of one reader
     * @throws StateFileException if the new files cannot be made, or the old ones are in use
     */
    public static Spread spread(Path base, StateIdentity identity, int maxFlows) throws IOException {
        StateFiles files = new StateFiles(base, identity);
        for (int others : files.sets()) {
            if (others != files.readers) {
                files.takeUp(others, maxFlows);
            }
        }
        return new Spread(List.copyOf(files.inDoubt), List.copyOf(files.notes));
    }

    /** The numbers of readers of which there are files. */
    private SortedSet<Integer> sets() throws IOException {
        SortedSet<Integer> sets = new TreeSet<>();
        String name = base.getFileName().toString();
        Path directory = base.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            return sets;
        }
        try (Stream<Path> siblings = Files.list(directory)) {
            for (Path path : siblings.toList()) {
                String sibling = path.getFileName().toString();
                Matcher rest = ONE_OF_MANY.matcher(sibling.startsWith(name) ? sibling.substring(name.length()) : "");
                if (sibling.equals(name)) {
                    sets.add(1);
                } else if (rest.matches()) {
                    sets.add(Integer.valueOf(rest.group(1)));
                }
            }
        }
        return sets;
    }

    private void takeUp(int others, int maxFlows) throws IOException {
        if (isWhole(readers)) {
            // They were spread before, and the process was killed before it had removed them.
            remove(others);
        } else if (isWhole(others)) {
            remove(readers);
            long flows = spreadFrom(others, maxFlows);
            notes.add(flows + " flows spread from " + others + " to " + readers + " readers");
        } else {
            notes.add(
                    "state files of " + others
                            + " readers are there, but not all of them, or not of this boot, namespace and mark: they are left alone");
        }
    }

    private boolean isWhole(int set) throws IOException {
        for (int reader = 0; reader < set; reader++) {
            Path path = path(base, reader, set);
            if (!Files.isRegularFile(path)) {
                return false;
            }
            Optional<StateIdentity> found = FlowTotals.identity(path);
            if (found.isEmpty() || !found.get().equals(identity(reader, set))) {
                return false;
            }
        }
        return true;
    }

    private StateIdentity identity(int reader, int set) {
        return new StateIdentity(identity.boot(), identity.namespaceInode(), reader, set, identity.markFilter());
    }

    private long spreadFrom(int others, int maxFlows) throws IOException {
        List<FlowTotals> from = new ArrayList<>();
        List<FlowTotals> to = new ArrayList<>();
        long flows = 0;
        long created = 0;
        long lastUsed = 0;
        try {
            for (int reader = 0; reader < others; reader++) {
                FlowTotals old = FlowTotals.open(path(base, reader, others), identity(reader, others), maxFlows);
                from.add(old);
                inDoubt.addAll(old.inDoubt());
                flows += old.size();
                if (old.opening() instanceof Opening.Resumed resumed) {
                    created = Math.max(created, resumed.createdMillis());
                    lastUsed = Math.max(lastUsed, resumed.lastUsedMillis());
                }
            }
            int room = (int) Math.max(maxFlows, Math.min(flows, FlowTotals.MAX_FLOWS));
            for (int reader = 0; reader < readers; reader++) {
                Files.deleteIfExists(unfinished(reader));
                // Their flows were first met when the old files were made.
                Clock then = Clock.fixed(Instant.ofEpochMilli(created), ZoneOffset.UTC);
                to.add(FlowTotals.open(unfinished(reader), identity(reader, readers), room, then, new StoreOrder()));
            }
            for (FlowTotals old : from) {
                copy(old, to);
            }
            for (FlowTotals spread : to) {
                spread.lastUsed(lastUsed);
            }
        } finally {
            from.forEach(FlowTotals::close);
            to.forEach(FlowTotals::close);
        }
        for (int reader = 0; reader < readers; reader++) {
            Files.move(unfinished(reader), path(base, reader, readers), StandardCopyOption.ATOMIC_MOVE);
            Files.deleteIfExists(lock(unfinished(reader)));
        }
        remove(others);
        return flows;
    }

    private static void copy(FlowTotals from, List<FlowTotals> to) throws StateFileException {
        for (long slot = from.nextFlow(0); slot != FlowTotals.NONE; slot = from.nextFlow(slot + 1)) {
            int reader = Integer.remainderUnsigned(from.flow(slot).id(), to.size());
            if (to.get(reader).insertCopy(from, slot) == FlowTotals.NONE) {
                throw new StateFileException(
                        "the state files of the new number of readers cannot grow: is the disk full?");
            }
        }
    }

    private Path unfinished(int reader) {
        Path path = path(base, reader, readers);
        return path.resolveSibling(path.getFileName() + UNFINISHED);
    }

    private static Path lock(Path file) {
        return file.resolveSibling(file.getFileName() + ".lock");
    }

    private void remove(int set) throws IOException {
        for (int reader = 0; reader < set; reader++) {
            Files.deleteIfExists(path(base, reader, set));
            Files.deleteIfExists(lock(path(base, reader, set)));
        }
    }
}
