package io.nurs.appliance.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Lab.Counted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The launcher's {@code nursd run} on the lab's router, with {@code accounting: delta} and a state file, killed and started
 * again; what all its processes have exported, and what they say is in doubt.
 */
public final class RestartedNursd {
    private static final Path LAUNCHER = Path.of(System.getProperty("nurs.root", ".."), "nursd")
            .toAbsolutePath()
            .normalize();
    private static final Pattern IN_DOUBT = Pattern.compile(
            "in doubt, perhaps not sent: .*: (\\d+) packets, (\\d+) octets, reply (\\d+) packets, (\\d+) octets");

    private final Lab lab;
    private final Path directory;
    private final RecordingCollector collector;
    private Counted doubt = new Counted(0, 0);

    private RestartedNursd(Lab lab, Path directory, RecordingCollector collector) {
        this.lab = lab;
        this.directory = directory;
        this.collector = collector;
    }

    /** Nothing runs yet. Its files are in {@code directory}. */
    public static RestartedNursd of(Lab lab, Path directory) throws InterruptedException {
        return new RestartedNursd(lab, directory, lab.closing(RecordingCollector.open()));
    }

    public Path stateFile() {
        return directory.resolve("totals");
    }

    /** Starts one more process, and does not wait until it runs. */
    public Program start() throws IOException {
        Path file = Files.writeString(
                directory.resolve("nurs.yaml"), """
                stacks:
                  - name: flows
                    source:
                      type: conntrack
                      namespace: %s
                      accounting: delta
                      active-timeout: 1s
                      first-start: export
                      state-file: %s
                    exporters: [main]
                exporters:
                  main: { type: netflow9, collector: "127.0.0.1:%d", flush-interval: 20ms }
                """.formatted(lab.router(), stateFile(), collector.port()));
        return lab.closing(Program.start(List.of(LAUNCHER.toString(), "run", "--config", file.toString())));
    }

    /** By SIGKILL. */
    public void kill(Program nursd) throws IOException, InterruptedException {
        Program.run("kill", "-KILL", Long.toString(nursd.pid()));
        nursd.exitCode();
        addDoubt(nursd);
    }

    /** Ends all flows, and the last process when it has been told of that. */
    public void end(Program nursd) throws IOException, InterruptedException {
        lab.inRouter("conntrack", "-F");
        Wait.until("the kernel has told of all", () -> lab.entries() == 0);
        nursd.terminate();
        assertEquals(0, nursd.exitCode(), nursd.output());
        addDoubt(nursd);
    }

    /** What the process before this one left in doubt, this one tells. */
    private void addDoubt(Program nursd) throws IOException {
        Matcher matcher = IN_DOUBT.matcher(nursd.output());
        while (matcher.find()) {
            doubt = doubt.plus(new Counted(number(matcher, 1), number(matcher, 2)))
                    .plus(new Counted(number(matcher, 3), number(matcher, 4)));
        }
    }

    private static long number(Matcher matcher, int group) {
        return Long.parseLong(matcher.group(group));
    }

    /**
     * What was forwarded is what was exported, but for what is in doubt.
     *
     * @param context added to a failure's message
     */
    public void assertConserved(String context) throws IOException, InterruptedException {
        Counted most = lab.forwarded();
        Counted least = new Counted(most.packets() - doubt.packets(), most.bytes() - doubt.bytes());
        Wait.until(
                () -> most + " less at most " + doubt + " in doubt, " + collector.total() + " so far, " + context,
                () -> isAtMost(least, collector.total()));
        assertTrue(
                isAtMost(collector.total(), most),
                () -> "more than " + most + ": " + collector.total() + ", " + context);
    }

    private static boolean isAtMost(Counted a, Counted b) {
        return a.packets() <= b.packets() && a.bytes() <= b.bytes();
    }
}
