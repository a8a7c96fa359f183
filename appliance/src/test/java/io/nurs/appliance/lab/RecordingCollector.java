package io.nurs.appliance.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A collector on 127.0.0.1, of NetFlow v5, NetFlow v9 and IPFIX, that keeps datagrams as they come, and decodes them when it is asked; or
 * one that adds up what they say and keeps none.
 */
public final class RecordingCollector implements AutoCloseable {
    // linux/socket.h and asm-generic/socket.h: a storm's worth, beyond what net.core.rmem_max allows.
    private static final IntegerUnixChannelOption SO_RCVBUFFORCE =
            new IntegerUnixChannelOption("SO_RCVBUFFORCE", 1, 33);
    private static final int BUFFER_BYTES = 256 << 20;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Received> datagrams = new ArrayList<>();
    private final Channel channel;

    private record Received(InetSocketAddress from, ByteBuf datagram) {}

    private final boolean keeps;
    private final AllDecoders decoder = new AllDecoders();
    private Counted tally = new Counted(0, 0);
    private final List<DecodeAnomaly> tallied = new ArrayList<>();

    private RecordingCollector(int port, boolean keeps) throws InterruptedException {
        this.keeps = keeps;
        channel = new Bootstrap()
                .group(loop)
                .channel(EpollDatagramChannel.class)
                .option(SO_RCVBUFFORCE, BUFFER_BYTES)
                .handler(new Recorder())
                .bind("127.0.0.1", port)
                .sync()
                .channel();
    }

    public static RecordingCollector open() throws InterruptedException {
        return open(0);
    }

    public static RecordingCollector open(int port) throws InterruptedException {
        return new RecordingCollector(port, true);
    }

    /** One that only adds up: see {@link #tally()}. */
    public static RecordingCollector tallying() throws InterruptedException {
        return new RecordingCollector(0, false);
    }

    /** A port that nobody listens on. */
    public static int freePort() throws IOException {
        return LocalPort.free();
    }

    public int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    private final class Recorder extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            Received received = new Received(packet.sender(), Unpooled.copiedBuffer(packet.content()));
            packet.release();
            lock.lock();
            try {
                if (keeps) {
                    datagrams.add(received);
                } else {
                    tally(decoder.decode(received.from, received.datagram));
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private void tally(@Nullable DecodedMessage message) {
        if (message == null) {
            return;
        }
        tallied.addAll(message.anomalies());
        for (DataRecord record : message.records()) {
            if (!record.template().isOptions()) {
                tally = tally.plus(counted(record));
            }
        }
    }

    /** What all records so far have counted; a gap in the sequence or anything else that is odd is a failure. */
    public Counted tally() {
        lock.lock();
        try {
            assertEquals(List.of(), tallied);
            return tally;
        } finally {
            lock.unlock();
        }
    }

    private static Counted counted(DataRecord record) {
        return new Counted(
                record.unsigned(IanaElements.packetDeltaCount), record.unsigned(IanaElements.octetDeltaCount));
    }

    private List<Received> received() {
        lock.lock();
        try {
            return List.copyOf(datagrams);
        } finally {
            lock.unlock();
        }
    }

    public int datagrams() {
        return received().size();
    }

    public void waitForDatagrams(long count) {
        Wait.until(() -> count + " datagrams, here are " + datagrams(), () -> datagrams() >= count);
    }

    /** All messages so far, decoded in order. */
    public List<DecodedMessage> messages() {
        List<DecodedMessage> messages = new ArrayList<>();
        forEachMessage(messages::add);
        return messages;
    }

    private void forEachMessage(Consumer<DecodedMessage> consumer) {
        AllDecoders decoders = new AllDecoders();
        received().forEach(received -> {
            DecodedMessage message = decoders.decode(received.from, received.datagram);
            if (message != null) {
                consumer.accept(message);
            }
        });
    }

    /** All records of flows so far; a gap in the sequence or anything else that is odd is a failure. */
    public List<DataRecord> records() {
        List<DataRecord> records = new ArrayList<>();
        forEachRecord(records::add);
        return records;
    }

    /** As {@link #records()}, a datagram's at a time: decoded, all of a storm's would not find room. */
    public void forEachRecord(Consumer<DataRecord> consumer) {
        List<DecodeAnomaly> anomalies = new ArrayList<>();
        forEachMessage(message -> {
            anomalies.addAll(message.anomalies());
            message.records().stream()
                    .filter(record -> !record.template().isOptions())
                    .forEach(consumer);
        });
        assertEquals(List.of(), anomalies);
    }

    public List<FlowFact> facts() {
        return records().stream().map(RecordingCollector::fact).toList();
    }

    /** What all records so far say was counted. */
    public Counted total() {
        Counted[] total = {new Counted(0, 0)};
        forEachRecord(record -> total[0] = total[0].plus(counted(record)));
        return total[0];
    }

    /** As this project's own decoder reads it. */
    public static FlowFact fact(DataRecord record) {
        boolean ipv6 = record.has(IanaElements.sourceIPv6Address);
        return new FlowFact(
                (int) record.unsigned(IanaElements.protocolIdentifier),
                address(record, ipv6 ? IanaElements.sourceIPv6Address : IanaElements.sourceIPv4Address),
                number(record, IanaElements.sourceTransportPort, 0),
                address(record, ipv6 ? IanaElements.destinationIPv6Address : IanaElements.destinationIPv4Address),
                number(record, IanaElements.destinationTransportPort, 0),
                address(record, ipv6 ? IanaElements.postNATSourceIPv6Address : IanaElements.postNATSourceIPv4Address),
                number(record, IanaElements.postNAPTSourceTransportPort, 0),
                address(
                        record,
                        ipv6 ? IanaElements.postNATDestinationIPv6Address : IanaElements.postNATDestinationIPv4Address),
                number(record, IanaElements.postNAPTDestinationTransportPort, 0),
                number(record, ipv6 ? IanaElements.icmpTypeIPv6 : IanaElements.icmpTypeIPv4, -1),
                number(record, ipv6 ? IanaElements.icmpCodeIPv6 : IanaElements.icmpCodeIPv4, -1),
                record.unsigned(IanaElements.packetDeltaCount),
                record.unsigned(IanaElements.octetDeltaCount),
                record.unsigned(IanaElements.flowStartMilliseconds),
                record.unsigned(IanaElements.flowEndMilliseconds),
                number(record, IanaElements.ingressInterface, -1),
                number(record, IanaElements.egressInterface, -1),
                number(record, IanaElements.flowDirection, -1),
                number(record, IanaElements.flowEndReason, -1));
    }

    private static String address(DataRecord record, InformationElement element) {
        return record.address(element).getHostAddress();
    }

    private static int number(DataRecord record, InformationElement element, int without) {
        return record.has(element) ? (int) record.unsigned(element) : without;
    }

    @Override
    public void close() throws IOException {
        if (loop.isShuttingDown()) {
            return;
        }
        channel.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
