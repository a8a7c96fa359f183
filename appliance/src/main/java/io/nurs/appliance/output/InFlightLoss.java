package io.nurs.appliance.output;

/**
 * How much was lost on its way when a collector on UDP died. Not known before it has been seen how long an error takes to come
 * back: what left within twice that before the first one is lost.
 */
final class InFlightLoss {
    private final SpoolStats stats;
    private final SendHistory history = new SendHistory();
    private boolean unknown;
    private long downNanos;
    private boolean sentAny;
    private int lastRecords;

    InFlightLoss(SpoolStats stats) {
        this.stats = stats;
    }

    void sent(int records) {
        history.add(System.nanoTime(), records);
        lastRecords = records;
        sentAny = true;
    }

    /** This one is lost, as is known already. */
    void lost(int records) {
        stats.lostInFlightMessages++;
        stats.lostInFlightRecords += records;
    }

    void outageBegins() {
        unknown = true;
        downNanos = System.nanoTime();
    }

    /** Counts what left so long before the outage, once for each. The error has an answer to one message at least. */
    void count(long withinNanos) {
        if (!unknown) {
            return;
        }
        unknown = false;
        long since = downNanos - withinNanos;
        long messages = history.messages(since);
        stats.lostInFlightMessages += messages == 0 && sentAny ? 1 : messages;
        stats.lostInFlightRecords += messages == 0 && sentAny ? lastRecords : history.records(since);
        history.clear();
    }
}
