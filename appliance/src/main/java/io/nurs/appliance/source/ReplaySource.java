package io.nurs.appliance.source;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.EventLoop;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.conntrack.ConntrackDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.function.IntConsumer;

/**
 * Recorded events instead of the kernel's: sent from one netlink socket of ours to another (NETLINK_USERSOCK, which needs no
 * privilege), and from there handled as {@link ConntrackSource} handles events.
 */
public final class ReplaySource {
    /** So many datagrams are under way at a time: the receiver's queue holds more. */
    private static final int WINDOW = 64;

    private final NetlinkChannel receiver;
    private final NetlinkChannel sender;
    private final ConntrackStats stats = new ConntrackStats();

    private ReplaySource(NetlinkChannel receiver, NetlinkChannel sender) {
        this.receiver = receiver;
        this.sender = sender;
    }

    /** Flows go to {@code exporter}, on {@code loop}. */
    public static ReplaySource open(ConntrackSourceConfig config, EventLoop loop, ChannelInboundHandler exporter)
            throws IOException, InterruptedException {
        NetlinkOptions options =
                NetlinkOptions.events(NetlinkOptions.NETLINK_USERSOCK).withKernelOnly(false);
        NetlinkChannel receiver = NetlinkChannel.open(options);
        NetlinkChannel sender = NetlinkChannel.open(options);
        ReplaySource source = new ReplaySource(receiver, sender);
        receiver.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(receiver.stats()),
                        new ConntrackDecoder(receiver.stats()),
                        new ConntrackAccounting(config, InstantSource.system(), source.stats, () -> false),
                        exporter);
        loop.register(receiver).sync();
        loop.register(sender).sync();
        sender.connect(receiver.localAddress()).sync();
        return source;
    }

    /**
     * Sends all datagrams, and returns when all have been handled. Not on the event loop.
     *
     * @param progress told now and then how many have been sent
     */
    public void play(EventRecording recording, IntConsumer progress) throws InterruptedException {
        int sent = 0;
        for (ByteBuffer datagram : recording.datagrams()) {
            ByteBuf octets = Unpooled.wrappedBuffer(datagram);
            ChannelFuture done = sender.write(octets);
            sent++;
            if (sent % WINDOW == 0) {
                sender.flush();
                done.sync();
                progress.accept(sent);
            }
        }
        sender.flush();
        // What is sent is in the receiver's queue: nothing is lost between sockets that wait for each other.
        while (handled() < sent) {
            Thread.sleep(1);
        }
    }

    private long handled() throws InterruptedException {
        return receiver.eventLoop()
                .submit(() -> receiver.stats().datagrams() + receiver.stats().truncatedDatagrams())
                .sync()
                .getNow();
    }

    public ConntrackStats stats() {
        return stats;
    }

    /** Messages of the recording that could not be read. */
    public long malformedMessages() {
        return receiver.stats().malformedMessages();
    }

    public void close() throws InterruptedException {
        sender.close().sync();
        receiver.close().sync();
    }
}
