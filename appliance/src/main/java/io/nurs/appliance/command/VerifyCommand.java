package io.nurs.appliance.command;

import io.netty.buffer.ByteBuf;
import io.nurs.appliance.collect.Arrival;
import io.nurs.appliance.collect.Complaint;
import io.nurs.appliance.collect.FlowTimes;
import io.nurs.appliance.collect.Inspector;
import io.nurs.appliance.collect.Output;
import io.nurs.appliance.collect.ReadRecord;
import io.nurs.appliance.collect.pcap.CaptureReader;
import io.nurs.appliance.collect.rules.CollectorReading;
import io.nurs.appliance.collect.rules.Comparison;
import io.nurs.appliance.collect.rules.ComparisonJson;
import io.nurs.appliance.collect.rules.ComparisonText;
import io.nurs.appliance.collect.rules.KnownCollector;
import io.nurs.appliance.config.NearestName;
import io.nurs.appliance.terminal.Progress;
import io.nurs.appliance.terminal.WatchedInput;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "verify",
        description =
                "Read the NetFlow v9 and IPFIX in a capture (pcap or pcapng; UDP and TCP), of any exporter, and list each"
                        + " breach of the RFCs with its packet. With --as: say what another collector would lose of it.",
        exitCodeList = {
            "0:no complaints; with --as, every record and byte arrives",
            "1:complaints, or streams of flows that were not read; with --as, records or bytes are lost",
            "2:usage, or nothing to verify"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class VerifyCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The capture.")
    private Path file;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "A collector's port, as often as wanted: all that goes there is inspected, and nothing else."
                    + " Without: whatever looks like NetFlow v5, NetFlow v9 or IPFIX.")
    private Set<Integer> ports = Set.of();

    @Option(
            names = "--as",
            paramLabel = "PRESET",
            description =
                    "Report the records, bytes, packets and fields that this collector would lose, by its known rules:"
                            + " nfdump, akvorado, goflow2, pmacct, ntopng, elastic, logstash, fastnetmon, otel or generic.")
    private @Nullable String as;

    @Option(names = "--json", description = "With --as: print an object instead of a table.")
    private boolean json;

    @Mixin
    private LimitOptions limits;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (as != null) {
            return compare(as);
        }
        if (json) {
            throw CommandFailure.usage("--json is for --as PRESET; nursd collect --format json prints records");
        }
        PrintWriter out = spec.commandLine().getOut();
        Progress progress = Progress.onStderr(spec.commandLine().getErr());
        Inspector inspector = new Inspector(limits.limits(), new Lines(out, progress));
        CaptureReader reader = read(inspector, progress);
        inspector.end();
        summary(reader, inspector).forEach(out::println);
        requireFlows(inspector);
        return inspector.tally().complaints() == 0 && reader.refusedStreams() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private int compare(String preset) {
        KnownCollector collector = KnownCollector.named(preset)
                .orElseThrow(() -> CommandFailure.usage("--as " + preset + ": no such preset; "
                        + NearestName.hint(preset, KnownCollector.names(), "presets")));
        PrintWriter out = spec.commandLine().getOut();
        CollectorReading reading = new CollectorReading(collector.rules(), limits.limits());
        Inspector inspector = new Inspector(limits.limits(), new Octets(reading));
        CaptureReader reader =
                read(inspector, Progress.onStderr(spec.commandLine().getErr()));
        requireFlows(inspector);
        Comparison comparison = reading.comparison();
        if (json) {
            out.println(ComparisonJson.of(collector, comparison));
        } else {
            reader.skipped().forEach(out::println);
            new ComparisonText(collector, comparison).lines().forEach(out::println);
        }
        return comparison.isExact() && reader.refusedStreams() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private CaptureReader read(Inspector inspector, Progress progress) {
        CaptureReader reader = new CaptureReader(inspector, ports);
        try (InputStream in =
                new BufferedInputStream(new WatchedInput(Files.newInputStream(file), Files.size(file), progress))) {
            reader.readAll(in);
        } catch (NoSuchFileException e) {
            throw CommandFailure.usage("there is no file " + file);
        } catch (IOException e) {
            throw CommandFailure.usage("cannot read " + file + ": " + e.getMessage());
        } finally {
            progress.hide();
        }
        return reader;
    }

    private void requireFlows(Inspector inspector) {
        if (inspector.tally().messages() == 0 && inspector.tally().complaints() == 0) {
            throw CommandFailure.usage(
                    "nothing in " + file + " looks like NetFlow v5, NetFlow v9 or IPFIX; --port says where it is sent");
        }
    }

    private static List<String> summary(CaptureReader reader, Inspector inspector) {
        return Stream.of(
                        List.of(reader.packets() + " packets in the capture"),
                        reader.skipped(),
                        inspector.tally().lines())
                .flatMap(List::stream)
                .toList();
    }

    private record Lines(PrintWriter out, Progress progress) implements Output {
        @Override
        public void record(ReadRecord record, FlowTimes times) {}

        @Override
        public void complaint(Complaint complaint, Arrival arrival) {
            progress.hide();
            out.println("packet " + arrival.packet() + ", " + arrival.time() + ": " + complaint);
        }
    }

    /** Hands whole messages on. */
    private record Octets(CollectorReading reading) implements Output {
        @Override
        public void record(ReadRecord record, FlowTimes times) {}

        @Override
        public void complaint(Complaint complaint, Arrival arrival) {}

        @Override
        public void message(InetSocketAddress sender, ByteBuf octets, boolean isDatagram) {
            reading.message(sender, octets, isDatagram);
        }
    }
}
