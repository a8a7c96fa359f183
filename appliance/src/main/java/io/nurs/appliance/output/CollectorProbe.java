package io.nurs.appliance.output;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether a collector on UDP is back: sends templates alone, so that one which is still down takes nothing of value with it.
 * No error for a while is the answer.
 */
final class CollectorProbe {
    /** The kernel asks three times, a second apart, before it calls a neighbour unreachable. */
    private static final Duration NEIGHBOUR_PATIENCE = Duration.ofSeconds(5);

    private static final long NO_TEMPLATES_YET_MILLIS = 10;

    private final Duration interval;
    private final SpoolBacklog backlog;
    private final SpoolOutlet outlet;
    private final Consumer<Throwable> onError;
    private final Runnable onBack;
    private final ChannelFutureListener settled = this::settled;
    private boolean running;
    private boolean closed;
    private boolean asked;
    private long askedNanos;
    private Duration patience;

    /**
     * @param onError told of a probe that could not be sent
     * @param onBack the collector is back, and the probe ends
     */
    CollectorProbe(
            Duration interval, SpoolBacklog backlog, SpoolOutlet outlet, Consumer<Throwable> onError, Runnable onBack) {
        this.interval = interval;
        this.patience = interval;
        this.backlog = backlog;
        this.outlet = outlet;
        this.onError = onError;
        this.onBack = onBack;
    }

    void begin(long delayMillis) {
        running = true;
        asked = false;
        outlet.schedule(this::probe, delayMillis);
    }

    void stop() {
        running = false;
    }

    void close() {
        running = false;
        closed = true;
    }

    /** How long an error may take to come back. */
    Duration patience() {
        return patience;
    }

    /** The socket was told of an error; returns how long that took since the probe was sent, or -1 if none was under way. */
    long failed(@Nullable Throwable cause) {
        patience = SocketFailure.isUnreachable(cause) ? NEIGHBOUR_PATIENCE : interval;
        if (!asked) {
            return -1;
        }
        asked = false;
        return System.nanoTime() - askedNanos;
    }

    private void probe() {
        if (!running) {
            return;
        }
        if (asked) {
            running = false;
            onBack.run();
            return;
        }
        long wait = NO_TEMPLATES_YET_MILLIS;
        if (backlog.sendTemplates(settled)) {
            asked = true;
            askedNanos = System.nanoTime();
            wait = patience.toMillis();
            outlet.flush();
        }
        // An error that came while flushing wants more patience, not less.
        outlet.schedule(this::probe, Math.max(wait, asked ? patience.toMillis() : wait));
    }

    private void settled(ChannelFuture result) {
        Throwable cause = result.cause();
        if (cause != null && !closed) {
            onError.accept(cause);
            asked = false;
        }
    }
}
