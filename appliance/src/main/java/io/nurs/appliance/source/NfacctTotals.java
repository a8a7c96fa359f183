package io.nurs.appliance.source;

import io.nurs.netlink.nfacct.NfacctObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What accounting objects have counted beyond their last report. On one event loop, but for {@link #reported()}. */
final class NfacctTotals {
    private final boolean zero;
    private final ObjectTotals<String> totals;

    /**
     * Of nothing as yet.
     *
     * @param zero whether the objects are set to zero with each reading
     * @param baseline whether what the first reading finds is not reported
     */
    NfacctTotals(boolean zero, boolean baseline, PolledStats stats) {
        this.zero = zero;
        this.totals = new ObjectTotals<>(zero, baseline, stats);
    }

    /** What is to be reported of an object as it was read; null for nothing. */
    @Nullable
    NfacctReport report(NfacctObject object, long nowMillis) {
        ObjectTotals.News news = totals.news(object.name(), object.packets(), object.bytes(), nowMillis);
        return news == null
                ? null
                : new NfacctReport(
                        zero ? NfacctReport.Kind.ZEROED : NfacctReport.Kind.TOTAL,
                        object,
                        news.sinceMillis(),
                        nowMillis,
                        news.packets(),
                        news.octets());
    }

    void endReading(long nowMillis) {
        totals.endReading(nowMillis);
    }

    /** What was reported of each object that there is. For any thread. */
    Map<String, ObjectTotals.Reported> reported() {
        return totals.reported();
    }
}
