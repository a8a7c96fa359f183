package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import io.nurs.appliance.config.Accounting;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.Delivery;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The connection table: how full it is, how long its chains may become, and what it may take of the memory.
 *
 * @param max nf_conntrack_max; 0 is no limit
 * @param entryBytes of one entry, without what is allocated beside it for counters, timestamps and the like
 */
record TableCheck(long entries, long max, long buckets, long entryBytes, long memoryBytes) {
    private static final String MAX = "net.netfilter.nf_conntrack_max";
    private static final String BUCKETS = "net.netfilter.nf_conntrack_buckets";
    /** The kernel begins to drop entries early at 95 %. nf_conntrack_max95 */
    private static final int FULL_PERCENT = 95;

    private static final int NEARLY_FULL_PERCENT = 80;
    /** The kernel's own choice was 4 until 5.15, and is 1 since. */
    private static final int LONG_CHAIN = 8;

    /** Where /proc/slabinfo, which is root's, cannot be read: on x86_64. */
    private static final long TYPICAL_ENTRY_BYTES = 256;

    private static final Pattern SLAB = Pattern.compile("(?m)^nf_conntrack +\\d+ +\\d+ +(\\d+) ");
    private static final Pattern MEMORY = Pattern.compile("(?m)^MemTotal: +(\\d+) kB");

    static TableCheck read(Place place, long entries) throws IOException {
        Long max = place.sysctl(MAX);
        Long buckets = place.sysctl(BUCKETS);
        return new TableCheck(
                entries,
                max == null ? 0 : max,
                buckets == null ? 0 : buckets,
                number(SLAB, "/proc/slabinfo", TYPICAL_ENTRY_BYTES),
                number(MEMORY, "/proc/meminfo", 0) * 1024);
    }

    private static long number(Pattern pattern, String file, long fallback) {
        try {
            Matcher matcher = pattern.matcher(Place.text(Path.of(file)));
            return matcher.find() ? Long.parseLong(matcher.group(1)) : fallback;
        } catch (IOException e) {
            return fallback;
        }
    }

    /** nf_conntrack_max and the buckets are the first namespace's, so no mend of theirs is run in another. */
    List<Finding> findings(Place place, ConntrackSourceConfig source) {
        List<Finding> findings = new ArrayList<>(List.of(fill(place, source)));
        if (buckets > 0 && max > buckets * LONG_CHAIN) {
            findings.add(Finding.warn(
                    place.subject("hash table"),
                    "%,d buckets for at most %,d entries: chains of %,d make each packet cost more when it is full"
                            .formatted(buckets, max, max / buckets),
                    "sysctl -w " + BUCKETS + "=" + max));
        }
        if (memoryBytes > 0 && max * entryBytes > memoryBytes / 2) {
            findings.add(Finding.warn(
                    place.subject("table size"),
                    "%,d entries of at least %d octets are %s, and the machine has %s: it may run out of memory before the table is full"
                            .formatted(max, entryBytes, Octets.of(max * entryBytes), Octets.of(memoryBytes)),
                    "sysctl -w " + MAX + "=" + memoryBytes / 4 / entryBytes));
        }
        if (source.accounting() == Accounting.DELTA && entries > source.maxFlows()) {
            findings.add(Finding.warn(
                    place.subject("max-flows"),
                    "%,d entries, and nursd remembers %,d flows: those beyond are reported as a whole when they end"
                            .formatted(entries, source.maxFlows()),
                    "write max-flows: " + Math.max(max, entries)));
        }
        return findings;
    }

    private Finding fill(Place place, ConntrackSourceConfig source) {
        String subject = place.subject("table");
        if (max <= 0) {
            return Finding.ok(subject, "%,d entries, without a limit".formatted(entries));
        }
        long percent = entries * 100 / max;
        String what = "%,d of at most %,d entries (%d %%)".formatted(entries, max, percent);
        String mend = "sysctl -w " + MAX + "=" + max * 2;
        if (percent >= FULL_PERCENT) {
            return Finding.fail(subject, what + ": the kernel drops connections, new and old", mend);
        }
        if (source.delivery() == Delivery.RELIABLE && percent >= source.guardPercent()) {
            return Finding.warn(
                    subject,
                    what + ": beyond guard (" + source.guardPercent()
                            + " %), so ends that do not fit into the receive buffer are lost",
                    mend);
        }
        return percent >= NEARLY_FULL_PERCENT
                ? Finding.warn(subject, what + ": when it is full the kernel drops new connections", mend)
                : Finding.ok(subject, what);
    }
}
