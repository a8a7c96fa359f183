package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPromise;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.config.SpoolConfig;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What waits for the collector, in order: messages from the disk that it refused, those on the disk, those on their way there. */
final class SpoolBacklog {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolBacklog.class);

    private static final int MAX_HELD = 64;

    /** With its data records. */
    record Waiting(ByteBuf message, int records) {}

    private final String name;
    private final long maxBytes;
    private final SpoolThread disk;
    private final SpoolStats stats;
    private final SpoolOutlet outlet;
    private final RateLimit limit = new RateLimit();
    private final ArrayDeque<Waiting> refused = new ArrayDeque<>();
    private final ArrayDeque<Waiting> held = new ArrayDeque<>();
    private final SpoolRecords counter = new SpoolRecords();
    private boolean templatesMissing;
    private boolean closing;
    private long added;

    SpoolBacklog(String name, SpoolConfig config, SpoolThread disk, SpoolStats stats, SpoolOutlet outlet) {
        this.name = name;
        this.maxBytes = config.maxBytes();
        stats.maxBytes = maxBytes;
        this.disk = disk;
        this.stats = stats;
        this.outlet = outlet;
    }

    boolean isEmpty() {
        return stats.backlogBytes == 0 && held.isEmpty();
    }

    /** How many messages were ever put behind the others. */
    long added() {
        return added;
    }

    /** From here on messages come that went nowhere. */
    void outageBegins() {
        templatesMissing = stats.backlogBytes == 0;
    }

    /**
     * Takes the message over. One that was refused has no templates: so that a segment begins with some, it waits for the next,
     * which has.
     */
    void keep(ByteBuf message, @Nullable ChannelPromise promise, int records) {
        if (templatesMissing && SpoolFrame.version(message) == SpoolFrame.IPFIX) {
            if (!SpoolTemplates.begin(message) && held.size() < MAX_HELD && !closing) {
                held.add(new Waiting(message, records));
                succeed(promise);
                return;
            }
            keepHeld(message);
        }
        keepBehind(message, promise, records);
    }

    private void keepHeld(ByteBuf message) {
        templatesMissing = false;
        Waiting first = held.peek();
        if (first != null && SpoolTemplates.begin(message)) {
            SpoolTemplates templates = new SpoolTemplates();
            templates.add(message.nioBuffer());
            int at = SpoolFrame.sequenceOffset(SpoolFrame.IPFIX);
            for (byte[] octets : templates.messages()) {
                ByteBuf ahead = Unpooled.wrappedBuffer(octets);
                keepBehind(ahead.setInt(at, first.message.getInt(first.message.readerIndex() + at)), null, 0);
            }
        }
        for (Waiting waiting = held.poll(); waiting != null; waiting = held.poll()) {
            keepBehind(waiting.message, null, waiting.records);
        }
    }

    private void keepBehind(ByteBuf message, @Nullable ChannelPromise promise, int records) {
        int bytes = SpoolFrame.length(message);
        if (!SpoolFrame.fits(message) || stats.backlogBytes + bytes > maxBytes || !disk.stage(message, records)) {
            drop(message, promise, records);
            return;
        }
        stats.spooledMessages++;
        stats.spooledRecords += records;
        stats.backlogBytes += bytes;
        added++;
        message.release();
        succeed(promise);
    }

    /** Who sent it learns nothing: it is counted, and the sequence shows it. */
    void drop(ByteBuf message, @Nullable ChannelPromise promise, int records) {
        stats.dropped(1, message.readableBytes(), records);
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

    private static void succeed(@Nullable ChannelPromise promise) {
        if (promise != null) {
            promise.trySuccess();
        }
    }

    /** Takes one back that was {@link #poll polled}: those that were refused are the first again, in their order. */
    void refused(ByteBuf message, int records) {
        refused.add(new Waiting(message, records));
        stats.backlogBytes += SpoolFrame.length(message);
    }

    /** Whether a message may be polled now; if none may, the disk is asked for more. */
    boolean hasNext() {
        return !refused.isEmpty() || disk.hasTaken();
    }

    /** The first one, which is the caller's. */
    Waiting poll() {
        Waiting first = refused.poll();
        if (first != null) {
            stats.backlogBytes -= SpoolFrame.length(first.message);
            return first;
        }
        stats.backlogBytes -= disk.nextBytes();
        ByteBuffer octets = disk.next();
        int records = counter.count(octets);
        ByteBuf message = outlet.context().alloc().ioBuffer(octets.limit()).writeBytes(octets);
        disk.advance();
        return new Waiting(message, records);
    }

    /** Sends the templates of the first that waits, alone. False if none are at hand yet. */
    boolean sendTemplates(ChannelFutureListener settled) {
        List<byte[]> messages = disk.templates().messages();
        for (int i = 0; i < messages.size(); i++) {
            ByteBuf message =
                    outlet.context().alloc().ioBuffer(messages.get(i).length).writeBytes(messages.get(i));
            renumber(message, messages.size() - i);
            outlet.write(message, 0, settled);
        }
        return !messages.isEmpty();
    }

    /** They go before the first that waits. Version 9 alone counts them: they take the numbers of those that were lost. */
    private void renumber(ByteBuf message, int before) {
        Waiting head = refused.peek();
        int version = SpoolFrame.version(message);
        int at = SpoolFrame.sequenceOffset(version);
        int next = head != null
                ? head.message.getInt(head.message.readerIndex() + at)
                : disk.next().getInt(at);
        message.setInt(at, SpoolFrame.countsRecords(version) ? next : next - before);
    }

    /** Has files deleted that were sent. */
    void tidy() {
        disk.tidy();
    }

    /** Nothing is held any more: what waits in memory is on its way to the disk. */
    void prepareToClose() {
        closing = true;
        keepHeld(Unpooled.EMPTY_BUFFER);
    }

    boolean isIdle() {
        return disk.isIdle();
    }

    /** False if it was closed before. */
    boolean close(Runnable closed) {
        if (!disk.close(closed)) {
            return false;
        }
        for (Waiting waiting = refused.poll(); waiting != null; waiting = refused.poll()) {
            stats.dropped(1, waiting.message.readableBytes(), waiting.records);
            waiting.message.release();
        }
        return true;
    }
}
