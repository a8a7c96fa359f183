package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Nfcapd;
import io.nurs.appliance.lab.NotifyReceiver;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher's process, asked to read its configuration again as an operator or a service manager would. */
@Tag("netns")
class ReloadIT {
    private static final String LAUNCHER = Path.of(System.getProperty("nurs.root", ".."), "nursd")
            .toAbsolutePath()
            .normalize()
            .toString();

    @TempDir
    Path directory;

    private Lab lab;
    private Path file;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        file = directory.resolve("nurs.yaml");
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    private void write(int port, String options) throws IOException {
        Files.writeString(file, """
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %s, accounting: end }
                    exporters: [main]
                exporters:
                  main: { type: netflow9, collector: "127.0.0.1:%d"%s }
                """.formatted(lab.router(), port, options));
    }

    private Program nursd(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(LAUNCHER));
        command.addAll(List.of(arguments));
        Map<String, String> whole = new HashMap<>(environment);
        whole.put("XDG_RUNTIME_DIR", directory.toString());
        return lab.closing(Program.start(command, whole));
    }

    private Program run(Map<String, String> environment) throws IOException {
        Program nursd = nursd(environment, "run", "--config", file.toString());
        nursd.waitForOutput("nursd is running");
        return nursd;
    }

    @Test
    void goodAndBadFilesBySignalAndByCommand() throws Exception {
        NotifyReceiver manager =
                lab.closing(NotifyReceiver.open(directory.resolve("notify").toString()));
        Nfcapd nfcapd = lab.closing(Nfcapd.start(directory.resolve("nfcapd")));
        write(nfcapd.port(), "");
        Program nursd = run(manager.environment(0));
        manager.waitFor("READY=1");
        Traffic traffic = new Traffic(lab);
        int flows = 0;

        write(nfcapd.port(), ", dscp: 8");
        nursd.signal("HUP");
        nursd.waitForOutput("reloaded: stack flows changed, exporter main changed");
        Wait.until("the manager knows", () -> states(manager).equals(List.of("READY=1", "RELOADING=1", "READY=1")));
        traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), 10_000, 20);
        flows += 20;
        end(flows);

        write(nfcapd.port(), ", dscp: 99, flush-intervall: 1s");
        nursd.signal("HUP");
        nursd.waitForOutput("the configuration is unchanged: " + file + ":6:");
        nursd.waitForOutput("dscp: 99 is outside 0 to 63");
        nursd.waitForOutput("unknown key \"flush-intervall\"");
        Wait.until("the manager knows", () -> states(manager).size() == 5);
        assertTrue(manager.received().getLast().contains("not reloaded: "), manager.received()::toString);
        String before = nursd.output();
        Program bad = nursd(Map.of(), "reload", "--config", file.toString());
        assertEquals(2, bad.exitCode(), bad.output());
        assertTrue(bad.output().contains(":6:"), bad.output());
        assertEquals(before, nursd.output(), "it was not even asked");

        write(nfcapd.port(), ", spool: { directory: /proc/nurs }");
        Program refused = nursd(Map.of(), "reload", "--pid", Long.toString(nursd.pid()));
        assertEquals(1, refused.exitCode(), refused.output());
        assertTrue(refused.output().contains("the configuration is unchanged: spool main-1: "), refused.output());
        write(nfcapd.port(), ", fields: minimal");
        Program good = nursd(Map.of(), "reload", "--config", file.toString());
        assertEquals(0, good.exitCode(), good.output());
        assertEquals("reloaded: stack flows changed, exporter main changed\n", good.output());
        traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), 11_000, 20);
        flows += 20;
        end(flows);

        nursd.terminate();
        assertEquals(0, nursd.exitCode(), nursd.output());
        assertEquals(2L * flows, nfcapd.endWithSums()[0]);
        assertFalse(Files.exists(directory.resolve("nursd-" + nursd.pid() + ".reload")), "nothing is left in /run");
    }

    private static List<String> states(NotifyReceiver manager) throws IOException {
        return manager.received().stream()
                .map(message -> message.lines().findFirst().orElse(""))
                .toList();
    }

    private void end(int flows) throws IOException, InterruptedException {
        lab.inRouter("conntrack", "-F");
        Wait.until("the kernel has told of all " + flows, () -> lab.entries() == 0);
    }

    @Test
    @Timeout(120)
    void aRunWithoutAFileAndOneThatIsStillStartingSurviveTheSignal() throws Exception {
        RecordingCollector collector = lab.closing(RecordingCollector.open());
        Program without = lab.closing(Program.start(
                Lab.within(lab.router(), LAUNCHER, "run", "--collector", "netflow9://127.0.0.1:" + collector.port())));
        without.waitForOutput("nursd is running");
        without.signal("HUP");
        without.waitForOutput("the configuration is unchanged: nursd runs with --collector");
        Program reload = nursd(Map.of(), "reload", "--pid", Long.toString(without.pid()));
        assertEquals(2, reload.exitCode(), reload.output());
        assertTrue(reload.output().contains("no file to read again"), reload.output());
        assertTrue(without.isRunning());

        // Through a pipe, which a reader has opened when a writer has.
        write(collector.port(), "");
        String config = Files.readString(file);
        Path pipe = directory.resolve("pipe");
        Program.run("mkfifo", pipe.toString());
        Program starting = nursd(Map.of(), "run", "--config", pipe.toString());
        try (Writer writer = Files.newBufferedWriter(pipe)) {
            starting.signal("HUP");
            writer.write(config);
        }
        starting.waitForOutput("nursd is running");
        try (Writer writer = Files.newBufferedWriter(pipe)) {
            writer.write(config);
        }
        starting.waitForOutput("reloaded: nothing has changed");
    }

    @Test
    void whichOneIsToldIfThereAreNoneOrSeveral() throws Exception {
        write(RecordingCollector.freePort(), "");
        Program none = nursd(Map.of(), "reload", "--config", file.toString());
        assertEquals(1, none.exitCode(), none.output());
        assertTrue(none.output().contains("no nursd run with " + file), none.output());
        Program one = run(Map.of());
        Program two = run(Map.of());
        Program several = nursd(Map.of(), "reload", "--config", file.toString());
        assertEquals(2, several.exitCode(), several.output());
        assertTrue(several.output().contains("choose one with --pid"), several.output());
        assertTrue(several.output().contains(one.pid() + " (" + file + ")"), several.output());
        assertTrue(several.output().contains(two.pid() + " (" + file + ")"), several.output());
    }
}
