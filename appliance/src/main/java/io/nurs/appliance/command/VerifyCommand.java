package io.nurs.appliance.command;

import io.nurs.appliance.collect.Arrival;
import io.nurs.appliance.collect.Complaint;
import io.nurs.appliance.collect.FlowTimes;
import io.nurs.appliance.collect.Inspector;
import io.nurs.appliance.collect.Output;
import io.nurs.appliance.collect.ReadRecord;
import io.nurs.appliance.collect.pcap.CaptureReader;
import io.nurs.appliance.terminal.Progress;
import io.nurs.appliance.terminal.WatchedInput;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
                        + " breach of the RFCs with its packet.",
        exitCodeList = {
            "0:no complaints",
            "1:complaints, or streams of flows that were not read",
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
                    + " Without: whatever looks like NetFlow v9 or IPFIX.")
    private Set<Integer> ports = Set.of();

    @Mixin
    private LimitOptions limits;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Progress progress = Progress.onStderr(spec.commandLine().getErr());
        Inspector inspector = new Inspector(limits.limits(), new Lines(out, progress));
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
        inspector.end();
        summary(reader, inspector).forEach(out::println);
        if (inspector.tally().messages() == 0 && inspector.tally().complaints() == 0) {
            throw CommandFailure.usage(
                    "nothing in " + file + " looks like NetFlow v9 or IPFIX; --port says where it is sent");
        }
        return inspector.tally().complaints() == 0 && reader.refusedStreams() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
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
}
