package io.nurs.appliance.command;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.nurs.appliance.StartException;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.Transport;
import io.nurs.appliance.demo.DemoCollector;
import io.nurs.appliance.demo.DemoResult;
import io.nurs.appliance.demo.FlowTable;
import io.nurs.appliance.demo.LiveDemo;
import io.nurs.appliance.demo.ReplayDemo;
import io.nurs.appliance.source.EventRecording;
import io.nurs.appliance.terminal.Terminal;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        description =
                "Show the main job in about 15 seconds: real traffic through a router in network namespaces of its own,"
                        + " the kernel's entries exported as NetFlow v9, read back by a collector on loopback, and the bytes compared"
                        + " with an independent counter. Needs no root and touches nothing of this machine.")
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class DemoCommand implements Callable<Integer> {
    private static final int MAX_ROWS = 200;

    @Option(
            names = "--replay",
            paramLabel = "FILE",
            description = "Instead of traffic, play recorded conntrack events (CTEV0001) through the same pipeline;"
                    + " needs no privilege at all.")
    private @Nullable Path replay;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        EventRecording recording = replay == null ? null : read(replay);
        FlowTable table =
                new FlowTable(spec.commandLine().getOut(), Terminal.ofStdout().isTerminal(), MAX_ROWS);
        try {
            DemoResult result = run(recording, table);
            table.progress("");
            result.lines().forEach(table::line);
            return result.isExact() ? ExitCode.OK : ExitCode.SOFTWARE;
        } catch (StartException e) {
            throw CommandFailure.runtime(e.advice());
        } catch (IOException e) {
            throw CommandFailure.runtime("the demo failed: " + e.getMessage());
        }
    }

    private static EventRecording read(Path file) {
        try {
            return EventRecording.read(file);
        } catch (NoSuchFileException e) {
            throw CommandFailure.usage("there is no file " + file);
        } catch (IOException e) {
            throw CommandFailure.usage("cannot replay " + file + ": " + e.getMessage());
        }
    }

    private static DemoResult run(@Nullable EventRecording recording, FlowTable table)
            throws IOException, StartException, InterruptedException {
        Transports transport = Transports.of(Transport.EPOLL);
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, transport.handlers());
        try {
            DemoCollector collector = DemoCollector.listen(loop, transport, table::add);
            return recording == null
                    ? LiveDemo.run(collector, table)
                    : ReplayDemo.run(recording, transport, collector, table);
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
        }
    }
}
