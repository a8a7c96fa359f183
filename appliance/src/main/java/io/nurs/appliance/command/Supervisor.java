package io.nurs.appliance.command;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service manager that started this process, if one did: told when it is ready, that it turns, and when it stops.
 * sd_notify(3), sd_watchdog_enabled(3)
 *
 * <p>That it turns is proved, not claimed: a token goes from event loop to event loop, and what there is to say leaves on the
 * last. One loop that is stuck holds the token, and so ends the keep-alives.
 */
final class Supervisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
    private static final String KEEP_ALIVE = "WATCHDOG=1";
    /** A character is up to three octets, and PIPE_BUF is 4096. */
    private static final int LONGEST_STATUS = 1_000;

    /** Between attempts to say that all is ready. */
    private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

    private final @Nullable NotifySocket socket;
    /** 0: none. */
    private final long keepAliveNanos;

    private final Iterable<EventExecutor> loops;
    /** What the token says instead of a keep-alive when it comes round. */
    private final Queue<String> unsaid = new ArrayDeque<>();
    /** Of the token: an older one may be lost with a loop that has ended, or turn up late. */
    private int generation;

    private Supervisor(@Nullable NotifySocket socket, long keepAliveNanos, Iterable<EventExecutor> loops) {
        this.socket = socket;
        this.keepAliveNanos = keepAliveNanos;
        this.loops = loops;
    }

    /**
     * Without $NOTIFY_SOCKET there is none, and nothing is done.
     *
     * @param loops all that must turn, looked at anew for each round; where some have come or gone, say {@link #ready} again
     */
    static Supervisor of(Map<String, String> environment, Iterable<EventExecutor> loops) {
        String address = environment.get("NOTIFY_SOCKET");
        NotifySocket socket = address == null || address.isEmpty() ? null : NotifySocket.open(address);
        return new Supervisor(socket, socket == null ? 0 : keepAliveNanos(environment), loops);
    }

    /** Every half of what the manager waits: sd_watchdog_enabled(3). */
    private static long keepAliveNanos(Map<String, String> environment) {
        String micros = environment.get("WATCHDOG_USEC");
        // Another process's may have come with the environment.
        String pid = environment.getOrDefault("WATCHDOG_PID", ownPid());
        if (micros == null || !pid.equals(ownPid())) {
            return 0;
        }
        if (!micros.matches("[1-9][0-9]{0,17}")) {
            LOG.warn(
                    "WATCHDOG_USEC={} is no number of microseconds: no keep-alives are sent; leave it to WatchdogSec= in the"
                            + " unit to set it",
                    micros);
            return 0;
        }
        return TimeUnit.MICROSECONDS.toNanos(Long.parseLong(micros)) / 2;
    }

    private static String ownPid() {
        return Long.toString(ProcessHandle.current().pid());
    }

    /**
     * All is started, or goes on after {@link #reloading}.
     *
     * @param status one line for a human
     */
    void ready(String status) {
        if (socket == null) {
            return;
        }
        int token;
        synchronized (this) {
            unsaid.add("READY=1\nSTATUS=" + oneLine(status));
            token = ++generation;
        }
        pass(token, now(), 0);
    }

    /** Another configuration was asked for: {@link #ready} follows, whatever comes of it. sd_notify(3), Type=notify-reload */
    synchronized void reloading(String status) {
        if (socket != null) {
            // System.nanoTime() is CLOCK_MONOTONIC on Linux, by which the manager tells this reload from earlier ones.
            long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
            unsaid.add("RELOADING=1\nMONOTONIC_USEC=" + micros + "\nSTATUS=" + oneLine(status));
            sayAll(socket);
        }
    }

    /** systemd takes no more than PIPE_BUF octets of all, and throws away what is longer. */
    private static String oneLine(String status) {
        String line = status.replace('\n', ' ');
        return line.length() <= LONGEST_STATUS ? line : line.substring(0, LONGEST_STATUS) + "...";
    }

    private List<EventExecutor> now() {
        List<EventExecutor> now = new ArrayList<>();
        loops.forEach(now::add);
        return now;
    }

    /** The end was asked for. Keep-alives go on while the loops do. */
    synchronized void stopping(String status) {
        // A manager that is busy may still not know that we are ready; it need not any more.
        unsaid.clear();
        if (socket != null) {
            socket.send("STOPPING=1\nSTATUS=" + status);
        }
    }

    /** Gives the token to loop {@code index} of those that turn in this round. */
    private void pass(int token, List<EventExecutor> round, int index) {
        try {
            round.get(index).execute(() -> {
                if (index + 1 < round.size()) {
                    pass(token, round, index + 1);
                } else {
                    cameRound(token, round.getLast());
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("event loop {} has ended, and the token with it", index, e);
        }
    }

    private void cameRound(int token, EventExecutor last) {
        long next = say(token);
        if (next > 0) {
            last.schedule(() -> pass(token, now(), 0), next, TimeUnit.NANOSECONDS);
        }
    }

    /** How long to wait before the next round, 0 if there need be none. */
    private synchronized long say(int token) {
        if (socket == null || token != generation) {
            return 0;
        }
        if (unsaid.isEmpty() && keepAliveNanos > 0) {
            socket.send(KEEP_ALIVE);
        }
        return sayAll(socket) ? keepAliveNanos : RETRY_NANOS;
    }

    private boolean sayAll(NotifySocket to) {
        for (String next = unsaid.peek(); next != null; next = unsaid.peek()) {
            if (!to.send(next)) {
                return false;
            }
            unsaid.remove();
        }
        return true;
    }

    /** After the loops have ended. */
    @Override
    public synchronized void close() {
        if (socket != null) {
            socket.close();
        }
    }
}
