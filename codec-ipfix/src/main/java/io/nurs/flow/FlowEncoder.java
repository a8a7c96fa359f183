package io.nurs.flow;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Packs {@link FlowRecord}s into sets and sets into datagrams, and repeats the templates that a collector on UDP may
 * have missed.
 *
 * <p>Write records with {@code channel.write(record, channel.voidPromise())}: the record is borrowed, and read when
 * {@code write} returns; its promise only says that it was packed. The very first datagram leaves at once, so that a
 * collector shows life; later ones leave when they are full, or on {@code flush}, which whoever owns the channel calls
 * on a tick. An empty datagram is never sent. Datagrams leave with a void promise: a send that fails fires
 * {@code exceptionCaught}, and the collector sees a gap in the sequence, which is the truth.
 *
 * <p>Other messages pass through. All calls come from the channel's event loop, and none of them from within a
 * {@code write} of this handler.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty returns the promise that it was given
public abstract class FlowEncoder extends ChannelOutboundHandlerAdapter {
    private final EncoderOptions options;
    private final ExportClock clock;
    private final int headerLength;
    private final int templateSetId;
    private final long refreshMillis;

    private final EncoderStats stats = new EncoderStats();
    private final DatagramRing ring;
    private final OpenDatagram datagram;
    private final List<Template<?>> announced = new ArrayList<>();
    private int shortestRecord = Integer.MAX_VALUE;
    private long refreshedMillis;
    private int datagramsSinceRefresh;

    protected FlowEncoder(EncoderOptions options, ExportClock clock, int headerLength, int templateSetId) {
        this.options = options;
        this.clock = clock;
        this.headerLength = headerLength;
        this.templateSetId = templateSetId;
        this.refreshMillis = options.templateRefreshInterval().toMillis();
        this.ring = new DatagramRing(options.maxDatagramBytes());
        this.datagram = new OpenDatagram(headerLength, options.maxDatagramBytes());
    }

    /**
     * What the protocol itself asks of a template.
     *
     * @throws IllegalArgumentException if it has no way to say what the template says
     */
    protected abstract void checkTemplate(Template<?> template);

    /** Octets of the template record that announces {@code template}. */
    protected abstract int templateLength(Template<?> template);

    protected abstract void writeTemplate(Template<?> template, MemorySegment datagram, long offset);

    /** How far a datagram with so many data records moves the sequence number. */
    protected abstract int sequenceStep(int records);

    /**
     * Writes the message header at offset 0.
     *
     * @param length the whole datagram's
     * @param templates template records in it
     * @param records data records in it
     * @param sequence low 32 bits go out
     * @param exportMillis now, by the export clock
     */
    protected abstract void writeHeader(
            MemorySegment datagram, int length, int templates, int records, long sequence, long exportMillis);

    public final EncoderOptions options() {
        return options;
    }

    public final EncoderStats stats() {
        return stats;
    }

    /**
     * Whether records of this template can be sent at all: ask at start, {@code write} fails otherwise.
     *
     * @throws IllegalArgumentException that says what to change
     */
    public final void check(Template<?> template) {
        checkTemplate(template);
        for (Template<?> other : announced) {
            if (other.id() == template.id() && other != template) {
                throw new IllegalArgumentException(
                        template + ": the id is taken by another template of this collector");
            }
        }
        int needed = OpenDatagram.setLength(templateLength(template)) + OpenDatagram.setLength(template.recordLength());
        if (needed > datagram.capacity()) {
            throw new IllegalArgumentException(template + " and one record of it need a datagram of "
                    + (headerLength + needed) + " octets: raise max-datagram-bytes (now " + options.maxDatagramBytes()
                    + ")");
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof FlowRecord<?> record) {
            append(ctx, record);
            promise.trySuccess();
        } else {
            ctx.write(message, promise);
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (datagram.holdsAnything()) {
            writeDatagram(ctx);
        }
        ctx.flush();
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        flush(ctx);
        ctx.close(promise);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (datagram.isOpen()) {
            stats.droppedRecords += datagram.records();
            datagram.detach();
        }
        ring.release();
    }

    private void append(ChannelHandlerContext ctx, FlowRecord<?> record) {
        Template<?> template = record.template();
        boolean isNew = !announced.contains(template);
        if (isNew) {
            check(template);
        }
        if (!makeRoom(ctx, template, isNew)) {
            stats.droppedRecords++;
            return;
        }
        if (isNew) {
            announce(template);
            announced.add(template);
            shortestRecord = Math.min(shortestRecord, template.recordLength());
        }
        record.writeTo(datagram.memory(), datagram.place(template.id()));
        datagram.addRecord(template.id(), template.recordLength());
        if (stats.datagrams == 0 || datagram.remaining() < shortestRecord) {
            flush(ctx);
        }
    }

    /**
     * False if no datagram could be opened. A fresh one without repeated templates has room for any template that
     * passed the check.
     */
    private boolean makeRoom(ChannelHandlerContext ctx, Template<?> template, boolean isNew) {
        if (!datagram.isOpen() && !(open(ctx) && refreshTemplates(ctx))) {
            return false;
        }
        if (fits(template, isNew)) {
            return true;
        }
        flush(ctx);
        return open(ctx);
    }

    /** A new template needs room for itself as well: it leaves in the same datagram as its first record, before it. */
    private boolean fits(Template<?> template, boolean isNew) {
        if (!isNew) {
            return datagram.fits(template.id(), template.recordLength());
        }
        int announcement = OpenDatagram.padded(templateLength(template));
        return datagram.fits(templateSetId, announcement + OpenDatagram.setLength(template.recordLength()));
    }

    private boolean open(ChannelHandlerContext ctx) {
        DatagramRing.Slot slot = ring.acquire(ctx.alloc());
        if (slot == null) {
            return false;
        }
        datagram.open(slot);
        return true;
    }

    /**
     * Repeats every known template if it is time, in as many datagrams as it takes. If one of those cannot be had, it
     * stays due.
     */
    private boolean refreshTemplates(ChannelHandlerContext ctx) {
        long now = clock.epochMillis();
        long elapsed = now - refreshedMillis;
        // A clock that stepped back would put the refresh off by as much, and RFC 3954 §9 wants templates soon after
        // it.
        if (datagramsSinceRefresh < options.templateRefreshPackets() && elapsed >= 0 && elapsed < refreshMillis) {
            return true;
        }
        for (int i = 0; i < announced.size(); i++) {
            Template<?> template = announced.get(i);
            if (!datagram.fits(templateSetId, templateLength(template))) {
                flush(ctx);
                if (!open(ctx)) {
                    return false;
                }
            }
            announce(template);
        }
        refreshedMillis = now;
        datagramsSinceRefresh = 0;
        return true;
    }

    private void announce(Template<?> template) {
        writeTemplate(template, datagram.memory(), datagram.place(templateSetId));
        datagram.addTemplate(templateSetId, templateLength(template));
    }

    private void writeDatagram(ChannelHandlerContext ctx) {
        int length = datagram.seal();
        int records = datagram.records();
        DatagramRing.Slot slot = datagram.detach();
        writeHeader(slot.memory, length, datagram.templates(), records, stats.sequence, clock.epochMillis());
        stats.sequence += sequenceStep(records);
        stats.records += records;
        stats.templates += datagram.templates();
        stats.bytes += length;
        stats.datagrams++;
        datagramsSinceRefresh++;
        ctx.write(slot.filled(length), ctx.voidPromise());
    }
}
