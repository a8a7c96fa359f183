package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.SpoolConfig;
import io.nurs.flow.FlowEncoder;
import java.io.IOException;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between an encoder and its socket. While the collector is down, messages go to the disk; when it is back they are sent,
 * in order and at a rate, and new ones queue behind them. Their sequence numbers are the encoder's, so that the collector sees
 * that nothing is missing, or what.
 *
 * <p>On UDP it finds out for itself, from the ICMP errors that a connected socket is told: add it between socket and encoder. An
 * encoder of a stream lives in a {@link RelayChannel}, and whoever connects says {@link #collectorUp} and
 * {@link #collectorDown}. All calls come from the event loop.
 *
 * <p>A message is in {@link SpoolFlights} until the socket has answered for it, and in {@link SpoolBacklog} while it waits. Here
 * is what it does not depend on: whether the collector is up, down, or up with a backlog that goes first.
 */
public final class Spool extends ChannelDuplexHandler {
    /**
     * To be set to 1 on an IPv4 socket: without it the kernel keeps "host unreachable" and "network unreachable" to itself, even
     * from a connected socket. ip(7), linux/in.h
     */
    public static final ChannelOption<Integer> IP_RECVERR = new IntegerUnixChannelOption("IP_RECVERR", 0, 11);

    /** The same for IPv6. linux/in6.h */
    public static final ChannelOption<Integer> IPV6_RECVERR = new IntegerUnixChannelOption("IPV6_RECVERR", 41, 25);

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    private static final long CLOSE_MILLIS = 2000;

    private enum State {
        UP,
        DOWN,
        /** Up, with a backlog that goes first. */
        DRAINING
    }

    private final SpoolConfig config;
    private final String name;
    private final FlowEncoder encoder;
    private final SpoolStats stats = new SpoolStats();
    private final SpoolThread disk;
    private final SpoolOutlet outlet;
    private final SpoolBacklog backlog;
    private final InFlightLoss loss;
    private final SpoolFlights flights;
    private final SpoolReplay replay;
    private final CollectorProbe probe;
    private boolean refused;
    private final RateLimit outageLimit = new RateLimit();
    private State state = State.UP;
    /** Whether an outage was told of, and so its end is; also of what waited from before. */
    private boolean saysUp = true;

    private long knownRecords;
    private @Nullable ChannelPromise closing;
    private boolean ended;

    private Spool(SpoolConfig config, String name, FlowEncoder encoder, SpoolDisk files, ThreadFactory threads) {
        this.config = config;
        this.name = name;
        this.encoder = encoder;
        stats.backlogBytes = files.backlogBytes();
        stats.inDoubtMessages = files.inDoubtMessages();
        disk = new SpoolThread(files, name, threads, stats, this::diskReported);
        outlet = new SpoolOutlet(encoder.options().stream());
        backlog = new SpoolBacklog(name, config, disk, stats, outlet);
        loss = new InFlightLoss(stats);
        flights = new SpoolFlights(outlet, backlog, stats, loss, this::down);
        replay = new SpoolReplay(config.messagesPerSecond(), backlog, flights, outlet, this::up);
        probe = new CollectorProbe(config.probeInterval(), backlog, outlet, this::down, this::drain);
    }

    /**
     * Opens what an earlier process may have left, too; that is sent first.
     *
     * @param name of this exporter and reader: of the files
     * @throws StartException if the directory cannot be used
     */
    public static Spool open(SpoolConfig config, String name, FlowEncoder encoder) throws StartException {
        return open(config, name, encoder, task -> {
            Thread thread = new Thread(task, "spool-" + name);
            thread.setDaemon(true);
            return thread;
        });
    }

    static Spool open(SpoolConfig config, String name, FlowEncoder encoder, ThreadFactory threads)
            throws StartException {
        try {
            return new Spool(config, name, encoder, SpoolDisk.open(config.directory(), name), threads);
        } catch (IOException e) {
            throw new StartException(
                    "spool " + name + ": cannot use " + config.directory() + ": " + DiskFailure.reason(e) + "; "
                            + DiskFailure.advice(e),
                    e);
        }
    }

    public SpoolStats stats() {
        return stats;
    }

    public boolean isDown() {
        return state == State.DOWN;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        outlet.addedTo(ctx);
        disk.reportTo(ctx.executor());
        knownRecords = encoder.stats().records();
        if (outlet.isStream() || stats.backlogBytes > 0) {
            state = State.DOWN;
            flights.setDown(true);
            encoder.refreshAlways(true);
            if (!outlet.isStream()) {
                probe.begin(0);
            }
        }
    }

    /** A connection is there, which knows no templates: what waits goes first. Streams only. */
    public void collectorUp(Channel connected) {
        outlet.connected(connected);
        if (backlog.isEmpty() && flights.isEmpty()) {
            up();
        } else {
            backlog.sendTemplates(sent -> {});
            drain();
        }
    }

    /** The connection is gone. Streams only; what it had not taken is lost, and counted. */
    public void collectorDown() {
        outlet.disconnected();
        down(null);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf octets)) {
            ctx.write(message, promise);
            return;
        }
        long records = encoder.stats().records();
        int ofThis = (int) (records - knownRecords);
        knownRecords = records;
        if (state == State.UP && canSend()) {
            flights.send(octets, promise, ofThis, false);
        } else {
            flights.queue(octets, promise, ofThis);
        }
    }

    private boolean canSend() {
        if (!flights.isFull() && outlet.isFast()) {
            return true;
        }
        // Should the connection end now, what waits is read by one that knows no templates.
        backlog.outageBegins();
        drain();
        return false;
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (state == State.UP || !outlet.isStream()) {
            outlet.flush();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!outlet.isStream() && cause instanceof IOException && !SocketFailure.isOfMessage(cause)) {
            down(cause);
        }
        ctx.fireExceptionCaught(cause);
    }

    /** Whether it is, and its host has answered that nothing listens there. */
    public boolean isRefused() {
        return isDown() && refused;
    }

    private void down(@Nullable Throwable cause) {
        refused = cause != null && SocketFailure.isRefusal(cause);
        long answerNanos = probe.failed(cause);
        outlet.clearErrors();
        if (state == State.DOWN) {
            if (answerNanos >= 0) {
                loss.count(2 * answerNanos);
            }
            return;
        }
        state = State.DOWN;
        replay.stop();
        flights.setDown(true);
        backlog.outageBegins();
        stats.outages++;
        encoder.refreshAlways(true);
        if (outageLimit.permits()) {
            saysUp = true;
            LOG.info(
                    "spool {}: the collector is down ({}), messages go to {}{}",
                    name,
                    SocketFailure.reason(cause),
                    config.directory(),
                    outageLimit.suppressed());
        }
        if (!outlet.isStream()) {
            loss.outageBegins();
            probe.begin(config.probeInterval().toMillis());
        }
    }

    private void drain() {
        if (state == State.DRAINING) {
            return;
        }
        loss.count(probe.patience().toNanos());
        state = State.DRAINING;
        flights.setDown(false);
        encoder.refreshAlways(true);
        replay.begin();
    }

    private void up() {
        state = State.UP;
        replay.stop();
        flights.setDown(false);
        encoder.refreshAlways(false);
        encoder.refresh();
        backlog.tidy();
        if (!saysUp) {
            return;
        }
        saysUp = false;
        LOG.info(
                "spool {}: the collector is up, nothing waits; {} messages replayed, {} dropped, at most {} lost in flight so far",
                name,
                stats.replayedMessages,
                stats.droppedMessages,
                stats.lostInFlightMessages);
    }

    private void diskReported() {
        replay.pump();
        if (closing != null && backlog.isIdle()) {
            closed();
        }
    }

    /** What waits in memory goes to the disk first, which has a moment for that. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (closing != null) {
            ctx.close(promise);
            return;
        }
        outlet.flush();
        closing = promise;
        replay.stop();
        probe.close();
        flights.prepareToClose();
        backlog.prepareToClose();
        if (backlog.isIdle()) {
            closed();
        } else {
            outlet.schedule(this::closed, CLOSE_MILLIS);
        }
    }

    /** The next spool of this name finds the position written and the lock free, unless the disk hangs. */
    private void closed() {
        if (backlog.close(this::ended)) {
            outlet.schedule(this::ended, CLOSE_MILLIS);
        }
    }

    private void ended() {
        ChannelPromise promise = closing;
        if (!ended && promise != null) {
            ended = true;
            outlet.context().close(promise);
        }
    }
}
