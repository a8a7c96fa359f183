package io.nurs.appliance.config;

import io.nurs.appliance.filter.FlowExpression;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where flow records go, as what, and how messages are filled.
 *
 * @param preset what the keys that are absent were taken from
 * @param observationDomain observationDomainId(149), in NetFlow v9 the source id (u32), in NetFlow v5 engine type and id, for the first source that uses this
 *     exporter; the next source takes the next id, see {@link ApplianceConfig#observationDomain}
 * @param filter which conversations it gets, or null for all
 * @param maxMessageBytes UDP payload (headers of IP and UDP not included), or a message of a stream; {@link #AUTO} for what
 *     the path takes
 * @param flushInterval how long a message that is not full may wait
 */
public record FlowExporterConfig(
        String name,
        CollectorPreset preset,
        FlowProtocol protocol,
        Destination destination,
        long observationDomain,
        @Nullable FlowExpression filter,
        RecordsConfig records,
        TemplateRefresh templateRefresh,
        int maxMessageBytes,
        Duration flushInterval)
        implements ExporterConfig {
    // Every IPv4 host takes 576 bytes (RFC 791), less IP and UDP headers 548; 512 holds any template of ours, and any
    // record.
    private static final int MIN_MESSAGE_BYTES = 512;
    // 65535 less the headers of IPv4 (20) and UDP (8).
    private static final int MAX_MESSAGE_BYTES = 65_507;
    /** RFC 7011 §3.1, for packets as they are. */
    private static final int MAX_STREAM_BYTES = 65_535;

    /** {@code max-datagram-bytes: auto} */
    public static final int AUTO = 0;

    /** Of a stream or a file, whose messages no path limits. */
    private static final int STREAM_BYTES = 1400;

    /** Ethernet's 1500 bytes, less the headers of IPv4 (20) and UDP (8). */
    private static final int LONGEST_AUTO_BYTES = 1472;

    private static final Destination PLACEHOLDER = new FileDestination(FileDestination.STDOUT, 0, Duration.ZERO, 0);

    /** To a collector over UDP. */
    public static FlowExporterConfig defaults(String name, FlowProtocol protocol, CollectorAddress collector) {
        return defaults(name, protocol, CollectorDestination.defaults(collector));
    }

    private static FlowExporterConfig defaults(String name, FlowProtocol protocol, Destination destination) {
        return new FlowExporterConfig(
                name,
                CollectorPreset.GENERIC,
                protocol,
                destination,
                1,
                null,
                RecordsConfig.defaults(protocol),
                TemplateRefresh.defaults(protocol),
                AUTO,
                Duration.ofSeconds(1));
    }

    /** What becomes of IPFIX messages that no collector reads; null after reporting what is wrong. */
    static @Nullable FlowExporterConfig readOutput(YamlSection section, String name, OutputFormat format) {
        boolean isPackets = format == OutputFormat.PCAP;
        OutputDestination destination = OutputDestination.read(section, format);
        FlowExporterConfig fallback =
                defaults(name, FlowProtocol.IPFIX, destination == null ? PLACEHOLDER : destination);
        FlowExporterConfig config = new FlowExporterConfig(
                name,
                CollectorPreset.GENERIC,
                FlowProtocol.IPFIX,
                fallback.destination,
                fallback.observationDomain,
                isPackets ? null : section.optional("filter", FlowExpression::parse),
                isPackets ? RecordsConfig.ofPackets() : RecordsConfig.readOutput(section),
                fallback.templateRefresh,
                isPackets ? MAX_STREAM_BYTES : STREAM_BYTES,
                flushInterval(section, fallback));
        section.finish();
        return destination == null ? null : config;
    }

    private static Duration flushInterval(YamlSection section, FlowExporterConfig fallback) {
        return section.duration("flush-interval", fallback.flushInterval, Duration.ofMillis(10), Duration.ofMinutes(1));
    }

    private static int messageBytes(String text) {
        if (text.equals("auto")) {
            return AUTO;
        }
        long bytes;
        try {
            bytes = ScalarText.integer(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    ScalarText.quote(text) + " is neither auto nor a whole number of bytes, such as 1400", e);
        }
        if (bytes < MIN_MESSAGE_BYTES || bytes > MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException(text + " is outside " + MIN_MESSAGE_BYTES + " to " + MAX_MESSAGE_BYTES);
        }
        return (int) bytes;
    }

    /** The longest message that there may be, whatever the path takes. */
    public int longestMessageBytes() {
        if (maxMessageBytes != AUTO) {
            return maxMessageBytes;
        }
        return isOverUdp() ? LONGEST_AUTO_BYTES : STREAM_BYTES;
    }

    /** Whether the size of datagrams is what the path takes. */
    public boolean isSizedByPath() {
        return maxMessageBytes == AUTO && isOverUdp();
    }

    private boolean isOverUdp() {
        return destination instanceof CollectorDestination there && there.transport() == CollectorTransport.UDP;
    }

    /** Whether packets are written as they are, octet by octet. */
    public boolean writesFrames() {
        return destination instanceof OutputDestination output && output.format() == OutputFormat.PCAP;
    }

    /** What it writes, as prose has it. */
    public String title() {
        return destination instanceof OutputDestination output ? output.format().title() : protocol.title();
    }

    /** What it writes, as the configuration has it. */
    public String type() {
        return destination instanceof OutputDestination output ? output.format().toString() : protocol.toString();
    }

    /** The preset that an exporter without a type takes its protocol from; null if it has none, or after reporting what is wrong. */
    static @Nullable CollectorPreset preset(YamlSection section) {
        return section.value("preset") == null ? null : section.choice("preset", CollectorPreset.GENERIC);
    }

    static @Nullable FlowExporterConfig read(YamlSection section, String name, FlowProtocol protocol) {
        CollectorPreset preset = section.choice("preset", CollectorPreset.GENERIC);
        Destination destination = Destination.read(section, protocol);
        FlowExporterConfig fallback = defaults(name, protocol, destination == null ? PLACEHOLDER : destination);
        FlowExporterConfig config = new FlowExporterConfig(
                name,
                preset,
                protocol,
                fallback.destination,
                section.integer("observation-domain", fallback.observationDomain, 0, protocol.maxDomain()),
                section.optional("filter", FlowExpression::parse),
                RecordsConfig.read(section, protocol, preset),
                TemplateRefresh.read(section.section("template-refresh"), preset.templateRefresh(protocol)),
                section.read("max-datagram-bytes", fallback.maxMessageBytes, FlowExporterConfig::messageBytes),
                flushInterval(section, fallback));
        PresetWarnings.check(section, config);
        section.finish();
        return destination == null ? null : config;
    }
}
