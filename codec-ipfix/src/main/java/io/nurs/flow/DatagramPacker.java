package io.nurs.flow;

import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/**
 * Decides in which datagram a record or a template goes, and what has to go before it.
 *
 * <p>Longer than a class should be: records, new templates, their copies and repetitions contend for the same open datagram.
 */
final class DatagramPacker {
    private final FlowEncoder protocol;
    private final EncoderOptions options;
    private final EncoderStats stats;
    private final RefreshSchedule schedule;
    private final ExportClock clock;
    private final int headerLength;
    private final boolean hasTemplates;
    private final DatagramRing ring;
    /** Those of data before those of options: what a collector learns first, it can read first. */
    private final List<Template<?>> announced = new ArrayList<>();

    /** Those of {@link #announced} that have not been sent yet. */
    private final List<Template<?>> unsent = new ArrayList<>();

    private final List<OptionsSource> optionsSources = new ArrayList<>();
    private final OptionsSource.Sink optionsSink = this::appendOption;

    /** What a repetition goes into that must not wait for the datagram being filled. */
    private final OpenDatagram ahead;

    /** The same for copies of a new template, which one in a repetition may be. */
    private final OpenDatagram copies;

    private final int largestCapacity;
    private IntSupplier size;
    private int maxBytes;

    private OpenDatagram datagram;
    private int shortestFlow = Integer.MAX_VALUE;
    private boolean refreshing;

    DatagramPacker(
            FlowEncoder protocol, RefreshSchedule schedule, ExportClock clock, int headerLength, boolean hasTemplates) {
        this.protocol = protocol;
        this.options = protocol.options();
        this.stats = protocol.stats();
        this.schedule = schedule;
        this.clock = clock;
        this.headerLength = headerLength;
        this.hasTemplates = hasTemplates;
        this.ring = new DatagramRing(options.maxDatagramBytes());
        this.datagram = new OpenDatagram(headerLength, options.maxDatagramBytes(), hasTemplates);
        this.ahead = new OpenDatagram(headerLength, options.maxDatagramBytes(), hasTemplates);
        this.copies = new OpenDatagram(headerLength, options.maxDatagramBytes(), hasTemplates);
        this.largestCapacity = datagram.capacity();
        this.maxBytes = options.maxDatagramBytes();
        this.size = options::maxDatagramBytes;
    }

    /** Asked at each repetition how long datagrams may be. */
    void sizeBy(IntSupplier asked) {
        size = asked;
        resize();
    }

    void resize() {
        maxBytes = Math.min(size.getAsInt(), options.maxDatagramBytes());
        datagram.limitTo(maxBytes);
        ahead.limitTo(maxBytes);
        copies.limitTo(maxBytes);
    }

    int maxBytes() {
        return maxBytes;
    }

    void check(Template<?> template) {
        for (Template<?> known : announced) {
            if (known.id() == template.id() && known != template) {
                throw new IllegalArgumentException(
                        template + ": the id is taken by another template of this collector");
            }
        }
        int needed = needed(template, template.recordLength(), true);
        if (needed > largestCapacity) {
            throw new IllegalArgumentException(template + " and one record of it need a datagram of "
                    + (headerLength + needed) + " octets: raise max-datagram-bytes (now " + options.maxDatagramBytes()
                    + ")");
        }
    }

    void addTemplates(List<? extends Template<?>> templates) {
        for (Template<?> template : templates) {
            if (!announced.contains(template)) {
                protocol.check(template);
                know(template);
                unsent.add(template);
            }
        }
    }

    private void know(Template<?> template) {
        int place = announced.size();
        if (!template.isOptions()) {
            shortestFlow = Math.min(shortestFlow, template.recordLength());
            while (place > 0 && announced.get(place - 1).isOptions()) {
                place--;
            }
        }
        announced.add(place, template);
    }

    void addOptions(OptionsSource source) {
        optionsSources.add(source);
    }

    /** Whether not even the shortest flow fits any more. */
    boolean isFull() {
        return datagram.isOpen() && datagram.remaining() < shortestFlow;
    }

    void append(ChannelHandlerContext ctx, FlowRecord<?> record) {
        if (!datagram.isOpen()) {
            begin(ctx);
        }
        put(ctx, record);
    }

    private void appendOption(FlowRecord<?> record) {
        if (!record.template().isOptions()) {
            throw new IllegalArgumentException(record.template() + " is no options template");
        }
        put(protocol.attached(), record);
    }

    private void put(ChannelHandlerContext ctx, FlowRecord<?> record) {
        Template<?> template = record.template();
        int length = record.length();
        boolean isNew = !announced.contains(template);
        if (isNew) {
            protocol.check(template);
        }
        if (needed(template, length, isNew) > datagram.capacity() || !makeRoom(ctx, template, length, isNew)) {
            drop();
            return;
        }
        // What went ahead to make room may have introduced it.
        if (isNew && !announced.contains(template)) {
            introduce(ctx, template);
        }
        record.writeTo(datagram.memory(), datagram.place(template.id()));
        datagram.addRecord(template, length);
    }

    /** RFC 7011 §10.4.2.3: the sequence shows what was lost here, as it does what is lost on the way. */
    private void drop() {
        stats.droppedRecords++;
        if (protocol.sequenceCountsRecords()) {
            stats.sequence++;
        }
    }

    /** Octets of the set of one record, and of its template's set before it. */
    private int needed(Template<?> template, int length, boolean isNew) {
        return OpenDatagram.setLength(length) + (isNew ? OpenDatagram.setLength(protocol.templateLength(template)) : 0);
    }

    /** False if no datagram could be opened: a fresh one has room for what is not longer than its capacity. */
    private boolean makeRoom(ChannelHandlerContext ctx, Template<?> template, int length, boolean isNew) {
        if (datagram.isOpen() && fits(template, length, isNew)) {
            return true;
        }
        boolean isRepeating = refreshing || (datagram.isOpen() && datagram.isRepetitionAlone());
        send(ctx);
        ctx.flush();
        if (isRepeating) {
            return open(ctx);
        }
        begin(ctx);
        if (datagram.isOpen() && !fits(template, length, isNew)) {
            seal(ctx);
            return open(ctx);
        }
        return datagram.isOpen();
    }

    /** A new template needs room for itself as well: it leaves in the same datagram as its first record, before it. */
    private boolean fits(Template<?> template, int length, boolean isNew) {
        if (!isNew || !hasTemplates) {
            return datagram.fits(template.id(), length);
        }
        int announcement = OpenDatagram.padded(protocol.templateLength(template));
        return datagram.fits(protocol.templateSetId(template), announcement + OpenDatagram.setLength(length));
    }

    private void introduce(ChannelHandlerContext ctx, Template<?> template) {
        if (hasTemplates) {
            announceNew(ctx, template);
        }
        know(template);
    }

    private void announceNew(ChannelHandlerContext ctx, Template<?> template) {
        OpenDatagram filling = datagram;
        datagram = copies;
        for (int i = 0; i < options.newTemplateCopies() && open(ctx); i++) {
            announce(template);
            seal(ctx);
        }
        datagram = filling;
        announce(template);
    }

    /** RFC 7011 §8.4, for those that nothing has been sent of. */
    private void copyUnsent(ChannelHandlerContext ctx) {
        if (unsent.isEmpty()) {
            return;
        }
        OpenDatagram filling = datagram;
        datagram = copies;
        try {
            for (int i = 0; i < options.newTemplateCopies() && open(ctx) && announceAll(ctx, unsent); i++) {
                seal(ctx);
            }
        } finally {
            datagram = filling;
        }
        unsent.clear();
    }

    private void announce(Template<?> template) {
        int set = protocol.templateSetId(template);
        protocol.writeTemplate(template, datagram.memory(), datagram.place(set));
        datagram.addTemplate(set, protocol.templateLength(template));
        if (template.isOptions()) {
            // In a set of its own: pmacct 1.7.7 calls a set of several "malformed", and loses the rest of an IPFIX
            // message.
            datagram.closeSet();
        }
    }

    /** A session that has just begun hears of them first: what it does not know it cannot lose. */
    boolean withdraw(ChannelHandlerContext ctx, int setId, int id, Predicate<Template<?>> withdrawn) {
        if (announced.stream().noneMatch(withdrawn)) {
            return true;
        }
        if (schedule.isWanted()) {
            send(ctx);
        }
        if (!datagram.isOpen()) {
            begin(ctx);
        }
        if (!hasRoomForWithdrawal(setId)) {
            send(ctx);
            if (!open(ctx)) {
                return false;
            }
        }
        datagram.addWithdrawal(setId, id);
        announced.removeIf(withdrawn);
        return true;
    }

    private boolean hasRoomForWithdrawal(int setId) {
        if (!datagram.isOpen()) {
            return false;
        }
        datagram.closeSet();
        return datagram.fits(setId, OpenDatagram.WITHDRAWAL_LENGTH);
    }

    private boolean open(ChannelHandlerContext ctx) {
        DatagramRing.Slot slot = ring.acquire(ctx.alloc());
        if (slot == null) {
            return false;
        }
        datagram.open(slot, refreshing);
        return true;
    }

    private void begin(ChannelHandlerContext ctx) {
        if (open(ctx) && schedule.isDue()) {
            repeat(ctx);
        }
    }

    /** What is packed leaves as well, behind what has been asked for. */
    void announce(ChannelHandlerContext ctx) {
        if (!datagram.isOpen()) {
            begin(ctx);
        }
        send(ctx);
    }

    void beginDue(ChannelHandlerContext ctx) {
        boolean saysAnything = !optionsSources.isEmpty() || !unsent.isEmpty();
        if (saysAnything && !datagram.isOpen() && schedule.isDueByTime()) {
            begin(ctx);
        }
    }

    /**
     * Repeats what is known into the open datagram, and into as many further ones as it takes. If one of those cannot
     * be had, it stays due.
     */
    private void repeat(ChannelHandlerContext ctx) {
        refreshing = true;
        resize();
        datagram.markRefreshed();
        try {
            copyUnsent(ctx);
            if (!hasTemplates || !schedule.repeatsTemplates() || announceAll(ctx, announced)) {
                boolean options = schedule.repeatsOptions();
                schedule.done();
                if (options) {
                    writeOptions();
                }
            }
        } finally {
            refreshing = false;
        }
    }

    private void writeOptions() {
        for (int i = 0; i < optionsSources.size(); i++) {
            optionsSources.get(i).writeTo(optionsSink);
        }
        schedule.optionsDone();
    }

    /** Into the open datagram, and as many further ones as it takes; false if one of those cannot be had. */
    private boolean announceAll(ChannelHandlerContext ctx, List<Template<?>> templates) {
        for (int i = 0; i < templates.size(); i++) {
            Template<?> template = templates.get(i);
            if (!datagram.fits(protocol.templateSetId(template), protocol.templateLength(template))) {
                seal(ctx);
                if (!open(ctx)) {
                    return false;
                }
            }
            announce(template);
        }
        return true;
    }

    /** What is packed leaves, and before it what has been asked for since it was begun. */
    void send(ChannelHandlerContext ctx) {
        if (datagram.isOpen() && datagram.records() > 0 && schedule.isWanted() && !datagram.isRefreshed()) {
            OpenDatagram filling = datagram;
            datagram = ahead;
            try {
                begin(ctx);
                seal(ctx);
            } finally {
                datagram = filling;
            }
        }
        seal(ctx);
    }

    private void seal(ChannelHandlerContext ctx) {
        if (!datagram.isOpen()) {
            return;
        }
        if (!datagram.holdsAnything()) {
            ring.giveBack(datagram.detach());
            return;
        }
        int length = datagram.seal();
        int records = datagram.records();
        DatagramRing.Slot slot = datagram.detach();
        long now = clock.epochMillis();
        protocol.writeHeader(slot.memory, length, datagram.templates(), records, stats.sequence, now);
        stats.templatesMillis = datagram.templates() > 0 ? now : stats.templatesMillis;
        stats.sequence += protocol.sequenceCountsRecords() ? records : 1;
        stats.records += records;
        stats.optionRecords += datagram.optionRecords();
        stats.templates += datagram.templates();
        stats.bytes += length;
        stats.datagrams++;
        schedule.countDatagram();
        ctx.write(slot.filled(length), ctx.voidPromise());
    }

    void release() {
        if (datagram.isOpen()) {
            stats.droppedRecords += datagram.records();
            datagram.detach();
        }
        ring.release();
    }
}
