package io.nurs.appliance.source;

import static io.nurs.netlink.conntrack.ConntrackAttribute.*;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkRequest;

/** The kernel's answers about its counters. */
final class CpuStatsMessages {
    private CpuStatsMessages() {}

    /** One CPU's, to be released. */
    static NetlinkRequest of(int cpu, int dropped, int insertFailed) {
        return NetlinkRequest.netfilter(
                        UnpooledByteBufAllocator.DEFAULT,
                        NFNL_SUBSYS_CTNETLINK,
                        IPCTNL_MSG_CT_GET_STATS_CPU,
                        NetlinkMessage.NLM_F_MULTI,
                        0,
                        cpu)
                .u32(CTA_STATS_DROP, dropped)
                .u32(CTA_STATS_INSERT_FAILED, insertFailed);
    }
}
