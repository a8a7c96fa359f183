package io.nurs.appliance.source;

import io.nurs.netlink.nftables.NftablesAttribute;
import io.nurs.netlink.nftables.NftablesMessage;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What named counters and quotas have counted beyond their last report. */
final class NftablesCounters {
    private final boolean zero;
    private final ObjectTotals<NftablesObject> totals;

    /**
     * Of nothing as yet.
     *
     * @param zero whether the objects are set to zero with each reading
     * @param baseline whether what the first reading finds is not reported
     */
    NftablesCounters(boolean zero, boolean baseline, PolledStats stats) {
        this.zero = zero;
        this.totals = new ObjectTotals<>(zero, baseline, stats);
    }

    static NftablesObject object(NftablesMessage message) {
        return new NftablesObject(message.family(), message.table(), message.name(), message.objectType());
    }

    private static NftablesReport snapshot(
            NftablesReport.Kind kind, NftablesObject object, NftablesMessage message, long nowMillis) {
        return new NftablesReport(
                kind,
                object,
                message.counterPackets(),
                message.hasQuota() ? message.quotaConsumedBytes() : message.counterBytes(),
                message.quotaBytes(),
                message.quotaFlags(),
                message.uses(),
                nowMillis,
                nowMillis,
                0,
                0);
    }

    /** As it was read, for {@link #report}. */
    NftablesReport read(NftablesMessage message, long nowMillis) {
        return snapshot(
                message.objectType() == NftablesAttribute.NFT_OBJECT_QUOTA
                        ? NftablesReport.Kind.QUOTA
                        : zero ? NftablesReport.Kind.COUNTER_ZEROED : NftablesReport.Kind.COUNTER_TOTAL,
                object(message),
                message,
                nowMillis);
    }

    /**
     * A quota that says so by itself. The family it says is the packet's: of a table of inet, ip or ip6. That of the table is
     * known if the last reading has met the quota.
     */
    NftablesReport usedUp(NftablesMessage message, long nowMillis) {
        NftablesObject told = object(message);
        NftablesObject known = totals.find(told::equals);
        if (known == null) {
            known = totals.find(object -> object.table().equals(told.table())
                    && object.name().equals(told.name())
                    && object.type() == told.type());
        }
        return snapshot(NftablesReport.Kind.QUOTA_USED_UP, known == null ? told : known, message, nowMillis);
    }

    /** What is to be reported of an object as it was read; null for nothing. */
    @Nullable
    NftablesReport report(NftablesReport read) {
        ObjectTotals.News news = totals.news(read.object(), read.totalPackets(), read.totalOctets(), read.endMillis());
        return news == null
                ? null
                : new NftablesReport(
                        read.kind(),
                        read.object(),
                        read.totalPackets(),
                        read.totalOctets(),
                        read.quotaOctets(),
                        read.quotaFlags(),
                        read.uses(),
                        news.sinceMillis(),
                        read.endMillis(),
                        news.packets(),
                        news.octets());
    }

    void endReading(long nowMillis) {
        totals.endReading(nowMillis);
    }

    /** What was reported of each object that there is. For any thread. */
    Map<NftablesObject, ObjectTotals.Reported> reported() {
        return totals.reported();
    }
}
