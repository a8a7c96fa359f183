package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import io.nurs.appliance.config.Accounting;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.SourceConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a process may have of memory and of files. No memory is locked, so RLIMIT_MEMLOCK does not matter. */
final class LimitsCheck {
    private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable: +(\\d+) kB");
    /** Soft limit, hard limit; the JVM raises the first to the second. */
    private static final Pattern FILES = Pattern.compile("(?m)^Max open files +\\S+ +(\\d+|unlimited) ");

    /** Totals of a flow over IPv6; IPv4's take 100. */
    private static final long FLOW_BYTES = 150;
    /** Of the JVM itself, its jars and Netty. */
    private static final int OWN_FILES = 128;
    /** A source's sockets and sysctls, or an exporter's connection, spool and files. */
    private static final int FILES_OF_A_PART = 16;

    private LimitsCheck() {}

    /** @param running whether a nursd runs here: what it has of the memory is not available, and is not needed twice */
    static List<Finding> findings(ApplianceConfig config, boolean running) throws IOException {
        List<Finding> findings = new ArrayList<>();
        findings.add(memory(config, running ? -1 : number(AVAILABLE, Place.text(Path.of("/proc/meminfo")))));
        findings.add(files(config, Place.text(Path.of("/proc/self/limits"))));
        return findings;
    }

    /** @param availableKib -1 if unknown */
    static Finding memory(ApplianceConfig config, long availableKib) {
        long flows = 0;
        for (SourceConfig source : config.sources()) {
            flows += source instanceof ConntrackSourceConfig conntrack && conntrack.accounting() == Accounting.DELTA
                    ? conntrack.maxFlows()
                    : 0;
        }
        long heap = Runtime.getRuntime().maxMemory();
        long most = heap + flows * FLOW_BYTES;
        String what = "at most %s of heap and about %s for the totals of %,d flows (max-flows)"
                .formatted(Octets.of(heap), Octets.of(flows * FLOW_BYTES), flows);
        return availableKib < 0 || most <= availableKib * 1024
                ? Finding.ok("memory", what)
                : Finding.warn(
                        "memory",
                        what + ", and " + Octets.of(availableKib * 1024)
                                + " are available: the kernel may kill nursd when the table fills",
                        "write a smaller max-flows, or give the machine more memory");
    }

    static Finding files(ApplianceConfig config, String limits) {
        int parts = config.sources().stream()
                .mapToInt(source -> source.readers() * (1 + config.exporters().size()))
                .sum();
        long needed = OWN_FILES + (long) FILES_OF_A_PART * parts;
        long allowed = number(FILES, limits);
        return allowed < 0 || allowed >= needed
                ? Finding.ok("open files", allowed < 0 ? "unlimited" : "%,d allowed".formatted(allowed))
                : Finding.warn(
                        "open files",
                        "%,d allowed, and about %,d may be needed: connections and files cannot be opened then"
                                .formatted(allowed, needed),
                        "write LimitNOFILE=" + needed * 2 + " into its systemd unit");
    }

    private static long number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() && !matcher.group(1).equals("unlimited") ? Long.parseLong(matcher.group(1)) : -1;
    }
}
