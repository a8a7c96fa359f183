package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import io.nurs.netlink.conntrack.ConntrackDecoder;
import io.nurs.netlink.conntrack.ConntrackMessage;
import io.nurs.netlink.conntrack.ConntrackTuple;
import java.net.InetAddress;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** When the last packet came, told from the timer that it set. */
class ConntrackTimeoutsTest {
    private static final int DAYS5 = 432_000;
    private static final long STOP = 1_700_000_000_000L;
    private static final ConntrackTimeouts TIMEOUTS = new ConntrackTimeouts(Map.of(
            "udp_timeout", 30,
            "udp_timeout_stream", 120,
            "tcp_timeout_established", DAYS5,
            "tcp_timeout_time_wait", 120,
            "tcp_timeout_unacknowledged", 300,
            "tcp_timeout_max_retrans", 300));

    private static void read(EntryMessage entry, Consumer<ConntrackMessage> check) {
        NetlinkStats stats = new NetlinkStats();
        EmbeddedChannel channel = new EmbeddedChannel(
                new NetlinkMessageDecoder(stats), new ConntrackDecoder(stats), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        check.accept((ConntrackMessage) message);
                    }
                });
        channel.pipeline().fireChannelRead(EmbeddedSource.batch(entry.octets()));
        channel.checkException();
    }

    private static EntryMessage tcp(int state, long ageSeconds) {
        ConntrackTuple tuple = ConntrackTuple.of(
                InetAddress.ofLiteral("198.51.100.2"), InetAddress.ofLiteral("203.0.113.2"), 6, 40_000, 80);
        return EntryMessage.destroy()
                .tuples(tuple, tuple.reversed())
                .tcpState(state)
                .startMillis(STOP - ageSeconds * 1_000)
                .stopMillis(STOP);
    }

    private static EntryMessage udp(long ageSeconds) {
        return EntryMessage.destroy().startMillis(STOP - ageSeconds * 1_000).stopMillis(STOP);
    }

    private static void assertIdle(long idleMillis, EntryMessage entry) {
        read(entry, message -> {
            assertFalse(TIMEOUTS.isInferred(message, STOP * 1_000_000));
            assertEquals(STOP - idleMillis, TIMEOUTS.lastPacketNanos(message, STOP * 1_000_000) / 1_000_000);
        });
    }

    private static void assertInferred(EntryMessage entry) {
        read(entry, message -> assertTrue(TIMEOUTS.isInferred(message, STOP * 1_000_000)));
    }

    @Test
    void anExpiredEntryWasIdleForItsWholeTimeout() {
        assertIdle(30_000, udp(100));
        assertIdle(120_000, udp(1_000).status(ConntrackAttribute.IPS_ASSURED));
        assertIdle(120_000, tcp(ConntrackAttribute.TCP_CONNTRACK_TIME_WAIT, 1_000));
    }

    /** What is left is told in whole seconds: half a second is the least error. */
    @Test
    void aDeletedEntryWasIdleForWhatItsTimerHadRun() {
        assertIdle(9_500, udp(100).timeoutSeconds(20));
        assertIdle(9_500, tcp(ConntrackAttribute.TCP_CONNTRACK_ESTABLISHED, 100).timeoutSeconds(DAYS5 - 10));
    }

    @Test
    void theShorterTimerRanWhereTheConnectionIsYoungerThanTheLongOne() {
        assertIdle(300_000, tcp(ConntrackAttribute.TCP_CONNTRACK_ESTABLISHED, 5_000));
        assertIdle(
                99_500, tcp(ConntrackAttribute.TCP_CONNTRACK_ESTABLISHED, 5_000).timeoutSeconds(200));
    }

    @Test
    void aDeadConnectionOlderThanBothTimersLeavesADoubt() {
        assertInferred(tcp(ConntrackAttribute.TCP_CONNTRACK_ESTABLISHED, DAYS5 + 1_000));
    }

    @Test
    void aTimerThatNoPacketSetLeavesADoubt() {
        assertInferred(udp(1_000).status(ConntrackAttribute.IPS_FIXED_TIMEOUT));
        assertInferred(udp(1_000).status(ConntrackAttribute.IPS_OFFLOAD));
        // A policy of a rule's.
        assertInferred(udp(1_000).timeoutSeconds(500));
        assertInferred(tcp(ConntrackAttribute.TCP_CONNTRACK_SYN_SENT, 1_000));
    }
}
