package io.nurs.flow;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Packs {@link FlowRecord}s into sets and sets into datagrams, and repeats the templates that a collector on UDP may
 * have missed, and the option records, at their time.
 *
 * <p>Write records with {@code channel.write(record, channel.voidPromise())}: the record is borrowed, and read when
 * {@code write} returns; its promise only says that it was packed. The very first record leaves at once, so that a
 * collector shows life; later ones leave when their datagram is full, or on {@code flush}, which whoever owns the
 * channel calls on a tick. An empty datagram is never sent. Datagrams leave with a void promise: a send that fails
 * fires {@code exceptionCaught}, and the collector sees a gap in the sequence, which is the truth.
 *
 * <p>On a stream, what is called a datagram here is a message, one behind the other.
 *
 * <p>Other messages pass through. All calls come from the channel's event loop, and none of them from within a
 * {@code write} of this handler. Sharable means: when its channel is unregistered, the encoder may go into the
 * pipeline of the next one, where it announces everything again. Never into two at a time.
 */
@Sharable
@SuppressWarnings("FutureReturnValueIgnored") // Netty returns the promise that it was given
public abstract class FlowEncoder extends ChannelOutboundHandlerAdapter {
    private final EncoderOptions options;
    private final EncoderStats stats = new EncoderStats();
    private final RefreshSchedule schedule;
    private final DatagramPacker packer;
    private @Nullable ChannelHandlerContext context;
    private boolean showedLife;
    private long audiences;

    /** Takes the octets of the message header. */
    protected FlowEncoder(EncoderOptions options, ExportClock clock, int headerLength) {
        this(options, clock, headerLength, true);
    }

    /**
     * Takes the octets of the message header.
     *
     * @param hasTemplates false if records stand behind the header without sets, and no template is ever announced
     */
    @SuppressWarnings("this-escape") // the packer only keeps it
    protected FlowEncoder(EncoderOptions options, ExportClock clock, int headerLength, boolean hasTemplates) {
        this.options = options;
        this.schedule = new RefreshSchedule(options, clock);
        this.packer = new DatagramPacker(this, schedule, clock, headerLength, hasTemplates);
    }

    /**
     * What the protocol itself asks of a template.
     *
     * @throws IllegalArgumentException if it has no way to say what the template says
     */
    protected abstract void checkTemplate(Template<?> template);

    /** Id of the sets that announce such a template: those of options have one of their own. */
    protected abstract int templateSetId(Template<?> template);

    /** Octets of the template record that announces {@code template}. */
    protected abstract int templateLength(Template<?> template);

    protected abstract void writeTemplate(Template<?> template, MemorySegment datagram, long offset);

    /** Whether the sequence counts data records; it counts datagrams otherwise. */
    protected abstract boolean sequenceCountsRecords();

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
        packer.check(template);
    }

    /**
     * Announces templates before there are records of them: in the next datagram and in each repetition, ahead of those of options.
     * A collector on UDP then reads a flow even if the datagram with its template's first record was lost.
     *
     * @throws IllegalArgumentException see {@link #check}
     */
    public final void addTemplates(List<? extends Template<?>> templates) {
        packer.addTemplates(templates);
        schedule.request();
    }

    /** Asks {@code source} for option records at every refresh from now on, of which the next comes at once. */
    public final void addOptions(OptionsSource source) {
        packer.addOptions(source);
        schedule.request();
    }

    /**
     * Asks at each refresh how long a datagram may be, and now: octets, of which the encoder takes no more than
     * {@link EncoderOptions#maxDatagramBytes}. A record that does not fit is dropped, and counted.
     */
    public final void sizeDatagrams(IntSupplier size) {
        packer.sizeBy(size);
    }

    /** Asks now, because datagrams have turned out to be too long. */
    public final void resizeDatagrams() {
        packer.resize();
    }

    /** How long the next datagram may be. */
    public final int datagramBytes() {
        return packer.maxBytes();
    }

    /**
     * Sends all templates and option records ahead of the next data, even if that is packed already: for a collector
     * that was away.
     */
    public final void refresh() {
        audiences++;
        schedule.request();
    }

    /**
     * How many times a receiver that knows nothing has been announced: a session, a file, a collector that was away. A source of
     * option records that leaves out what has not changed compares it.
     */
    public final long audiences() {
        return audiences;
    }

    /**
     * The same for every datagram as long as it is on, with option records once a second: for a collector that may be back at
     * any moment.
     */
    public final void refreshAlways(boolean on) {
        schedule.always(on);
    }

    /**
     * Sends templates and option records now, without flows: an outage, or its end, shows. Nothing leaves if there are none.
     */
    public final void announce() {
        ChannelHandlerContext ctx = attached();
        schedule.request();
        packer.announce(ctx);
        ctx.flush();
    }

    /**
     * Begins a transport session in the same channel, as a new file does: {@link #refresh()}, and on a stream the
     * sequence begins anew. A new connection does so without being told. Flush what belongs to the old one first.
     */
    public final void newSession() {
        audiences++;
        schedule.request();
        if (options.stream()) {
            stats.sequence = 0;
        }
    }

    /**
     * Takes up the sequence of another, which sends nothing any more, to the same collector: one that goes by addresses and
     * domains sees no gap. Does nothing on a stream, where a session begins.
     */
    public final void continueSequence(FlowEncoder other) {
        if (!options.stream() && !other.options.stream()) {
            stats.sequence = other.stats.sequence;
        }
    }

    /**
     * Takes templates back, RFC 7011 §8.1, which are announced anew should a record of them come.
     *
     * @param setId set of the withdrawal
     * @param id one template's, or the set's own for all of its kind
     * @return false if no buffer is free: they are still valid
     */
    protected final boolean withdraw(int setId, int id, Predicate<Template<?>> withdrawn) {
        return packer.withdraw(attached(), setId, id, withdrawn);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (context != null) {
            throw new IllegalStateException("the encoder is in another pipeline");
        }
        context = ctx;
        newSession();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        // Netty removes a handler from where it refused to be added, too.
        if (ctx.equals(context)) {
            context = null;
            packer.release();
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

    private void append(ChannelHandlerContext ctx, FlowRecord<?> record) {
        packer.append(ctx, record);
        if (!showedLife || packer.isFull()) {
            showedLife = true;
            packer.send(ctx);
            ctx.flush();
        }
    }

    /** Sends what is packed; templates and option records that are due leave although no flow is there to take them along. */
    @Override
    public void flush(ChannelHandlerContext ctx) {
        packer.beginDue(ctx);
        packer.send(ctx);
        ctx.flush();
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        packer.send(ctx);
        ctx.flush();
        ctx.close(promise);
    }

    /** For option records, which their source hands over outside of any write. */
    final ChannelHandlerContext attached() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("the encoder is in no pipeline");
        }
        return ctx;
    }
}
