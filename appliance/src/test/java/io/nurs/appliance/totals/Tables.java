package io.nurs.appliance.totals;

import java.util.List;
import java.util.UUID;

/** What tests of state files share. */
final class Tables {
    static final UUID BOOT = new UUID(1, 2);

    private Tables() {}

    static StateIdentity identity() {
        return new StateIdentity(BOOT, 4_026_531_840L, 0, 1, "");
    }

    static List<Long> totals(FlowTotals totals, long slot) {
        return List.of(
                totals.originalPackets(slot),
                totals.originalBytes(slot),
                totals.replyPackets(slot),
                totals.replyBytes(slot));
    }
}
