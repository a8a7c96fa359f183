package io.nurs.appliance.command;

import io.nurs.appliance.ReloadOutcome;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ConfigException;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.netlink.Errno;
import io.nurs.netlink.HangUp;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "reload",
        description = "Have a running nursd go over to its configuration as the file is now, and say what came of it.")
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class ReloadCommand implements Callable<Integer> {
    /** A source that stops may take as long as its shutdown-timeout. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final long TICK_MILLIS = 50;

    @Option(names = "--config", paramLabel = "FILE", description = "Which nursd: the one that runs with this file.")
    private @Nullable Path config;

    @Option(names = "--pid", paramLabel = "PID", description = "Which nursd: the one with this process id.")
    private @Nullable Long pid;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        RunningNursd running = find();
        Path file = running.config();
        if (file == null) {
            throw CommandFailure.usage("process " + running.pid()
                    + " runs with --collector, so there is no file to read again; stop it and start it anew");
        }
        ApplianceConfig next = ConfigLoader.load(file);
        next.warnings().forEach(warning -> spec.commandLine().getErr().println("warning: " + warning));
        ReloadOutcome outcome = ask(running);
        if (outcome == null) {
            out.println("process " + running.pid() + " has been asked; its log has the outcome");
        } else if (outcome.reloaded()) {
            out.println("reloaded: " + outcome.words());
        } else {
            throw CommandFailure.runtime("the configuration is unchanged: " + outcome.words());
        }
        return ExitCode.OK;
    }

    private RunningNursd find() {
        if (pid != null) {
            return RunningNursd.of(pid)
                    .orElseThrow(() -> CommandFailure.usage("process " + pid
                            + " is no nursd run of this user's; `pgrep -af 'Nursd run'` lists what there is"));
        }
        List<RunningNursd> found = RunningNursd.all().stream()
                .filter(one -> config == null || one.runsWith(config))
                .toList();
        if (found.isEmpty()) {
            throw CommandFailure.runtime(
                    "no nursd run" + (config == null ? "" : " with " + config)
                            + " of this user's is there; start it, or run this as its user, and in its container if it has one");
        }
        if (found.size() > 1) {
            throw CommandFailure.usage("several are running: " + RunningNursd.list(found) + "; choose one with --pid");
        }
        return found.getFirst();
    }

    /** Null if it cannot be known. */
    private static @Nullable ReloadOutcome ask(RunningNursd running) throws InterruptedException {
        // Not closed: the file is the other process's.
        ReloadNotice notice = new ReloadNotice(running.environment(), running.pid());
        ReloadOutcome before = notice.read();
        hangUp(running.pid());
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            ReloadOutcome now = notice.read();
            if (now != null && !now.equals(before)) {
                return now;
            }
            if (!running.isRunning()) {
                throw CommandFailure.runtime("process " + running.pid() + " has ended; its log says why");
            }
            Thread.sleep(TICK_MILLIS);
        }
        return null;
    }

    private static void hangUp(long pid) {
        try {
            HangUp.send(pid);
        } catch (Errno e) {
            throw CommandFailure.runtime("process " + pid + " cannot be signalled: " + e.getMessage()
                    + "; run this as its user, or as root");
        }
    }
}
