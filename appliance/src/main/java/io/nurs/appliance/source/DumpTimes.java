package io.nurs.appliance.source;

/** When the last {@value #KEPT} dumps were made that set counters to zero: Unix times in ns, in the order they were made. */
final class DumpTimes {
    private static final int KEPT = 64;

    private final long[] nanos = new long[KEPT];
    private int count;

    void add(long dumpNanos) {
        nanos[count++ % KEPT] = dumpNanos;
    }

    /** The last one; 0 if there is none. */
    long last() {
        return count == 0 ? 0 : nanos[(count - 1) % KEPT];
    }

    /** The last one not after an instant; 0 if none is known. */
    long lastUpTo(long instantNanos) {
        for (int i = count - 1; i >= Math.max(0, count - KEPT); i--) {
            if (nanos[i % KEPT] <= instantNanos) {
                return nanos[i % KEPT];
            }
        }
        return 0;
    }
}
