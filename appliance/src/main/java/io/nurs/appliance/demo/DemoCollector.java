package io.nurs.appliance.demo;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.nurs.appliance.Transports;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.IanaElements;
import io.nurs.netflow9.Netflow9Decoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A collector on loopback: what it says of flows, it has read from datagrams. */
public final class DemoCollector {
    private static final int RECEIVE_BUFFER_BYTES = 8 << 20;

    private final Channel channel;
    private final Totals totals;

    private DemoCollector(Channel channel, Totals totals) {
        this.channel = channel;
        this.totals = totals;
    }

    /** What arrived so far. */
    public static final class Totals {
        private final AtomicLong records = new AtomicLong();
        private final AtomicLong octets = new AtomicLong();
        private final AtomicLong packets = new AtomicLong();
        private final AtomicLong anomalies = new AtomicLong();

        private Totals() {}

        public long records() {
            return records.get();
        }

        public long octets() {
            return octets.get();
        }

        public long packets() {
            return packets.get();
        }

        /** Sequence gaps, unknown templates, impossible lengths: none, if all is well. */
        public long anomalies() {
            return anomalies.get();
        }

        private void add(DecodedMessage message) {
            anomalies.addAndGet(message.anomalies().size());
            List<DataRecord> flows = flows(message);
            for (DataRecord record : flows) {
                octets.addAndGet(record.unsigned(IanaElements.octetDeltaCount));
                packets.addAndGet(record.unsigned(IanaElements.packetDeltaCount));
            }
            // Last: who has seen all records has all their octets.
            records.addAndGet(flows.size());
        }
    }

    /** Listens on a port of the kernel's choice until {@code loop} ends, on which {@code onRecord} is called. */
    public static DemoCollector listen(EventLoopGroup loop, Transports transport, Consumer<DataRecord> onRecord)
            throws InterruptedException {
        Totals totals = new Totals();
        Channel channel = new Bootstrap()
                .group(loop)
                .channel(transport.datagramChannel())
                .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new Netflow9Decoder(DecoderLimits.DEFAULT), new Receiver(totals, onRecord));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        return new DemoCollector(channel, totals);
    }

    private static List<DataRecord> flows(DecodedMessage message) {
        return message.records().stream()
                .filter(record -> !record.template().isOptions())
                .toList();
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    public Totals totals() {
        return totals;
    }

    private static final class Receiver extends SimpleChannelInboundHandler<DecodedMessage> {
        private final Totals totals;
        private final Consumer<DataRecord> onRecord;

        Receiver(Totals totals, Consumer<DataRecord> onRecord) {
            this.totals = totals;
            this.onRecord = onRecord;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DecodedMessage message) {
            flows(message).forEach(onRecord);
            totals.add(message);
        }
    }
}
