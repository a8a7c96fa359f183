package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources of counters as an operator starts them, with and without privileges. */
@Tag("netns")
class CountersIT {
    private static final Path LAUNCHER = Path.of(System.getProperty("nurs.root", ".."), "nursd")
            .toAbsolutePath()
            .normalize();
    private static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups");

    @TempDir
    Path directory;

    private Program nursd(List<String> before, String command, String source) throws Exception {
        Path file = Files.writeString(directory.resolve("nurs.yaml"), """
                stacks:
                  - { name: acct, source: { type: nfacct }, exporters: [main] }
                  - { name: health, source: { type: conntrack-stats }, exporters: [main] }
                  - { name: told, source: { type: conntrack-events, mark: 0x10 }, exporters: [main] }
                exporters:
                  main: { type: ipfix, collector: "127.0.0.1:9" }
                metrics: { listen: off }
                """.replace("type: nfacct", "type: " + source));
        assertTrue(directory.toFile().setExecutable(true, false));
        assertTrue(file.toFile().setReadable(true, false));
        List<String> words = new ArrayList<>(before);
        words.addAll(List.of(LAUNCHER.toString(), command, "--config", file.toString()));
        return Program.start(words);
    }

    private static List<String> joined(List<String> first, String... more) {
        return Stream.concat(first.stream(), Stream.of(more)).toList();
    }

    @Test
    void whoMayNothingIsToldWhatIsMissing() throws Exception {
        Requires.root();
        Requires.tools("setpriv");
        List<String> powerless = joined(AS_NOBODY, "--inh-caps", "-all", "--bounding-set", "-all");
        for (String source :
                List.of("nfacct", "conntrack-stats", "conntrack-events", "nftables", "nflog, groups: [8]")) {
            try (Program refused = nursd(powerless, "run", source)) {
                assertEquals(1, refused.exitCode(), refused.output());
                assertTrue(refused.output().matches("(?s).*source (acct|told): .*"), refused.output());
                assertTrue(refused.output().contains("it needs CAP_NET_ADMIN"), refused.output());
            }
        }
    }

    @Test
    void whoOwnsTheNetworkNamespaceNeedsNoRoot() throws Exception {
        Requires.root();
        Requires.tools("setpriv", "unshare");
        String up = "ip link set lo up && exec \"$@\"";
        List<String> owner = joined(AS_NOBODY, "unshare", "--map-root-user", "--net", "sh", "-c", up, "sh");
        try (Program run = nursd(owner, "run", "nfacct")) {
            run.waitForOutput("nursd is running");
            run.terminate();
            assertEquals(0, run.exitCode(), run.output());
            assertTrue(
                    run.output().contains("source acct: 2 readings, 0 failed, 0 passed over; 0 records"), run.output());
            assertTrue(run.output().contains("source health: 2 readings, 0 failed"), run.output());
            assertTrue(
                    run.output().contains("source told: 0 new, 0 updates, 0 destroyed; 0 events lost, 0 unreadable"),
                    run.output());
        }
        try (Program run = nursd(owner, "run", "nflog, groups: [8]")) {
            run.waitForOutput("nursd is running");
            run.terminate();
            assertEquals(0, run.exitCode(), run.output());
            assertTrue(run.output().contains("source acct: 0 packets, 0 lost in 0 gaps"), run.output());
        }
    }

    @Test
    void doctorLooksAtThemToo() throws Exception {
        try (Lab lab = Lab.open();
                Program doctor = nursd(Lab.within(lab.router()), "doctor", "nfacct")) {
            doctor.exitCode();
            assertTrue(doctor.output().matches("(?s).*ok +source acct: nfacct +answers\n.*"), doctor.output());
            assertTrue(doctor.output().matches("(?s).*ok +source health: ctnetlink +answers\n.*"), doctor.output());
            assertTrue(doctor.output().matches("(?s).*ok +source told: ctnetlink +answers\n.*"), doctor.output());
            assertTrue(
                    doctor.output()
                            .matches("(?s).*ok +source told: sysctls +nf_conntrack_events is 1; ends have counters.*"),
                    doctor.output());
            assertTrue(doctor.output().contains("room for about 52,428 events"), doctor.output());
        }
    }

    @Test
    void doctorLooksAtTheRuleSetToo() throws Exception {
        try (Lab lab = Lab.open();
                Program doctor = nursd(Lab.within(lab.router()), "doctor", "nftables")) {
            doctor.exitCode();
            assertTrue(doctor.output().matches("(?s).*ok +source acct: nftables +answers\n.*"), doctor.output());
        }
    }

    @Test
    void whoOwnsTheNetworkNamespaceIsToldOfItsRules() throws Exception {
        Requires.root();
        Requires.tools("setpriv", "unshare");
        List<String> owner = joined(
                AS_NOBODY, "unshare", "--map-root-user", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh");
        try (Program run = nursd(owner, "run", "nftables")) {
            run.waitForOutput("nursd is running");
            run.terminate();
            assertEquals(0, run.exitCode(), run.output());
            assertTrue(
                    run.output().contains("source acct: 0 changes in 0 transactions, 0 of nobody known"), run.output());
        }
        try (Lab lab = Lab.open();
                Program doctor = nursd(Lab.within(lab.router()), "doctor", "nflog, groups: [8]")) {
            doctor.exitCode();
            assertTrue(doctor.output().matches("(?s).*ok +source acct: nflog +answers\n.*"), doctor.output());
        }
    }
}
