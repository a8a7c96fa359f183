package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.appliance.source.CpuCounters.Kind;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.conntrack.ConntrackStatsDecoder;
import org.junit.jupiter.api.Test;

/** The kernel's counters of a CPU are 32 bits wide. */
class CpuCountersTest {
    private static final int BELOW_ALL_ONES = -2;

    private final NetlinkStats netlink = new NetlinkStats();
    private final CpuCounters counters = new CpuCounters();
    private final EmbeddedChannel channel = new EmbeddedChannel(
            new NetlinkMessageDecoder(netlink),
            new ConntrackStatsDecoder(netlink),
            counters,
            new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    // An embedded channel would keep what comes to its end.
                }
            });

    private void answer(int cpu, int dropped, int insertFailed) {
        NetlinkRequest answer = CpuStatsMessages.of(cpu, dropped, insertFailed);
        channel.pipeline().fireChannelRead(EmbeddedSource.batch(ByteBufUtil.getBytes(answer.buffer())));
        channel.checkException();
        answer.release();
    }

    @Test
    void theFirstAnswerCountsWhole() {
        answer(0, BELOW_ALL_ONES, 7);
        assertEquals(0xffff_fffeL, counters.total(0, Kind.DROP));
        assertEquals(7, counters.total(0, Kind.INSERT_FAILED));
        assertEquals(0, counters.total(0, Kind.EARLY_DROP));
    }

    @Test
    void aTotalGoesOnWhereTheKernelsBeginsAgain() {
        answer(0, BELOW_ALL_ONES, 7);
        answer(0, 3, 7);
        assertEquals(0x1_0000_0003L, counters.total(0, Kind.DROP));
        answer(0, BELOW_ALL_ONES, 8);
        answer(0, 0, 8);
        assertEquals(0x2_0000_0000L, counters.total(0, Kind.DROP));
        assertEquals(8, counters.total(0, Kind.INSERT_FAILED));
    }

    @Test
    void eachCpuHasARowOfItsOwn() {
        answer(0, 5, 0);
        answer(2, 6, 0);
        answer(0, 9, 0);
        assertEquals(3, counters.cpus());
        assertEquals(9, counters.total(0, Kind.DROP));
        assertEquals(0, counters.total(1, Kind.DROP));
        assertEquals(6, counters.total(2, Kind.DROP));
    }
}
