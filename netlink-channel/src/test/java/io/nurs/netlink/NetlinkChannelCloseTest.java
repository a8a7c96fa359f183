package io.nurs.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writing and closing: no descriptor stays, no memory goes while it is in use. */
class NetlinkChannelCloseTest {
    private UserSocket sender;

    @BeforeEach
    void openSender() throws IOException {
        NettyWarnings.listen();
        sender = UserSocket.open();
    }

    @AfterEach
    void closeSender() throws IOException {
        sender.close();
        assertEquals(List.of(), NettyWarnings.take());
    }

    @ParameterizedTest
    @EnumSource
    void leavesNothingOpenAfterAThousandChannels(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            openAndClose(loop, 10);
            long before = settledDescriptors();
            openAndClose(loop, 1000);
            awaitDescriptors(before);
        }
    }

    private void openAndClose(CountingEventLoop loop, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            Probe probe = new Probe();
            NetlinkChannel channel = open(loop, probe);
            if (i % 2 == 0) {
                sender.sendNumbered(channel, 0, 5);
            }
            channel.close().sync();
            assertFalse(channel.isOpen());
            assertTrue(probe.seen.stream().noneMatch(Throwable.class::isInstance), () -> "" + probe.seen);
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheMemoryOfABatchWhoseHandlerClosesTheChannel(Transport transport) throws Exception {
        BlockingQueue<MemorySegment> memory = new LinkedBlockingQueue<>();
        Probe probe = new Probe() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                NetlinkBatch batch = (NetlinkBatch) message;
                ctx.close();
                memory.add(batch.memory());
                seen.add((int) batch.memory().get(ValueLayout.JAVA_BYTE, batch.offset(0)));
            }
        };
        try (CountingEventLoop loop = transport.eventLoop()) {
            long before = settledDescriptors();
            NetlinkChannel channel = NetlinkChannel.open(UserSocket.options().withSlots(1, 64));
            sender.sendNumbered(channel, 42, 5);
            channel.pipeline().addLast(probe);
            loop.register(channel).sync();
            channel.closeFuture().sync();
            awaitDescriptors(before);
            loop.settle();
            assertEquals(List.of(42, new Probe.Inactive()), List.copyOf(probe.seen));
            assertFalse(memory.element().scope().isAlive());
        }
    }

    @ParameterizedTest
    @EnumSource
    void closesWithItsLoop(Transport transport) throws Exception {
        try (CountingEventLoop warmUp = transport.eventLoop()) {
            open(warmUp, new Probe());
        }
        long before = settledDescriptors();
        CountingEventLoop loop = transport.eventLoop();
        NetlinkChannel channel = open(loop, new Probe());
        loop.shutdownGracefully(1, 10_000, TimeUnit.MILLISECONDS).sync();
        assertFalse(channel.isOpen());
        awaitDescriptors(before);
    }

    @ParameterizedTest
    @EnumSource
    void closesAfterItWasDeregistered(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            open(loop, new Probe()).close().sync();
            loop.settle();
            long before = settledDescriptors();
            NetlinkChannel channel = open(loop, new Probe());
            channel.deregister().sync();
            loop.settle();
            sender.sendNumbered(channel, 0, 1);
            channel.close().sync();
            awaitDescriptors(before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void movesToAnotherLoop(Transport transport) throws Exception {
        try (CountingEventLoop first = transport.eventLoop();
                CountingEventLoop second = transport.eventLoop()) {
            Probe probe = new Probe();
            NetlinkChannel channel = open(first, probe);
            sender.sendNumbered(channel, 0, 1);
            assertEquals(List.of(0), probe.nextNumbers(1));
            channel.deregister().sync();
            first.settle();
            sender.sendNumbered(channel, 1, 1);
            second.register(channel).sync();
            sender.sendNumbered(channel, 2, 1);
            assertEquals(List.of(1, 2), probe.nextNumbers(2));
        }
    }

    @Test
    void closesWithoutEverHavingBeenRegistered() throws Exception {
        NetlinkChannel.open(UserSocket.options()).unsafe().closeForcibly();
        long before = settledDescriptors();
        NetlinkChannel channel = NetlinkChannel.open(UserSocket.options());
        channel.unsafe().closeForcibly();
        assertFalse(channel.isOpen());
        awaitDescriptors(before);
    }

    @ParameterizedTest
    @EnumSource
    void leavesADescriptorAloneThatIsNoLongerItsOwn(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            NetlinkChannel closed = open(loop, new Probe());
            long before = settledDescriptors();
            closed.close().sync();
            awaitDescriptors(before - 1);
            NetlinkChannel other = open(loop, new Probe());
            assertThrows(Errno.class, () -> closed.broadcastError(true));
            assertEquals(0, closed.kernelDrops());
            assertEquals(0, closed.queuedBytes());
            assertEquals(0, closed.receiveBufferBytes());
            assertTrue(other.receiveBufferBytes() > 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void failsAndReleasesWhatIsWrittenAfterwards(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            NetlinkChannel channel = open(loop, new Probe());
            channel.close().sync();
            ByteBuf request = Unpooled.directBuffer().writeZero(16);
            ChannelFuture written = channel.writeAndFlush(request).await();
            assertInstanceOf(ClosedChannelException.class, written.cause());
            assertEquals(0, request.refCnt());
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesAndReleasesWhatIsNoBuffer(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            NetlinkChannel channel = open(loop, new Probe());
            // Without a NetlinkRequestTracker a request has nobody to number it.
            NetlinkRequest request = NetlinkRequest.of(channel.alloc(), 16, 0);
            ChannelFuture written = channel.writeAndFlush(request).await();
            assertInstanceOf(UnsupportedOperationException.class, written.cause());
            assertEquals(0, request.refCnt());
        }
    }

    @ParameterizedTest
    @EnumSource
    void failsAWriteThatNobodyHears(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            NetlinkChannel channel = open(loop, new Probe());
            // The kernel has no end of NETLINK_USERSOCK.
            ChannelFuture written =
                    channel.writeAndFlush(Unpooled.directBuffer().writeZero(16)).await();
            assertInstanceOf(Errno.class, written.cause());
            assertTrue(channel.isOpen());
        }
    }

    /** NLMSG_NOOP asks nothing of the kernel and needs no privilege, and its acknowledgement does come back. */
    @ParameterizedTest
    @EnumSource
    void writesToTheKernelAndHearsIt(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            NetlinkChannel channel = NetlinkChannel.open(NetlinkOptions.requests(NetlinkOptions.NETLINK_ROUTE));
            channel.pipeline().addLast(new NetlinkMessageDecoder(channel.stats()), new NetlinkRequestTracker());
            loop.register(channel).sync();
            for (int i = 0; i < 100; i++) {
                channel.writeAndFlush(NetlinkRequest.of(channel.alloc(), 1, NetlinkMessage.NLM_F_ACK))
                        .sync();
            }
            ByteBuf onTheHeap = Unpooled.buffer().writeBytes(Messages.message(1, NetlinkMessage.NLM_F_ACK, 7, 0));
            channel.writeAndFlush(onTheHeap).sync();
            assertEquals(0, onTheHeap.refCnt());
        }
    }

    private NetlinkChannel open(CountingEventLoop loop, Probe probe) throws Exception {
        NetlinkChannel channel = NetlinkChannel.open(UserSocket.options());
        channel.pipeline().addLast(probe);
        loop.register(channel).sync();
        return channel;
    }

    /** Closing goes on in the loop when its future is done: on io_uring until the kernel has let go of the poll. */
    private static void awaitDescriptors(long expected) throws Exception {
        for (int i = 0; i < 1000 && descriptors() > expected; i++) {
            Thread.sleep(10);
        }
        assertEquals(expected, descriptors());
    }

    /** Once what earlier channels left to be closed is closed. */
    private static long settledDescriptors() throws Exception {
        long last = descriptors();
        for (int same = 0; same < 5; ) {
            Thread.sleep(10);
            long now = descriptors();
            same = now == last ? same + 1 : 0;
            last = now;
        }
        return last;
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }
}
