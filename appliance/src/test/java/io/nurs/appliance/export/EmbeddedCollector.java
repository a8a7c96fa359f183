package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.appliance.config.DistributionMode;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.FlowProtocol;
import io.nurs.appliance.config.NatView;
import io.nurs.appliance.filter.FlowFilter;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.EncoderStats;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowDecoder;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.SystemUptime;
import io.nurs.ipfix.IpfixDecoder;
import io.nurs.netflow5.Netflow5Decoder;
import io.nurs.netflow9.Netflow9Decoder;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A stack with one collector whose socket is a function of the datagram, which must not keep it. */
public final class EmbeddedCollector implements AutoCloseable {
    static final long BOOT_MILLIS = 1_700_000_000_000L;

    /** Sample flows are of that time. */
    private static final long HOUR_AFTER_BOOT_MILLIS = BOOT_MILLIS + 3_600_000;

    private static final SystemUptime UPTIME = new SystemUptime(BOOT_MILLIS);

    private final FlowDecoder decoder;
    private final List<DecodedMessage> messages = new ArrayList<>();
    private final List<byte[]> datagrams = new ArrayList<>();
    private final FlowEncoder encoder;
    private final EmbeddedChannel channel;
    private final Collector collector;

    public EmbeddedCollector(NatView view, Consumer<ByteBuf> socket) {
        this("netflow9://192.0.2.1?nat-view=" + view, socket);
    }

    /** With an exporter's plain keys in the URL. */
    public EmbeddedCollector(String url, Consumer<ByteBuf> socket) {
        this(RecordConfigs.config(url), socket);
    }

    public EmbeddedCollector(FlowExporterConfig config, Consumer<ByteBuf> socket) {
        this(config, RecordKind.FLOWS, socket);
    }

    /** For records of a kind. */
    public EmbeddedCollector(String url, RecordKind kind, Consumer<ByteBuf> socket) {
        this(RecordConfigs.config(url), kind, socket);
    }

    /** As {@link #decoding(String)}, for records of a kind. */
    public static EmbeddedCollector decoding(String url, RecordKind kind) {
        return decoding(RecordConfigs.config(url), kind);
    }

    private EmbeddedCollector(FlowExporterConfig config, RecordKind kind, Consumer<ByteBuf> socket) {
        decoder = decoder(config);
        encoder = CollectorOpener.encoder(config, config.observationDomain(), ExportClock.SYSTEM, UPTIME);
        channel = new EmbeddedChannel(new Socket(socket), encoder);
        collector = new Collector(
                config,
                encoder,
                new FlowRecords(config, UPTIME, "monitorns"),
                new ObservationRecords(config, kind, "monitorns"),
                () -> HOUR_AFTER_BOOT_MILLIS,
                new TestLink(channel),
                new CollectorStats());
    }

    /** Of another kind of records. */
    public static EmbeddedCollector of(String url, RecordKind kind, Consumer<ByteBuf> socket) {
        return new EmbeddedCollector(RecordConfigs.config(url), kind, socket);
    }

    private static FlowDecoder decoder(FlowExporterConfig config) {
        return switch (config.protocol()) {
            case NETFLOW5 -> new Netflow5Decoder(DecoderLimits.DEFAULT);
            case NETFLOW9 -> new Netflow9Decoder(DecoderLimits.DEFAULT);
            case IPFIX ->
                new IpfixDecoder(
                        DecoderLimits.DEFAULT,
                        // Netfilter numbers both marks alike: the one of flows is the last, and stays.
                        Stream.of(NursElement.values())
                                .sorted(Comparator.reverseOrder())
                                .map(element -> element.in(
                                        FlowProtocol.IPFIX, config.records().enterpriseNumber()))
                                .toList());
        };
    }

    /** For packets. */
    static EmbeddedCollector ofPackets(String url, Consumer<ByteBuf> socket) {
        return ofPackets(RecordConfigs.config(url), socket);
    }

    static EmbeddedCollector ofPackets(FlowExporterConfig config, Consumer<ByteBuf> socket) {
        return new EmbeddedCollector(config, RecordKind.PACKETS, socket);
    }

    /** One that decodes every datagram at once, for {@link #messages()}. */
    public static EmbeddedCollector decoding(NatView view) {
        return decoding("netflow9://192.0.2.1?nat-view=" + view);
    }

    public static EmbeddedCollector decoding(String url) {
        return decoding(RecordConfigs.config(url));
    }

    public static EmbeddedCollector decoding(FlowExporterConfig config) {
        return decoding(config, RecordKind.FLOWS);
    }

    static EmbeddedCollector decoding(FlowExporterConfig config, RecordKind kind) {
        List<EmbeddedCollector> self = new ArrayList<>();
        EmbeddedCollector collector =
                new EmbeddedCollector(config, kind, datagram -> self.getFirst().decode(datagram));
        self.add(collector);
        return collector;
    }

    private void decode(ByteBuf datagram) {
        datagrams.add(ByteBufUtil.getBytes(datagram));
        messages.add(Objects.requireNonNull(decoder.decode(new InetSocketAddress("192.0.2.9", 1), datagram)));
    }

    /** Records of flows, and of options, that have left without anything odd. */
    List<DataRecord> records(boolean options) {
        List<DataRecord> records = new ArrayList<>();
        for (DecodedMessage message : messages()) {
            assertEquals(List.of(), message.anomalies());
            message.records().stream()
                    .filter(record -> record.template().isOptions() == options)
                    .forEach(records::add);
        }
        return records;
    }

    /** What has left, as octets. */
    List<byte[]> datagrams() {
        flush();
        return datagrams;
    }

    /** Does what waits for the event loop. */
    void runPending() {
        channel.runPendingTasks();
    }

    FlowEncoder encoder() {
        return encoder;
    }

    Collector collector() {
        return collector;
    }

    public FlowExporter exporter(boolean interfaces, FlowFilter... filters) {
        return new FlowExporter(
                List.of(new Stack(List.of(filters), interfaces, DistributionMode.MIRROR, List.of(collector))));
    }

    public void flush() {
        channel.flush();
        channel.checkException();
    }

    /** What has left, in order. */
    public List<DecodedMessage> messages() {
        flush();
        return messages;
    }

    public EncoderStats encoded() {
        return encoder.stats();
    }

    /** Gives back the encoder's buffers. */
    @Override
    public void close() {
        channel.finishAndReleaseAll();
    }

    private static final class Socket extends ChannelOutboundHandlerAdapter {
        private final Consumer<ByteBuf> consumer;

        Socket(Consumer<ByteBuf> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ByteBuf datagram = (ByteBuf) message;
            consumer.accept(datagram);
            datagram.release();
            promise.trySuccess();
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {}
    }
}
