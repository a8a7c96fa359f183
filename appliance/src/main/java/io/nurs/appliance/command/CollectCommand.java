package io.nurs.appliance.command;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.nurs.appliance.StartException;
import io.nurs.appliance.Transports;
import io.nurs.appliance.collect.CalmOutput;
import io.nurs.appliance.collect.CollectServer;
import io.nurs.appliance.collect.FileInput;
import io.nurs.appliance.collect.Inspector;
import io.nurs.appliance.collect.JsonOutput;
import io.nurs.appliance.collect.Listen;
import io.nurs.appliance.collect.Output;
import io.nurs.appliance.collect.TableOutput;
import io.nurs.appliance.collect.TlsFiles;
import io.nurs.appliance.config.Transport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "collect",
        description =
                "Print the flows that any exporter of NetFlow v5, NetFlow v9 or IPFIX sends, and complain where it breaks the RFCs."
                        + " For a look at what is sent; it keeps nothing. Ends with SIGTERM, SIGINT or --count, and a summary.")
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class CollectCommand implements Callable<Integer> {
    @Option(
            names = "--listen",
            paramLabel = "URL",
            description =
                    "Where to read, as often as wanted: udp://ADDRESS:PORT, tcp://ADDRESS:PORT, tls://ADDRESS:PORT,"
                            + " file:PATH, file:- (standard input). Without: udp://127.0.0.1:9995, udp://127.0.0.1:4739 and"
                            + " tcp://127.0.0.1:4739.")
    private List<String> listen = Listen.DEFAULTS;

    @Option(
            names = "--format",
            defaultValue = "table",
            paramLabel = "FORMAT",
            description =
                    "table: a line for each flow, complaints on standard error. json: an object a line, complaints"
                            + " among them.")
    private String format;

    @Option(names = "--wide", description = "A table with the exporter, and all fields by name.")
    private boolean wide;

    @Option(names = "--options", description = "Print option records too.")
    private boolean options;

    @Option(names = "--count", paramLabel = "N", description = "End after so many records.")
    private long count = Long.MAX_VALUE;

    @ArgGroup(exclusive = false, heading = "For tls://, PEM files:%n")
    private @Nullable Tls tls;

    static final class Tls {
        @Option(
                names = "--certificate",
                required = true,
                paramLabel = "FILE",
                description = "What exporters are shown.")
        private Path certificate;

        @Option(names = "--key", required = true, paramLabel = "FILE", description = "Its key: PKCS #8, no password.")
        private Path key;

        @Option(
                names = "--trust",
                required = true,
                paramLabel = "FILE",
                description = "Authorities; an exporter without a certificate of one is refused.")
        private Path trust;
    }

    @Mixin
    private LimitOptions limits;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            defaultValue = "16",
            description = "Connections at a time, each with templates of its own (${DEFAULT-VALUE}).")
    private int maxConnections;

    @Spec
    private CommandSpec spec;

    private final CountDownLatch stop = new CountDownLatch(1);
    private volatile boolean failed;

    @Override
    public Integer call() throws InterruptedException {
        List<Listen> places = places();
        if (count < 1) {
            throw CommandFailure.usage("--count " + count + ": there is nothing to do; give at least 1");
        }
        Inspector inspector = new Inspector(limits.limits(), new CalmOutput(output(), options, count, stop::countDown));
        Signals.onStop(stop::countDown);
        try {
            collect(places, inspector);
        } catch (StartException e) {
            throw CommandFailure.runtime(e.advice());
        }
        inspector.tally().lines().forEach(this::note);
        return failed ? ExitCode.SOFTWARE : ExitCode.OK;
    }

    private List<Listen> places() {
        try {
            return listen.stream().map(Listen::parse).toList();
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--listen " + e.getMessage());
        }
    }

    private Output output() {
        PrintWriter out = spec.commandLine().getOut();
        return switch (format) {
            case "table" -> new TableOutput(out, spec.commandLine().getErr(), wide);
            case "json" -> new JsonOutput(out);
            default -> throw CommandFailure.usage("--format " + format + " is unknown; there are table and json");
        };
    }

    private void note(String text) {
        spec.commandLine().getErr().println("nursd: " + text);
    }

    private void collect(List<Listen> places, Inspector inspector) throws StartException, InterruptedException {
        Transports transport = Transports.of(Transport.EPOLL);
        MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, transport.handlers());
        List<FileInput> files = new ArrayList<>();
        try {
            CollectServer server = new CollectServer(loop, inspector, maxConnections, this::note);
            for (Listen place : places) {
                switch (place) {
                    case Listen.Socket socket -> note("listening on " + server.open(socket, tlsFiles()));
                    case Listen.File file -> files.add(FileInput.open(file, inspector));
                }
            }
            boolean onlyFiles = files.size() == places.size();
            Thread.ofPlatform().daemon().name("files").start(() -> read(files, loop, onlyFiles));
            stop.await();
        } finally {
            files.forEach(FileInput::close);
            loop.submit(inspector::end).await();
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
        }
    }

    private @Nullable TlsFiles tlsFiles() {
        return tls == null ? null : new TlsFiles(tls.certificate, tls.key, tls.trust);
    }

    /** A file that cannot be read does not stop the reading of the next one. */
    private boolean isReadWhole(FileInput file, MultiThreadIoEventLoopGroup loop) throws InterruptedException {
        try {
            return file.readAll(loop.next());
        } catch (StartException e) {
            note(e.advice());
            return false;
        }
    }

    /** One after the other; where there is nothing else, their end is the end. */
    private void read(List<FileInput> files, MultiThreadIoEventLoopGroup loop, boolean onlyFiles) {
        try {
            for (FileInput file : files) {
                failed |= !isReadWhole(file, loop);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            note("internal error: " + e + "; no file is read further");
            failed = true;
        } finally {
            // Whatever has happened: nobody waits for files that nobody reads.
            if (onlyFiles) {
                stop.countDown();
            }
        }
    }
}
