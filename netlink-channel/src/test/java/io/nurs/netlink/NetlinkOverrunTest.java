package io.nurs.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** More than the receive buffer holds, sent to a group of NETLINK_USERSOCK in a namespace of its own. */
@Tag("netns")
class NetlinkOverrunTest {
    /** The kernel doubles it; a datagram of an octet takes 768 bytes of it or more. */
    private static final int SMALL_BUFFER = 16 * 1024;

    private static final int MORE_THAN_IT_HOLDS = 500;

    private NetworkNamespace namespace;
    private UserSocket sender;

    @BeforeEach
    void makeNamespace(TestInfo test) throws IOException {
        Requires.root(test);
        NettyWarnings.listen();
        namespace = NetworkNamespace.create();
        sender = namespace.call(UserSocket::open);
    }

    @AfterEach
    void close() throws IOException {
        if (sender != null) {
            sender.close();
            namespace.close();
        }
        assertEquals(List.of(), NettyWarnings.take());
    }

    @ParameterizedTest
    @EnumSource
    void tellsAnOverrunAndGoesOn(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Probe probe = new Probe();
            NetlinkChannel channel = openPaused(loop, false, probe);
            overrun();
            channel.config().setAutoRead(true);
            assertEquals(new NetlinkControl.Overrun(), probe.next());
            int queued = (int) (MORE_THAN_IT_HOLDS - channel.kernelDrops());
            assertTrue(queued > 0 && queued < MORE_THAN_IT_HOLDS, () -> "queued " + queued);
            assertEquals(queued, probe.nextNumbers(queued).size());
            loop.settle();
            assertEquals(1, channel.stats().overruns());
            sender.broadcast(new byte[] {7});
            assertEquals(List.of(7), probe.nextNumbers(1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void countsExactlyWhatTheKernelDropped(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Probe probe = new Probe();
            NetlinkChannel channel = openPaused(loop, true, probe);
            overrun();
            overrun();
            long drops = channel.kernelDrops();
            assertTrue(channel.queuedBytes() > 0);
            channel.config().setAutoRead(true);
            int queued = (int) (2 * MORE_THAN_IT_HOLDS - drops);
            assertTrue(drops > 0 && queued > 0, () -> "drops " + drops);
            assertEquals(queued, probe.nextNumbers(queued).size());
            loop.settle();
            assertEquals(0, channel.queuedBytes());
            assertEquals(0, channel.stats().overruns());
            assertEquals(drops, channel.kernelDrops());
        }
    }

    @ParameterizedTest
    @EnumSource
    void sleepsWhilePausedWithDataAndAnErrorPending(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Probe probe = new Probe();
            NetlinkChannel channel = openPaused(loop, false, probe);
            // A first read, so that the loop watches the socket at all.
            sender.broadcast(new byte[] {1});
            channel.read();
            assertEquals(List.of(1), probe.nextNumbers(1));
            overrun();
            loop.settle();
            long before = loop.turns();
            // However long it sleeps, a loop that has nothing to do turns at most a few times.
            Thread.sleep(200);
            long turns = loop.turns() - before;
            assertTrue(turns < 50, () -> "the loop turned " + turns + " times");
            assertEquals(0, probe.batches());
        }
    }

    private void overrun() {
        for (int i = 0; i < MORE_THAN_IT_HOLDS; i++) {
            sender.broadcast(new byte[] {(byte) i});
        }
    }

    private NetlinkChannel openPaused(CountingEventLoop loop, boolean noEnobufs, Probe probe) throws Exception {
        NetlinkChannel channel = namespace.call(() -> NetlinkChannel.open(UserSocket.options(UserSocket.GROUP)
                .withReceiveBufferBytes(SMALL_BUFFER)
                .withNoEnobufs(noEnobufs)));
        channel.config().setAutoRead(false);
        channel.pipeline().addLast(probe);
        loop.register(channel).sync();
        return channel;
    }
}
