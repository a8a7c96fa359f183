package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.SpoolConfig;
import io.nurs.flow.FlowEncoder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
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
 * <p>Longer than a class should be: what is in flight, in memory and on the disk changes hands in one place.
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

    /** The kernel asks three times, a second apart, before it calls a neighbour unreachable. */
    private static final Duration NEIGHBOUR_PATIENCE = Duration.ofSeconds(5);

    private static final long PUMP_MILLIS = 10;
    private static final double BURST_SECONDS = 0.03;
    private static final long CLOSE_MILLIS = 2000;

    private static final int MAX_HELD = 64;

    private record Held(ByteBuf message, int records) {}

    private enum State {
        UP,
        DOWN,
        /** Up, with a backlog that goes first. */
        DRAINING
    }

    private final SpoolConfig config;
    private final String name;
    private final FlowEncoder encoder;
    private final boolean stream;
    private final SpoolThread disk;
    private final SpoolStats stats = new SpoolStats();
    private final RateLimit limit = new RateLimit();
    private final FlightRing flights = new FlightRing();
    private final SendHistory history = new SendHistory();
    private final SpoolSequence sequence = new SpoolSequence();
    private final ArrayDeque<ByteBuf> refused = new ArrayDeque<>();
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private final ChannelFutureListener settled = this::settled;
    private final ChannelFutureListener probeSettled = this::probeSettled;
    private State state = State.UP;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Channel connection;
    private long knownRecords;
    private boolean probing;
    private long probedNanos;
    private long downNanos;
    private boolean lossUnknown;
    private Duration patience;
    private boolean pumping;
    private long pumpedNanos;
    private double tokens;
    private long arrived;
    private int lastRecords;
    private boolean sentAny;
    private boolean templatesMissing;
    private @Nullable ChannelPromise closing;

    private Spool(SpoolConfig config, String name, FlowEncoder encoder, SpoolDisk disk, ThreadFactory threads) {
        this.config = config;
        this.name = name;
        this.encoder = encoder;
        this.stream = encoder.options().stream();
        this.patience = config.probeInterval();
        this.disk = new SpoolThread(disk, name, threads, stats, this::diskReported);
        stats.backlogBytes = disk.backlogBytes();
        stats.inDoubtMessages = disk.inDoubtMessages();
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
        context = ctx;
        disk.reportTo(ctx.executor());
        knownRecords = encoder.stats().records();
        if (stream || stats.backlogBytes > 0) {
            state = State.DOWN;
            encoder.refreshAlways(true);
        }
        if (!stream && state == State.DOWN) {
            ctx.executor().execute(this::probe);
        }
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("the spool is in no pipeline");
        }
        return ctx;
    }

    /** A connection is there, which knows no templates: what waits goes first. Streams only. */
    public void collectorUp(Channel connected) {
        connection = connected;
        sequence.begin();
        if (stats.backlogBytes == 0 && flights.isEmpty() && held.isEmpty()) {
            up();
        } else if (!sendTemplates()) {
            drain();
        }
    }

    /** The connection is gone. Streams only; what it had not taken is lost, and counted. */
    public void collectorDown() {
        connection = null;
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
            send(octets, promise, ofThis, false);
        } else if (flights.isSettled()) {
            keep(octets, promise, ofThis);
        } else if (flights.isFull()) {
            drop(octets, promise, ofThis);
        } else {
            flights.addWaiting(octets, promise, ofThis);
        }
    }

    /** A connection that is slow has a backlog; a datagram socket is never slow for long. */
    private boolean canSend() {
        Channel to = connection;
        if (!flights.isFull() && (!stream || (to != null && to.isWritable()))) {
            return true;
        }
        drain();
        return false;
    }

    private void send(ByteBuf message, @Nullable ChannelPromise promise, int records, boolean replayed) {
        flights.addFlying(message.retain(), promise, records, replayed);
        if (stream) {
            sequence.renumber(message, records);
        }
        write(message, settled);
    }

    private void write(ByteBuf message, ChannelFutureListener listener) {
        Channel to = connection;
        if (!stream) {
            ChannelHandlerContext ctx = context();
            ctx.write(message, ctx.newPromise().addListener(listener));
        } else if (to != null) {
            to.write(message, to.newPromise().addListener(listener));
        } else {
            message.release();
        }
    }

    private void flushSocket() {
        Channel to = connection;
        if (!stream) {
            context().flush();
        } else if (to != null) {
            to.flush();
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (state == State.UP || !stream) {
            flushSocket();
        }
    }

    /** Of the first one in flight: a socket answers in order. */
    private void settled(ChannelFuture result) {
        ByteBuf message = flights.message();
        ChannelPromise promise = flights.promise();
        int records = flights.records();
        boolean replayed = flights.isReplayed();
        flights.remove();
        if (result.isSuccess()) {
            sent(records, replayed);
            succeed(promise);
            message.release();
        } else {
            failed(message, promise, records, replayed, result.cause());
        }
        while (flights.isSettled() && !flights.isEmpty()) {
            ByteBuf waiting = flights.message();
            ChannelPromise of = flights.promise();
            int recordsOf = flights.records();
            flights.remove();
            keep(waiting, of, recordsOf);
        }
    }

    private void sent(int records, boolean replayed) {
        stats.replayedMessages += replayed ? 1 : 0;
        if (state == State.DOWN) {
            // It left behind one that was refused.
            stats.lostInFlightMessages++;
            stats.lostInFlightRecords += Math.max(0, records);
        } else {
            history.add(System.nanoTime(), Math.max(0, records));
            lastRecords = records;
            sentAny = true;
        }
    }

    private void failed(
            ByteBuf message, @Nullable ChannelPromise promise, int records, boolean replayed, Throwable cause) {
        if (stream || closing != null) {
            stats.lostInFlightMessages++;
            stats.lostInFlightRecords += Math.max(0, records);
            message.release();
            succeed(promise);
        } else if (SocketFailure.isOfMessage(cause)) {
            drop(message, promise, records);
        } else {
            down(cause);
            if (replayed) {
                refused.add(message);
                stats.backlogBytes += SpoolFrame.length(message);
            } else {
                keep(message, promise, records);
            }
        }
    }

    private static void succeed(@Nullable ChannelPromise promise) {
        if (promise != null) {
            promise.trySuccess();
        }
    }

    /**
     * Takes the message over. One that was refused has no templates: so that a segment begins with some, it waits for the next,
     * which has.
     */
    private void keep(ByteBuf message, @Nullable ChannelPromise promise, int records) {
        if (templatesMissing && SpoolFrame.version(message) == SpoolFrame.IPFIX) {
            if (!SpoolTemplates.begin(message) && held.size() < MAX_HELD && closing == null) {
                held.add(new Held(message, records));
                succeed(promise);
                return;
            }
            keepHeld(message);
        }
        keepBehind(message, promise, records);
    }

    private void keepHeld(ByteBuf message) {
        templatesMissing = false;
        Held first = held.peek();
        if (first != null && SpoolTemplates.begin(message)) {
            SpoolTemplates templates = new SpoolTemplates();
            templates.add(message.nioBuffer());
            int at = SpoolFrame.sequenceOffset(SpoolFrame.IPFIX);
            for (byte[] octets : templates.messages()) {
                ByteBuf ahead = Unpooled.wrappedBuffer(octets);
                keepBehind(ahead.setInt(at, first.message.getInt(first.message.readerIndex() + at)), null, 0);
            }
        }
        for (Held waiting = held.poll(); waiting != null; waiting = held.poll()) {
            keepBehind(waiting.message, null, waiting.records);
        }
    }

    private void keepBehind(ByteBuf message, @Nullable ChannelPromise promise, int records) {
        int bytes = SpoolFrame.length(message);
        if (!SpoolFrame.fits(message)
                || stats.backlogBytes + bytes > config.maxBytes()
                || !disk.stage(message, records)) {
            drop(message, promise, records);
            return;
        }
        stats.spooledMessages++;
        stats.spooledRecords += Math.max(0, records);
        stats.backlogBytes += bytes;
        // It adds to the load, and so does not slow the backlog down.
        arrived += state == State.DRAINING ? 1 : 0;
        message.release();
        succeed(promise);
    }

    /** Who sent it learns nothing: it is counted, and the sequence shows it. */
    private void drop(ByteBuf message, @Nullable ChannelPromise promise, int records) {
        stats.dropped(1, message.readableBytes(), Math.max(0, records));
        message.release();
        succeed(promise);
        if (limit.permits()) {
            LOG.warn(
                    "spool {}: {} octets wait, no more fit or the disk is too slow; {} messages ({} records) dropped so"
                            + " far; raise max-size, or see why the collector is down{}",
                    name,
                    stats.backlogBytes,
                    stats.droppedMessages,
                    stats.droppedRecords,
                    limit.suppressed());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!stream && cause instanceof IOException && !SocketFailure.isOfMessage(cause)) {
            down(cause);
        }
        ctx.fireExceptionCaught(cause);
    }

    private void down(@Nullable Throwable cause) {
        long now = System.nanoTime();
        patience = SocketFailure.isUnreachable(cause) ? NEIGHBOUR_PATIENCE : config.probeInterval();
        if (state == State.DOWN) {
            if (probing) {
                probing = false;
                // An error takes so long to come back: what left within twice that before the first one is lost.
                countLoss(2 * (now - probedNanos));
            }
            return;
        }
        state = State.DOWN;
        probing = false;
        downNanos = now;
        templatesMissing = stats.backlogBytes == 0;
        lossUnknown = !stream;
        stats.outages++;
        encoder.refreshAlways(true);
        LOG.info(
                "spool {}: the collector is down ({}), messages go to {}",
                name,
                SocketFailure.reason(cause),
                config.directory());
        if (!stream) {
            schedule(this::probe, config.probeInterval().toMillis());
        }
    }

    private void countLoss(long withinNanos) {
        if (!lossUnknown) {
            return;
        }
        lossUnknown = false;
        long since = downNanos - withinNanos;
        long messages = history.messages(since);
        stats.lostInFlightMessages += messages == 0 && sentAny ? 1 : messages;
        stats.lostInFlightRecords += messages == 0 && sentAny ? lastRecords : history.records(since);
        history.clear();
    }

    /** Templates alone: a collector that is still down takes nothing of value with it. */
    private void probe() {
        if (state != State.DOWN || closing != null) {
            return;
        }
        if (probing) {
            drain();
            return;
        }
        long wait = PUMP_MILLIS;
        if (sendTemplates()) {
            probing = true;
            probedNanos = System.nanoTime();
            flushSocket();
            wait = patience.toMillis();
        }
        // An error that came while flushing wants more patience, not less.
        schedule(this::probe, Math.max(wait, probing ? patience.toMillis() : wait));
    }

    /** False if none are at hand yet. */
    private boolean sendTemplates() {
        SpoolTemplates templates = disk.templates();
        List<byte[]> messages = templates.messages();
        if (messages.isEmpty()) {
            return false;
        }
        for (int i = 0; i < messages.size(); i++) {
            ByteBuf message = context().alloc().ioBuffer(messages.get(i).length).writeBytes(messages.get(i));
            renumber(message, messages.size() - i);
            if (stream) {
                sequence.renumber(message, 0);
            }
            write(message, probeSettled);
        }
        return true;
    }

    /** They go before the first that waits. Version 9 counts them: they take the numbers of those that were lost. */
    private void renumber(ByteBuf message, int before) {
        ByteBuf head = refused.peek();
        int version = SpoolFrame.version(message);
        int at = SpoolFrame.sequenceOffset(version);
        int next = head != null
                ? head.getInt(head.readerIndex() + at)
                : disk.next().getInt(at);
        message.setInt(at, version == SpoolFrame.IPFIX ? next : next - before);
    }

    private void probeSettled(ChannelFuture result) {
        Throwable cause = result.cause();
        if (cause != null && !stream && closing == null) {
            down(cause);
            probing = false;
        }
    }

    private void drain() {
        if (state == State.DRAINING) {
            return;
        }
        countLoss(patience.toNanos());
        state = State.DRAINING;
        encoder.refreshAlways(true);
        tokens = 0;
        arrived = 0;
        pumpedNanos = System.nanoTime();
        if (!pumping) {
            pumping = true;
            pumpOnTick();
        }
    }

    private void pumpOnTick() {
        if (state != State.DRAINING || closing != null) {
            pumping = false;
            return;
        }
        pump();
        schedule(this::pumpOnTick, PUMP_MILLIS);
    }

    private void pump() {
        long now = System.nanoTime();
        double earned = config.messagesPerSecond() * ((now - pumpedNanos) / 1e9);
        // After a pause no burst that would overrun the collector.
        tokens = Math.min(tokens + earned, 1 + config.messagesPerSecond() * BURST_SECONDS);
        pumpedNanos = now;
        boolean any = false;
        while ((tokens >= 1 || arrived > 0) && state == State.DRAINING && canReplay()) {
            replay();
            if (arrived > 0) {
                arrived--;
            } else {
                tokens--;
            }
            any = true;
        }
        if (any) {
            flushSocket();
        }
        if (state == State.DRAINING && stats.backlogBytes == 0 && flights.isSettled() && held.isEmpty()) {
            up();
        }
    }

    private boolean canReplay() {
        Channel to = connection;
        boolean writable =
                stream ? to != null && to.isWritable() : context().channel().isWritable();
        return writable && !flights.isFull() && (!refused.isEmpty() || disk.hasTaken());
    }

    private void replay() {
        ByteBuf message = refused.poll();
        if (message == null) {
            stats.backlogBytes -= disk.nextBytes();
            message = context().alloc().ioBuffer(disk.next().limit());
            message.writeBytes(disk.next());
            disk.advance();
        } else {
            stats.backlogBytes -= SpoolFrame.length(message);
        }
        send(message, null, -1, true);
    }

    private void up() {
        state = State.UP;
        encoder.refreshAlways(false);
        encoder.refresh();
        disk.tidy();
        LOG.info(
                "spool {}: the collector is up, nothing waits; {} messages replayed, {} dropped, at most {} lost in flight so far",
                name,
                stats.replayedMessages,
                stats.droppedMessages,
                stats.lostInFlightMessages);
    }

    private void diskReported() {
        if (state == State.DRAINING) {
            pump();
        }
        ChannelPromise promise = closing;
        if (promise != null && disk.isIdle()) {
            closed();
        }
    }

    private void schedule(Runnable task, long millis) {
        context().executor().schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    /** What waits in memory goes to the disk first, which has a moment for that. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (closing != null) {
            ctx.close(promise);
            return;
        }
        flushSocket();
        closing = promise;
        keepHeld(Unpooled.EMPTY_BUFFER);
        if (disk.isIdle()) {
            closed();
        } else {
            schedule(this::closed, CLOSE_MILLIS);
        }
    }

    private void closed() {
        if (disk.close()) {
            for (ByteBuf message = refused.poll(); message != null; message = refused.poll()) {
                stats.dropped(1, message.readableBytes(), 0);
                message.release();
            }
            sequence.forget();
            ChannelPromise promise = closing;
            context().close(promise == null ? context().newPromise() : promise);
        }
    }
}
