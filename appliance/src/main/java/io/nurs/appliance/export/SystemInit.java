package io.nurs.appliance.export;

import io.nurs.flow.SystemUptime;

/**
 * What flowStart- and flowEndSysUpTime(22, 21) count from in IPFIX, as systemInitTimeMilliseconds(160) says: the boot. Their 32 bits
 * reach 49.7 days, and no header says how often they have wrapped; so the moment moves on by half of that before they do, and option
 * records say so. Flows of the last 24 days stay in reach.
 */
final class SystemInit {
    private static final long REACH_MILLIS = 1L << 32;

    /** Option records come at least once a day. */
    private static final long MARGIN_MILLIS = 86_400_000;

    private long epochMillis;

    SystemInit(SystemUptime uptime) {
        this.epochMillis = uptime.bootEpochMillis();
    }

    /** Unix time; moves on, if it has to, as seen from this moment. Call it where collectors hear of it. */
    long epochMillis(long nowMillis) {
        while (nowMillis - epochMillis >= REACH_MILLIS - MARGIN_MILLIS) {
            epochMillis += REACH_MILLIS / 2;
        }
        return epochMillis;
    }

    /** Milliseconds since, unsigned. */
    int at(long millis) {
        return (int) (millis - epochMillis);
    }
}
