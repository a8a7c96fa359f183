package io.nurs.appliance.output;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.FlowDecoder;
import io.nurs.ipfix.IpfixDecoder;
import io.nurs.netflow9.Netflow9Decoder;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A socket that keeps what it is sent, and is decoded as a collector would that has just started. */
final class UdpCollector implements AutoCloseable {
    private static final InetSocketAddress SENDER = new InetSocketAddress("192.0.2.9", 1);

    // asm-generic/socket.h: what comes while this JVM is busy must not be lost here.
    private static final IntegerUnixChannelOption SO_RCVBUFFORCE =
            new IntegerUnixChannelOption("SO_RCVBUFFORCE", 1, 33);

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final List<byte[]> datagrams = new ArrayList<>();
    private final Channel channel;

    UdpCollector(int port) throws InterruptedException {
        channel = new Bootstrap()
                .group(loop)
                .channel(EpollDatagramChannel.class)
                .option(SO_RCVBUFFORCE, 64 << 20)
                .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
                        add(ByteBufUtil.getBytes(packet.content()));
                    }
                })
                .bind("127.0.0.1", port)
                .sync()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    private synchronized void add(byte[] datagram) {
        datagrams.add(datagram);
    }

    synchronized int received() {
        return datagrams.size();
    }

    /** Every message, the first one included, must decode, and none be missing in the sequence. */
    synchronized List<Long> numbers() {
        return Numbers.of(messages());
    }

    synchronized List<DecodedMessage> messages() {
        List<DecodedMessage> messages = new ArrayList<>();
        FlowDecoder ipfix = new IpfixDecoder(DecoderLimits.DEFAULT);
        FlowDecoder netflow9 = new Netflow9Decoder(DecoderLimits.DEFAULT);
        for (byte[] datagram : datagrams) {
            FlowDecoder decoder = datagram[1] == 9 ? netflow9 : ipfix;
            messages.add(Objects.requireNonNull(decoder.decode(SENDER, Unpooled.wrappedBuffer(datagram))));
        }
        return messages;
    }

    @Override
    public void close() {
        if (loop.isShuttingDown()) {
            return;
        }
        channel.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
