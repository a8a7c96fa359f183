package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.uring.IoUring;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.NotifyReceiver;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Wait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher as a service manager starts it: $NOTIFY_SOCKET and $WATCHDOG_USEC are in its environment. */
@Tag("netns")
class SupervisedIT {
    private static final Path LAUNCHER = Path.of(System.getProperty("nurs.root", ".."), "nursd")
            .toAbsolutePath()
            .normalize();
    /** A keep-alive each 100 ms. */
    private static final long WATCHDOG_MICROS = 200_000;

    private static final long TEN_KEEP_ALIVES_MILLIS = 1_000;

    @TempDir
    Path directory;

    private Lab lab;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    private Program nursd(String transport, Map<String, String> environment) throws IOException {
        // Two sources have two event loops.
        String config = """
                transport: %1$s
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %2$s, accounting: end }
                    exporters: [main]
                  - name: marked
                    source: { type: conntrack, namespace: %2$s, accounting: end, mark: 1 }
                    exporters: [main]
                exporters:
                  main: { type: netflow9, collector: "127.0.0.1:%3$d" }
                """.formatted(transport, lab.router(), RecordingCollector.freePort());
        Path file = Files.writeString(directory.resolve("nurs.yaml"), config);
        return lab.closing(
                Program.start(List.of(LAUNCHER.toString(), "run", "--config", file.toString()), environment));
    }

    private NotifyReceiver manager(String address) throws IOException {
        return lab.closing(NotifyReceiver.open(address));
    }

    private String path() {
        return directory.resolve("notify").toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void tellsThatItIsReadyTurnsAndStops(String transport) throws Exception {
        Requires.require(transport.equals("epoll") || IoUring.isAvailable(), "io_uring");
        NotifyReceiver manager = manager(path());
        Program nursd = nursd(transport, manager.environment(WATCHDOG_MICROS));
        assertEquals("READY=1\nSTATUS=flows -> main; marked -> main", manager.waitFor("READY=1"));
        assertTrue(nursd.output().contains("nursd is running"), nursd.output());
        manager.waitForKeepAlives(3);
        assertTrue(manager.received().getFirst().startsWith("READY=1"), "nothing before it is ready");

        nursd.terminate();
        manager.waitFor("STOPPING=1");
        assertEquals(0, nursd.exitCode(), nursd.output());
    }

    @Test
    void aProcessThatStandsStillSendsNoKeepAlives() throws Exception {
        NotifyReceiver manager = manager("@nurs-" + ProcessHandle.current().pid() + "/notify");
        Program nursd = nursd("epoll", manager.environment(WATCHDOG_MICROS));
        manager.waitForKeepAlives(3);

        nursd.signal("STOP");
        Wait.until("each of its threads stands", () -> stands(nursd.pid()));
        long before = manager.keepAlives();
        Thread.sleep(TEN_KEEP_ALIVES_MILLIS);
        assertEquals(before, manager.keepAlives());

        nursd.signal("CONT");
        manager.waitForKeepAlives(3);
        nursd.terminate();
        assertEquals(0, nursd.exitCode(), nursd.output());
        manager.waitFor("STOPPING=1");
    }

    /** T: stopped by a signal. proc_pid_stat(5) */
    private static boolean stands(long pid) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path thread : threads.toList()) {
                String stat = Files.readString(thread.resolve("stat"));
                // The name before it may have brackets and spaces.
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
            return true;
        }
    }

    @Test
    void aManagerThatIsGoneIsOneWarning() throws Exception {
        NotifyReceiver gone = manager(path());
        Program nursd = nursd("epoll", gone.environment(WATCHDOG_MICROS));
        gone.waitForKeepAlives(1);
        gone.close();
        nursd.waitForOutput("the service manager does not listen at " + path());
        Thread.sleep(TEN_KEEP_ALIVES_MILLIS);
        manager(path()).waitForKeepAlives(1);
        assertEquals(1, warnings(nursd), nursd.output());
        nursd.terminate();
        assertEquals(0, nursd.exitCode(), nursd.output());
    }

    @Test
    void aManagerThatNeverWasIsOneWarning() throws Exception {
        Program nursd = nursd("epoll", Map.of("NOTIFY_SOCKET", path(), "WATCHDOG_USEC", "20000"));
        nursd.waitForOutput("the service manager does not listen at " + path() + " (no such file)");
        nursd.terminate();
        assertEquals(0, nursd.exitCode(), nursd.output());
        assertEquals(1, warnings(nursd), nursd.output());
    }

    @Test
    void anAddressThatIsNoneIsOneWarning() throws Exception {
        Program nursd = nursd("epoll", Map.of("NOTIFY_SOCKET", "vsock:2:9999", "WATCHDOG_USEC", "20000"));
        nursd.waitForOutput("nursd is running");
        nursd.terminate();
        assertEquals(0, nursd.exitCode(), nursd.output());
        assertEquals(1, warnings(nursd), nursd.output());
    }

    private static long warnings(Program nursd) throws IOException {
        return nursd.output()
                .lines()
                .filter(line -> line.contains("WARN") && line.contains("service manager"))
                .count();
    }
}
