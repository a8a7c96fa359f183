package io.nurs.appliance.lab;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.NetlinkRequestTracker;
import io.nurs.netlink.conntrack.ConntrackRequests;
import io.nurs.netlink.conntrack.ConntrackTuple;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** Makes entries in the router's table by ctnetlink, as conntrackd would. Ends with the lab. */
public final class TableWriter implements AutoCloseable {
    private static final int AT_ONCE = 250;
    private static final int TIMEOUT_SECONDS = 3600;
    private static final InetAddress SERVER = InetAddress.ofLiteral(Lab.SERVER4);

    /** Without the leak detector, which takes longer than the kernel. */
    private static final ByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(true, true);

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final NetlinkChannel channel;

    private TableWriter(NetlinkChannel channel) {
        this.channel = channel;
        channel.pipeline().addLast(new NetlinkMessageDecoder(channel.stats()), new NetlinkRequestTracker());
        loop.register(channel).syncUninterruptibly();
    }

    public static TableWriter open(Lab lab) throws IOException {
        NetlinkOptions options =
                NetlinkOptions.requests(NetlinkOptions.NETLINK_NETFILTER).withReceiveBufferBytes(8 << 20);
        return lab.closing(new TableWriter(Lab.in(lab.router(), () -> NetlinkChannel.open(options))));
    }

    /** Makes entries 0 to {@code count - 1}; each answer is what the reversed tuple says. */
    public void create(int count, int mark, IntFunction<ConntrackTuple> original) throws InterruptedException {
        for (int first = 0; first < count; first += AT_ONCE) {
            // Many requests in one datagram, and only the last answer is waited for.
            ByteBuf datagram = ALLOCATOR.directBuffer();
            int last = Math.min(count, first + AT_ONCE) - 1;
            for (int i = first; i < last; i++) {
                NetlinkRequest request = request(mark, original.apply(i));
                datagram.writeBytes(request.buffer());
                request.release();
            }
            channel.write(datagram);
            channel.writeAndFlush(request(mark, original.apply(last))).sync();
        }
    }

    /** UDP from an address and a port of its own for each of 16 million. */
    public static ConntrackTuple udp(int i) {
        byte[] source = {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i};
        return ConntrackTuple.of(address(source), SERVER, Traffic.UDP, 1024 + i % 60_000, 53);
    }

    private static InetAddress address(byte[] octets) {
        return Wait.unchecked(() -> InetAddress.getByAddress(octets));
    }

    private static NetlinkRequest request(int mark, ConntrackTuple original) {
        return ConntrackRequests.create(ALLOCATOR, original, original.reversed(), TIMEOUT_SECONDS, mark);
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
