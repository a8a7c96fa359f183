package io.nurs.appliance.source;

import io.nurs.appliance.Finding;
import io.nurs.appliance.config.Accounting;
import io.nurs.appliance.config.EntryEvent;
import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of conntrack in one network namespace that decide what there is to export. /proc/sys/net shows those of the
 * namespace of the thread that reads it.
 *
 * @param accounting nf_conntrack_acct: whether new entries get counters
 * @param timestamps nf_conntrack_timestamp: whether new entries get start and stop times
 * @param events nf_conntrack_events: 1 always, 2 (since 5.19) only for entries made while somebody listens, 0 never
 * @param entries nf_conntrack_count
 */
public record ConntrackSysctls(boolean accounting, boolean timestamps, int events, long entries) {
    /** The rule that has a namespace track connections, as a command. */
    public static final String STARTS_TRACKING =
            "nft 'add table inet nurs; add chain inet nurs track { type filter hook prerouting priority 0; }; add rule inet"
                    + " nurs track ct state new counter'";

    /** /proc/sys/net shows those of the reading thread's namespace. */
    static final Path DIRECTORY = Path.of("/proc/sys/net/netfilter");

    private static final String ACCOUNTING = "nf_conntrack_acct";
    private static final String TIMESTAMPS = "nf_conntrack_timestamp";
    private static final String EVENTS = "nf_conntrack_events";
    private static final String ENTRIES = "nf_conntrack_count";

    private static final int MAX_DIGITS = 32;

    /** Reads them; null if the kernel has no conntrack (its module is not loaded). */
    public static @Nullable ConntrackSysctls read(NetworkNamespace namespace) throws IOException {
        return namespace.call(() -> Files.exists(DIRECTORY.resolve(ENTRIES))
                ? new ConntrackSysctls(
                        number(ACCOUNTING) != 0, number(TIMESTAMPS) != 0, (int) number(EVENTS), number(ENTRIES))
                : null);
    }

    /** Sets all three to 1, for entries made from now on. */
    static void set(NetworkNamespace namespace) throws IOException {
        namespace.call(() -> {
            for (String name : List.of(ACCOUNTING, TIMESTAMPS, EVENTS)) {
                if (number(name) != 1) {
                    Files.writeString(DIRECTORY.resolve(name), "1");
                }
            }
            return true;
        });
    }

    /** What is missing, what that costs, and the command that mends it; empty if nothing is. */
    public List<Finding> findings(Accounting mode) {
        boolean delta = mode == Accounting.DELTA;
        List<Finding> findings = new ArrayList<>();
        if (!accounting) {
            findings.add(Finding.fail(
                    ACCOUNTING,
                    ACCOUNTING + " is 0: entries have no counters, so flows without traffic are all there is to see",
                    mend(ACCOUNTING)));
        }
        if (!timestamps) {
            findings.add(Finding.warn(
                    TIMESTAMPS,
                    TIMESTAMPS + " is 0: entries have no start and stop, so times are those of our own clock",
                    mend(TIMESTAMPS)));
        }
        if (events == 0) {
            findings.add(Finding.fail(
                    EVENTS,
                    EVENTS + " is 0: the kernel does not tell of flows that end, so "
                            + (delta
                                    ? "the table is walked through every few seconds instead, and what ends in between is lost"
                                    : "they are lost"),
                    mend(EVENTS)));
        } else if (events != 1) {
            findings.add(Finding.warn(
                    EVENTS,
                    EVENTS + " is " + events + ": flows that began before nursd listened end silently"
                            + (delta ? ", and are asked for until they are gone" : ""),
                    mend(EVENTS)));
        }
        return findings;
    }

    /** As {@link #findings}, for who is told events of entries: counters and times are what else a message may have, or not. */
    public List<Finding> eventFindings(Set<EntryEvent> wanted) {
        String mend =
                "sysctl -w net.netfilter." + EVENTS + "=1 (in that namespace). It holds for entries made afterwards.";
        if (events == 0) {
            return List.of(Finding.fail(
                    EVENTS, EVENTS + " is 0: the kernel tells nothing of its entries, so there are no records", mend));
        }
        boolean ofOldOnes = wanted.contains(EntryEvent.UPDATE) || wanted.contains(EntryEvent.DESTROY);
        return events == 1 || !ofOldOnes
                ? List.of()
                : List.of(Finding.warn(
                        EVENTS,
                        EVENTS + " is " + events
                                + ": connections that began before nursd listened change and end silently",
                        mend));
    }

    private static String mend(String name) {
        return "sysctl -w net.netfilter." + name
                + "=1 (in that namespace; or write set-sysctls: true). It holds for entries made afterwards.";
    }

    private static long number(String name) throws IOException {
        try (FileChannel sysctl = open(name)) {
            return number(sysctl);
        }
    }

    /** One of the calling thread's namespace; an open file of /proc/sys/net stays with its namespace, for any thread. */
    static FileChannel open(String name) throws IOException {
        return FileChannel.open(DIRECTORY.resolve(name), StandardOpenOption.READ);
    }

    /** In one read: a sysctl has no second part. */
    static long number(FileChannel sysctl) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(MAX_DIGITS);
        sysctl.read(text, 0);
        return Long.parseLong(
                StandardCharsets.US_ASCII.decode(text.flip()).toString().strip());
    }
}
