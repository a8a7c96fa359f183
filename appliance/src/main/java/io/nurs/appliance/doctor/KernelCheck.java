package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The kernel's version, and the options it was built with where it shows them. */
final class KernelCheck {
    /** SO_MEMINFO, by which the number of lost events is read. */
    private static final KernelVersion COUNTS_LOSS = new KernelVersion(4, 12);

    /** What is lost without each. */
    private static final Map<String, String> NEEDED = new LinkedHashMap<>();

    private static final Map<String, String> USEFUL = new LinkedHashMap<>();

    static {
        NEEDED.put("CONFIG_NF_CONNTRACK", "there is nothing to export");
        NEEDED.put("CONFIG_NF_CT_NETLINK", "entries cannot be read");
        NEEDED.put("CONFIG_NF_CONNTRACK_EVENTS", "the kernel does not tell of flows that end");
        USEFUL.put("CONFIG_NF_CONNTRACK_TIMESTAMP", "start and stop are those of nursd's own clock");
        USEFUL.put("CONFIG_NF_CONNTRACK_MARK", "mark, mark-interfaces and filters by mark match nothing");
    }

    private KernelCheck() {}

    static Finding version(String release, @Nullable KernelVersion version) {
        if (version == null) {
            return Finding.ok("kernel", release + ": a release of unknown form; nurs is tested on 6.18");
        }
        if (version.isBefore(COUNTS_LOSS)) {
            return Finding.warn(
                    "kernel",
                    release + ": before " + COUNTS_LOSS + " it does not say how many events were lost (SO_MEMINFO), and"
                            + " nurs has not been tried on it",
                    "run a newer kernel; nurs is tested on 6.18");
        }
        return Finding.ok("kernel", release + "; nurs is tested on 6.18");
    }

    /** From where kernels and distributions show them. */
    static List<Finding> options(String release) {
        for (Path file : List.of(Path.of("/proc/config.gz"), Path.of("/boot/config-" + release))) {
            try {
                return options(file.toString(), read(file));
            } catch (IOException e) {
                // The next: it is not there, or not for this user.
            }
        }
        return List.of(Finding.ok(
                "kernel options",
                "unknown: neither /proc/config.gz nor /boot/config-" + release + " can be read here"));
    }

    static List<Finding> options(String file, String text) {
        List<String> lines = text.lines().toList();
        List<Finding> findings = new ArrayList<>();
        NEEDED.forEach((option, cost) -> {
            if (!isSet(lines, option)) {
                findings.add(Finding.fail(option, "not set: " + cost, "run a kernel that was built with " + option));
            }
        });
        USEFUL.forEach((option, cost) -> {
            if (!isSet(lines, option)) {
                findings.add(Finding.warn(option, "not set: " + cost, "run a kernel that was built with " + option));
            }
        });
        if (findings.isEmpty()) {
            findings.add(Finding.ok(
                    "kernel options", "conntrack with netlink, events, timestamps and marks (" + file + ")"));
        }
        return findings;
    }

    private static boolean isSet(List<String> lines, String option) {
        return lines.contains(option + "=y") || lines.contains(option + "=m");
    }

    private static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                InputStream text = file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
