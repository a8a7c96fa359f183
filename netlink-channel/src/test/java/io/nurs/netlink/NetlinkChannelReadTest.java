package io.nurs.netlink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading, on NETLINK_USERSOCK between two sockets of ours: needs no privilege. */
class NetlinkChannelReadTest {
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
    void readsWhatIsSent(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Probe probe = new Probe();
            NetlinkChannel channel = open(loop, UserSocket.options(), true, probe);
            for (int i = 0; i < 3; i++) {
                byte[] datagram = {1, 2, 3, (byte) i};
                sender.send(channel, datagram);
                assertArrayEquals(datagram, probe.nextBatch().datagrams().get(0));
                assertEquals(new Probe.ReadComplete(), probe.next());
            }
            assertEquals(3, channel.stats().datagrams());
            assertEquals(12, channel.stats().bytes());
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsManyDatagramsInOrder(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Probe probe = new Probe();
            NetlinkChannel channel = open(loop, UserSocket.options().withSlots(4, 64), true, probe);
            for (int i = 0; i < 100; i++) {
                sender.sendNumbered(channel, 0, 100);
                assertEquals(numbers(0, 100), probe.nextNumbers(100));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsWhatCameBeforeTheRegistration(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Probe probe = new Probe();
            NetlinkChannel channel = NetlinkChannel.open(UserSocket.options().withSlots(4, 64));
            sender.sendNumbered(channel, 0, 10);
            channel.pipeline().addLast(probe);
            loop.register(channel).sync();
            assertEquals(numbers(0, 10), probe.nextNumbers(10));
        }
    }

    @ParameterizedTest
    @EnumSource
    void bringsExactlyOneBatchForEachRead(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Probe probe = new Probe();
            NetlinkChannel channel = open(loop, UserSocket.options().withSlots(4, 64), false, probe);
            sender.sendNumbered(channel, 0, 10);
            loop.settle();
            assertEquals(0, probe.batches());
            for (int expected : new int[] {4, 4, 2}) {
                channel.read();
                assertEquals(expected, probe.nextBatch().datagrams().size());
                assertEquals(new Probe.ReadComplete(), probe.next());
                sender.sendNumbered(channel, 0, expected == 2 ? 1 : 0);
                loop.settle();
                assertEquals(0, probe.batches());
            }
            channel.read();
            assertEquals(1, probe.nextBatch().datagrams().size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void hearsAReadFromInsideChannelRead(Transport transport) throws Exception {
        Probe probe = new Probe() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                super.channelRead(ctx, message);
                ctx.read();
            }
        };
        readsAll(transport, probe);
    }

    @ParameterizedTest
    @EnumSource
    void hearsAReadFromInsideChannelReadComplete(Transport transport) throws Exception {
        Probe probe = new Probe() {
            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) {
                super.channelReadComplete(ctx);
                ctx.read();
            }
        };
        readsAll(transport, probe);
    }

    private void readsAll(Transport transport, Probe probe) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            NetlinkChannel channel = open(loop, UserSocket.options().withSlots(2, 64), false, probe);
            sender.sendNumbered(channel, 0, 50);
            channel.read();
            assertEquals(numbers(0, 50), probe.nextNumbers(50));
            sender.sendNumbered(channel, 50, 50);
            assertEquals(numbers(50, 50), probe.nextNumbers(50));
        }
    }

    @ParameterizedTest
    @EnumSource
    void stopsAtOnceWhenAutoReadIsSwitchedOff(Transport transport) throws Exception {
        Probe probe = new Probe() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                super.channelRead(ctx, message);
                ctx.channel().config().setAutoRead(false);
            }
        };
        try (CountingEventLoop loop = transport.eventLoop()) {
            NetlinkChannel channel = open(loop, UserSocket.options().withSlots(2, 64), false, probe);
            sender.sendNumbered(channel, 0, 6);
            channel.config().setAutoRead(true);
            assertEquals(numbers(0, 2), probe.nextNumbers(2));
            loop.settle();
            sender.sendNumbered(channel, 6, 1);
            loop.settle();
            assertEquals(0, probe.batches());
            channel.config().setAutoRead(true);
            assertEquals(numbers(2, 2), probe.nextNumbers(2));
        }
    }

    @ParameterizedTest
    @EnumSource
    void stopsWhenAutoReadIsSwitchedOffFromAnotherThread(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Probe probe = new Probe();
            NetlinkChannel channel = open(loop, UserSocket.options(), true, probe);
            channel.config().setAutoRead(false);
            loop.settle();
            sender.sendNumbered(channel, 0, 3);
            loop.settle();
            assertEquals(0, probe.batches());
            channel.config().setAutoRead(true);
            assertEquals(numbers(0, 3), probe.nextNumbers(3));
        }
    }

    @ParameterizedTest
    @EnumSource
    void queuesNoMoreThanOneTurnWhileThereIsMore(Transport transport) throws Exception {
        AtomicInteger mostTasks = new AtomicInteger();
        try (CountingEventLoop loop = transport.eventLoop()) {
            Probe probe = new Probe() {
                @Override
                public void channelReadComplete(ChannelHandlerContext ctx) {
                    super.channelReadComplete(ctx);
                    mostTasks.accumulateAndGet(loop.pendingTasks(), Math::max);
                }
            };
            NetlinkChannel channel = open(loop, UserSocket.options().withSlots(1, 64), false, probe);
            sender.sendNumbered(channel, 0, 120);
            sender.sendNumbered(channel, 0, 80);
            channel.config().setAutoRead(true);
            assertEquals(200, probe.nextNumbers(200).size());
            assertTrue(mostTasks.get() < 5, () -> "tasks: " + mostTasks);
        }
    }

    @ParameterizedTest
    @EnumSource
    void servesOtherChannelsOfItsLoopMeanwhile(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Probe first = new Probe();
            Probe second = new Probe();
            NetlinkChannel one = open(loop, UserSocket.options(), true, first);
            NetlinkChannel other = open(loop, UserSocket.options(), true, second);
            for (int i = 0; i < 50; i++) {
                sender.sendNumbered(one, 0, 20);
                sender.sendNumbered(other, 0, 20);
            }
            assertEquals(1000, first.nextNumbers(1000).size());
            assertEquals(1000, second.nextNumbers(1000).size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void dropsAndCountsWhatDoesNotComeFromTheKernel(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Probe probe = new Probe();
            NetlinkChannel channel = open(loop, UserSocket.options().withKernelOnly(true), true, probe);
            sender.send(channel, new byte[] {1, 2, 3});
            assertArrayEquals(new byte[0], probe.nextBatch().datagrams().get(0));
            loop.settle();
            assertEquals(1, channel.stats().foreignDatagrams());
            assertEquals(0, channel.stats().datagrams());
            assertEquals(0, channel.stats().bytes());
        }
    }

    @ParameterizedTest
    @EnumSource
    void dropsAndCountsWhatIsLongerThanASlot(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Probe probe = new Probe();
            NetlinkChannel channel = open(loop, UserSocket.options().withSlots(4, 16), false, probe);
            sender.send(channel, new byte[17]);
            sender.send(channel, new byte[16]);
            channel.read();
            List<byte[]> datagrams = probe.nextBatch().datagrams();
            assertEquals(0, datagrams.get(0).length);
            assertEquals(16, datagrams.get(1).length);
            loop.settle();
            assertEquals(1, channel.stats().truncatedDatagrams());
            assertEquals(1, channel.stats().datagrams());
        }
    }

    @Test
    void refusesAnEventLoopOfAnotherKind() throws Exception {
        NettyWarnings.take();
        try (CountingEventLoop loop = new CountingEventLoop(NioIoHandler.newFactory())) {
            NetlinkChannel channel = NetlinkChannel.open(UserSocket.options());
            assertInstanceOf(
                    IllegalStateException.class, loop.register(channel).await().cause());
            channel.unsafe().closeForcibly();
        }
    }

    private static NetlinkChannel open(CountingEventLoop loop, NetlinkOptions options, boolean autoRead, Probe probe)
            throws Exception {
        NetlinkChannel channel = NetlinkChannel.open(options);
        channel.config().setAutoRead(autoRead);
        channel.pipeline().addLast(probe);
        loop.register(channel).sync();
        return channel;
    }

    private static List<Integer> numbers(int from, int count) {
        return IntStream.range(from, from + count).boxed().toList();
    }
}
