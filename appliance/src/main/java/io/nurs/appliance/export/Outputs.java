package io.nurs.appliance.export;

import io.netty.channel.EventLoop;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.FileDestination;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.FlowProtocol;
import io.nurs.appliance.config.OutputDestination;
import io.nurs.appliance.config.OutputFormat;
import io.nurs.appliance.config.OutputSocket;
import io.nurs.appliance.output.MessageFileChannel;
import io.nurs.appliance.output.MessageFileOptions;
import io.nurs.appliance.output.MessageFormat;
import io.nurs.appliance.output.SocketSink;
import io.nurs.appliance.output.pcapng.PacketBlocks;
import io.nurs.appliance.output.text.CsvLines;
import io.nurs.appliance.output.text.EcsLines;
import io.nurs.appliance.output.text.JsonLines;
import io.nurs.appliance.output.text.RecordLines;
import io.nurs.appliance.output.text.RecordText;
import io.nurs.appliance.output.text.SyslogLines;
import io.nurs.appliance.output.text.XmlLines;
import io.nurs.flow.Field;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.InformationElement;
import io.nurs.flow.Template;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Opens the ways out of records that are written as text. */
final class Outputs {
    private Outputs() {}

    /** @param templates all that records may have */
    static Link open(
            FlowExporterConfig exporter,
            OutputDestination output,
            List<? extends Template<?>> templates,
            long domain,
            FlowEncoder encoder,
            EventLoop loop,
            CollectorStats stats)
            throws StartException, InterruptedException {
        MessageFormat format = format(exporter, output, templates);
        return switch (output.place()) {
            case FileDestination file -> FileLink.open(exporter, file, format, domain, encoder, loop);
            case OutputSocket socket -> {
                SocketSink reader = new SocketSink(
                        exporter.name(),
                        OutputWay.to(exporter.name(), socket, stats),
                        OutputWay.framing(socket),
                        format);
                MessageFileOptions options = MessageFileOptions.of(exporter.name(), socket.toString());
                yield new FileLink(MessageFileChannel.open(options, reader, encoder, loop), encoder);
            }
        };
    }

    private static MessageFormat format(
            FlowExporterConfig exporter, OutputDestination output, List<? extends Template<?>> templates) {
        List<InformationElement> own = Arrays.stream(NursElement.values())
                .map(element ->
                        element.in(FlowProtocol.IPFIX, exporter.records().enterpriseNumber()))
                .toList();
        if (output.format() == OutputFormat.PCAP) {
            return new PacketBlocks(exporter.name(), own, "nurs");
        }
        RecordLines lines = switch (output.format()) {
            case JSON ->
                switch (output.names()) {
                    case IANA -> new JsonLines();
                    case ECS -> new EcsLines();
                };
            case CSV -> CsvLines.of(elements(templates));
            case XML -> new XmlLines();
            case SYSLOG -> syslog(output);
            case PCAP -> throw new IllegalStateException("packets are no lines");
        };
        return new RecordText(exporter.name(), own, lines);
    }

    private static RecordLines syslog(OutputDestination output) {
        boolean isStream = output.place() instanceof OutputSocket socket && socket.kind() == OutputSocket.Kind.TCP;
        return new SyslogLines(
                Objects.requireNonNull(output.syslog()),
                isStream,
                host(),
                ProcessHandle.current().pid());
    }

    /** As the kernel knows it: no name is resolved. */
    private static String host() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static List<List<InformationElement>> elements(List<? extends Template<?>> templates) {
        List<List<InformationElement>> elements = new ArrayList<>();
        for (Template<?> template : templates) {
            List<InformationElement> fields = new ArrayList<>();
            for (Field<?> field : template.fields()) {
                fields.add(field.element());
            }
            elements.add(fields);
        }
        return elements;
    }
}
