package io.nurs.appliance.export;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ConfigException;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.NatView;
import io.nurs.appliance.filter.FlowFilter;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.EncoderStats;
import io.nurs.flow.ExportClock;
import io.nurs.flow.SystemUptime;
import io.nurs.netflow9.Netflow9Decoder;
import io.nurs.netflow9.Netflow9Encoder;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** A stack with one collector whose socket is a function of the datagram, which must not keep it. */
public final class EmbeddedCollector implements AutoCloseable {
    private static final SystemUptime UPTIME = new SystemUptime(1_700_000_000_000L);

    private final Netflow9Decoder decoder = new Netflow9Decoder(DecoderLimits.DEFAULT);
    private final List<DecodedMessage> messages = new ArrayList<>();
    private final Netflow9Encoder encoder;
    private final EmbeddedChannel channel;
    private final Collector collector;

    public EmbeddedCollector(NatView view, Consumer<ByteBuf> socket) {
        FlowExporterConfig config = config("netflow9://192.0.2.1?nat-view=" + view);
        encoder = new Netflow9Encoder(
                new EncoderOptions(
                        config.observationDomain(),
                        config.maxMessageBytes(),
                        config.templateRefresh().packets(),
                        config.templateRefresh().interval()),
                ExportClock.SYSTEM,
                UPTIME);
        channel = new EmbeddedChannel(new Socket(socket), encoder);
        collector = new Collector(config, encoder, UPTIME, new TestLink(channel), new CollectorStats());
    }

    private static FlowExporterConfig config(String url) {
        try {
            return switch (ApplianceConfig.forCollector(url).exporters().get("main")) {
                case FlowExporterConfig flows -> flows;
                case null -> throw new AssertionError(url);
            };
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    /** One that decodes every datagram at once, for {@link #messages()}. */
    public static EmbeddedCollector decoding(NatView view) {
        List<EmbeddedCollector> self = new ArrayList<>();
        EmbeddedCollector collector =
                new EmbeddedCollector(view, datagram -> self.getFirst().decode(datagram));
        self.add(collector);
        return collector;
    }

    private void decode(ByteBuf datagram) {
        messages.add(Objects.requireNonNull(decoder.decode(new InetSocketAddress("192.0.2.9", 1), datagram)));
    }

    public FlowExporter exporter(boolean interfaces, FlowFilter... filters) {
        return new FlowExporter(List.of(new Stack("flows", List.of(filters), interfaces, List.of(collector))));
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
