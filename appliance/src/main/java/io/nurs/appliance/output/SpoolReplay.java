package io.nurs.appliance.output;

/** Sends a backlog, by so many messages a second faster than it grows. */
final class SpoolReplay {
    private static final long TICK_MILLIS = 10;

    /** After a pause no burst that would overrun the collector. */
    private static final double BURST_SECONDS = 0.03;

    private final int messagesPerSecond;
    private final SpoolBacklog backlog;
    private final SpoolFlights flights;
    private final SpoolOutlet outlet;
    private final Runnable onEnd;
    private boolean running;
    private boolean ticking;
    private long pumpedNanos;
    private double tokens;

    /** Of the messages that were added to the backlog meanwhile, each of which lets one go. */
    private long followed;

    SpoolReplay(int messagesPerSecond, SpoolBacklog backlog, SpoolFlights flights, SpoolOutlet outlet, Runnable onEnd) {
        this.messagesPerSecond = messagesPerSecond;
        this.backlog = backlog;
        this.flights = flights;
        this.outlet = outlet;
        this.onEnd = onEnd;
    }

    void begin() {
        running = true;
        tokens = 0;
        followed = backlog.added();
        pumpedNanos = System.nanoTime();
        if (!ticking) {
            ticking = true;
            tick();
        }
    }

    void stop() {
        running = false;
    }

    private void tick() {
        if (!running) {
            ticking = false;
            return;
        }
        pump();
        outlet.schedule(this::tick, TICK_MILLIS);
    }

    /** Sends what may be sent now. */
    void pump() {
        if (!running) {
            return;
        }
        long now = System.nanoTime();
        double earned = messagesPerSecond * ((now - pumpedNanos) / 1e9);
        tokens = Math.min(tokens + earned, 1 + messagesPerSecond * BURST_SECONDS);
        pumpedNanos = now;
        boolean any = false;
        while (running && mayGo() && outlet.isWritable() && !flights.isFull() && backlog.hasNext()) {
            SpoolBacklog.Waiting next = backlog.poll();
            flights.send(next.message(), null, next.records(), true);
            pay();
            any = true;
        }
        if (any) {
            outlet.flush();
        }
        if (running && backlog.isEmpty() && flights.isSettled()) {
            onEnd.run();
        }
    }

    private boolean mayGo() {
        return tokens >= 1 || followed < backlog.added();
    }

    private void pay() {
        if (followed < backlog.added()) {
            followed++;
        } else {
            tokens--;
        }
    }
}
