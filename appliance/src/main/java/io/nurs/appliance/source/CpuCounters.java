package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.conntrack.ConntrackCpuStats;
import io.nurs.netlink.conntrack.ConntrackRequests;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each CPU has counted in one namespace, in 64 bits: the kernel's are 32 bits wide and begin again at 0. Only with more than
 * 2^32 of a kind between two answers would some be missing. Written by the event loop alone; other threads may see a value that is a
 * moment old.
 */
@SuppressWarnings("EnumOrdinal") // rows of numbers, by kind
public final class CpuCounters extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(CpuCounters.class);

    /** What there is, by the name that the kernel's header gives it: CTA_STATS_FOUND and so on. */
    public enum Kind {
        FOUND,
        INVALID,
        INSERT_FAILED,
        DROP,
        EARLY_DROP,
        ERROR,
        SEARCH_RESTART,
        CLASH_RESOLVE,
        CHAIN_TOOLONG;

        private static final int COUNT = values().length;
    }

    /** One row for each CPU that was told of; a longer one takes its place when there are more. */
    private volatile long[][] totals = {};

    private int[][] last = {};
    private boolean asked;

    CpuCounters() {}

    /** Asks for them, unless an answer is still to come; on the event loop. */
    void ask(NetlinkChannel channel) {
        if (asked || !channel.isActive()) {
            return;
        }
        asked = true;
        channel.writeAndFlush(ConntrackRequests.cpuStats(channel.alloc())).addListener(answer -> {
            asked = false;
            if (!answer.isSuccess()) {
                LOG.debug("no counters of the table", answer.cause());
            }
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ConntrackCpuStats cpu) {
            add(cpu);
        }
        ctx.fireChannelRead(message);
    }

    private void add(ConntrackCpuStats cpu) {
        int row = cpu.cpu();
        if (row >= last.length) {
            grow(row + 1);
        }
        add(row, Kind.FOUND, cpu.found());
        add(row, Kind.INVALID, cpu.invalid());
        add(row, Kind.INSERT_FAILED, cpu.insertFailed());
        add(row, Kind.DROP, cpu.dropped());
        add(row, Kind.EARLY_DROP, cpu.droppedEarly());
        add(row, Kind.ERROR, cpu.errors());
        add(row, Kind.SEARCH_RESTART, cpu.searchRestarts());
        add(row, Kind.CLASH_RESOLVE, cpu.clashesResolved());
        add(row, Kind.CHAIN_TOOLONG, cpu.chainsTooLong());
    }

    private void add(int row, Kind kind, int now) {
        int[] before = last[row];
        totals[row][kind.ordinal()] += Integer.toUnsignedLong(now - before[kind.ordinal()]);
        before[kind.ordinal()] = now;
    }

    private void grow(int rows) {
        int known = last.length;
        last = Arrays.copyOf(last, rows);
        long[][] longer = Arrays.copyOf(totals, rows);
        for (int row = known; row < rows; row++) {
            last[row] = new int[Kind.COUNT];
            longer[row] = new long[Kind.COUNT];
        }
        totals = longer;
    }

    /** CPUs are numbered from 0 to one less. */
    public int cpus() {
        return totals.length;
    }

    /** Since the namespace was made, as of the last answer. */
    public long total(int cpu, Kind kind) {
        return totals[cpu][kind.ordinal()];
    }
}
