package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.appliance.nat.NatEvent;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.conntrack.ConntrackCpuStats;
import io.nurs.netlink.conntrack.ConntrackStatsDecoder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a translator has come to its limits, and how often that is said. */
class NatTableWatchTest {
    private static final int MAX = 1_000;
    private static final int ADDRESS = 0xcb007101;

    private final NatTableWatch watch = new NatTableWatch(80, new FlowClock() {
        @Override
        public long unixNanos() {
            return seconds * 1_000_000_000L;
        }

        @Override
        public long monotonicNanos() {
            return seconds * 1_000_000_000L;
        }
    });
    private long seconds = 100;

    /** A second later: natEvent and what is said with it. */
    private List<String> look(long entries) {
        return look(entries, MAX);
    }

    private List<String> look(long entries, long max) {
        seconds++;
        List<String> told = new ArrayList<>();
        for (NatEvent event = watch.look(entries, max, ADDRESS);
                event != null;
                event = watch.look(entries, max, ADDRESS)) {
            told.add(event.natEvent() + " "
                    + (event.shape() == NatEvent.Shape.PORTS_EXHAUSTED
                            ? Integer.toHexString(event.outsideAddress()) + " " + event.protocol()
                            : event.limit()));
        }
        return told;
    }

    /** The kernel's answer: drops and failed inserts of each CPU since the namespace was made. */
    private void counted(int[]... cpus) {
        read(cpus);
        watch.counted();
    }

    private void read(int[]... cpus) {
        NetlinkStats stats = new NetlinkStats();
        EmbeddedChannel channel = new EmbeddedChannel(
                new NetlinkMessageDecoder(stats), new ConntrackStatsDecoder(stats), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        watch.add((ConntrackCpuStats) message);
                    }
                });
        for (int cpu = 0; cpu < cpus.length; cpu++) {
            NetlinkRequest answer = CpuStatsMessages.of(cpu, cpus[cpu][0], cpus[cpu][1]);
            channel.pipeline().fireChannelRead(EmbeddedSource.batch(ByteBufUtil.getBytes(answer.buffer())));
            channel.checkException();
            answer.release();
        }
    }

    @Test
    void theThresholdIsToldOnceUntilItHasBeenLeft() {
        assertEquals(List.of(), look(799));
        assertEquals(List.of("18 800"), look(800));
        seconds += 60;
        assertEquals(List.of(), look(900));
        assertEquals(List.of(), look(760));
        assertEquals(List.of(), look(800));
        assertEquals(List.of(), look(749));
        assertEquals(List.of("18 800"), look(800));
    }

    @Test
    void itIsToldOnceAMinuteAtMost() {
        assertEquals(List.of("18 800"), look(800));
        for (int i = 0; i < 28; i++) {
            assertEquals(List.of(), look(100));
            assertEquals(List.of(), look(800));
        }
        seconds += 3;
        assertEquals(List.of(), look(100));
        assertEquals(List.of("18 800"), look(800));
    }

    @Test
    void aFullTableIsAQuotaExceeded() {
        assertEquals(List.of("18 800", "13 1000"), look(1_000));
    }

    @Test
    void dropsOfANearlyFullTableAreToo() {
        counted(new int[] {500, 100}, new int[] {7, 7});
        assertEquals(List.of("18 800"), look(960));
        counted(new int[] {500, 100}, new int[] {8, 7});
        assertEquals(List.of("13 1000"), look(960));
    }

    @Test
    void dropsOfATableWithRoomAreNot() {
        counted(new int[] {500, 100});
        counted(new int[] {600, 100});
        assertEquals(List.of(), look(100));
    }

    @Test
    void failedInsertsAreExhaustedPorts() {
        counted(new int[] {500, 100}, new int[] {0, 0});
        assertEquals(List.of(), look(100), "from before");
        counted(new int[] {500, 100}, new int[] {1, 1});
        assertEquals(List.of("12 cb007101 255"), look(100));
        counted(new int[] {600, 200}, new int[] {1, 1});
        assertEquals(List.of(), look(100));
        seconds += 60;
        counted(new int[] {600, 200}, new int[] {1, 1});
        assertEquals(List.of(), look(100));
        counted(new int[] {601, 201}, new int[] {1, 1});
        assertEquals(List.of("12 cb007101 255"), look(100));
    }

    @Test
    void aTableWithoutALimitIsNeverFull() {
        counted(new int[] {500, 100});
        counted(new int[] {600, 100});
        assertEquals(List.of(), look(0, 0));
        assertEquals(List.of(), look(5_000, 0));
        counted(new int[] {601, 101});
        assertEquals(List.of("12 cb007101 255"), look(5_000, 0));
    }

    @Test
    void countersThatWereReadByHalfCountForNothing() {
        counted(new int[] {500, 100}, new int[] {7, 7});
        read(new int[] {500, 100});
        watch.forgetCounters();
        counted(new int[] {500, 100}, new int[] {7, 7});
        assertEquals(List.of(), look(100));
    }

    @Test
    void countersWrap() {
        counted(new int[] {-1, -1});
        counted(new int[] {1, 1});
        assertEquals(List.of("12 cb007101 255"), look(100));
    }
}
