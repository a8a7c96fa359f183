package io.nurs.appliance.totals;

import java.util.UUID;

/** What tests of state files share. */
final class Tables {
    static final UUID BOOT = new UUID(1, 2);

    private Tables() {}

    static StateIdentity identity() {
        return new StateIdentity(BOOT, 4_026_531_840L, 0, 1, "");
    }

    static long[] totals(FlowTotals totals, long slot) {
        return new long[] {
            totals.originalPackets(slot), totals.originalBytes(slot), totals.replyPackets(slot), totals.replyBytes(slot)
        };
    }
}
