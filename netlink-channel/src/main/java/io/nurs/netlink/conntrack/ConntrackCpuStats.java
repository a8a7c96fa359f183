package io.nurs.netlink.conntrack;

import static io.nurs.netlink.conntrack.ConntrackAttribute.*;

import io.nurs.netlink.AttributeIndex;
import io.nurs.netlink.AttributePolicy;
import io.nurs.netlink.NetlinkMessage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A borrowed view of what one CPU has counted in one network namespace since that was made: IPCTNL_MSG_CT_GET_STATS_CPU. Each is
 * a u32 that wraps, and reads as 0 where the kernel does not have it. What {@code conntrack -S} prints.
 */
public final class ConntrackCpuStats {
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final AttributePolicy POLICY = policy();

    private final AttributeIndex index = new AttributeIndex(POLICY);
    private final ConntrackCounters counters = new ConntrackCounters();
    private MemorySegment memory = MemorySegment.NULL;
    private int cpu;

    ConntrackCpuStats() {}

    private static AttributePolicy policy() {
        AttributePolicy policy = new AttributePolicy();
        for (int type = CTA_STATS_FOUND; type <= CTA_STATS_CHAIN_TOOLONG; type++) {
            policy.value(type, type, Integer.BYTES);
        }
        return policy;
    }

    /** Points the view at a message; false if it is malformed, and then the view must not be used. */
    boolean wrap(NetlinkMessage message) {
        memory = message.memory();
        counters.wrap(message);
        cpu = message.resourceId();
        long start = message.offset();
        return index.index(memory, start + NetlinkMessage.NETFILTER_HEADER_BYTES, start + message.length());
    }

    /** From 0. */
    public int cpu() {
        return cpu;
    }

    /** Looks into the table that met an entry while a translated tuple was sought. CTA_STATS_FOUND */
    public int found() {
        return u32(CTA_STATS_FOUND);
    }

    /** Packets that no entry could be made of. CTA_STATS_INVALID */
    public int invalid() {
        return u32(CTA_STATS_INVALID);
    }

    /** Entries put into the table other than by a packet, as by ctnetlink. CTA_STATS_INSERT */
    public int inserted() {
        return u32(CTA_STATS_INSERT);
    }

    /** Entries whose tuple was taken when their packet was to leave. CTA_STATS_INSERT_FAILED */
    public int insertFailed() {
        return u32(CTA_STATS_INSERT_FAILED);
    }

    /** Packets dropped because their entry could not be made or inserted. CTA_STATS_DROP */
    public int dropped() {
        return u32(CTA_STATS_DROP);
    }

    /** Entries ended before their time to make room. CTA_STATS_EARLY_DROP */
    public int droppedEarly() {
        return u32(CTA_STATS_EARLY_DROP);
    }

    /** CTA_STATS_ERROR */
    public int errors() {
        return u32(CTA_STATS_ERROR);
    }

    /** CTA_STATS_SEARCH_RESTART */
    public int searchRestarts() {
        return u32(CTA_STATS_SEARCH_RESTART);
    }

    /** Entries that gave way to one that another packet of their flow had made meanwhile. CTA_STATS_CLASH_RESOLVE */
    public int clashesResolved() {
        return u32(CTA_STATS_CLASH_RESOLVE);
    }

    /** Entries that found too many in their hash bucket; also in {@link #insertFailed()}. CTA_STATS_CHAIN_TOOLONG */
    public int chainsTooLong() {
        return u32(CTA_STATS_CHAIN_TOOLONG);
    }

    /** All that came, by {@code CTA_STATS_*}, from the first. Each call starts the one walk again. */
    public ConntrackCounters counters() {
        return counters.rewind();
    }

    private int u32(int slot) {
        long offset = index.offset(slot);
        return offset < 0 ? 0 : memory.get(U32, offset);
    }
}
