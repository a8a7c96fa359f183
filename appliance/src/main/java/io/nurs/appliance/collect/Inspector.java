package io.nurs.appliance.collect;

import io.netty.buffer.ByteBuf;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** Looks at every message of every exporter, hands its records on, and complains. For one thread. */
public final class Inspector {
    /** What a collector may forget a template after: templateLifeTime of RFC 6728, which RFC 7011 §8.4 has it repeated within. */
    public static final Duration TEMPLATE_LIFETIME = Duration.ofMinutes(30);

    private final DecoderLimits limits;
    private final Output output;
    private final Map<Key, ExporterWatch> watches;
    private final Tally tally = new Tally();
    private Arrival arrival = Arrival.now();

    private record Key(InetSocketAddress exporter, int version, long domain) {}

    public Inspector(DecoderLimits limits, Output output) {
        this.limits = limits;
        this.output = output;
        this.watches = new Eldest<>(limits.maxSenders());
    }

    public Tally tally() {
        return tally;
    }

    /** Exporters' domains that are remembered now. */
    int exporters() {
        return watches.size();
    }

    public DecoderLimits limits() {
        return limits;
    }

    /** Says how what is handed in from now on has come. */
    public void arrived(Arrival arrival) {
        this.arrival = arrival;
    }

    /** The octets of what is handed to {@link #message} next. */
    void octets(InetSocketAddress sender, ByteBuf octets, boolean isDatagram) {
        output.message(sender, octets, isDatagram);
    }

    void message(DecodedMessage message, boolean isDatagram) {
        tally.count(message);
        Key key = new Key(message.sender(), message.version(), message.observationDomain());
        Consumer<Finding> findings = finding -> complain(key, finding, arrival);
        ExporterWatch watch = watchOf(key);
        watch.checkAnomalies(message, isDatagram, arrival, findings);
        watch.check(message, isDatagram, findings);
        for (DataRecord record : message.records()) {
            ReadRecord read = new ReadRecord(message, record);
            tally.countRecord(read.isOptions());
            output.record(read, watch.check(read, findings));
        }
    }

    private ExporterWatch watchOf(Key key) {
        ExporterWatch known = watches.get(key);
        if (known != null) {
            return known;
        }
        if (watches.size() == limits.maxSenders()) {
            end(watches.entrySet().iterator().next());
        }
        GapWatch gaps = new GapWatch((finding, shown) -> complain(key, finding, shown));
        ExporterWatch watch = new ExporterWatch(limits.maxTemplatesPerSender(), TEMPLATE_LIFETIME, gaps);
        watches.put(key, watch);
        tally.countExporter();
        return watch;
    }

    /** What is neither NetFlow v5, NetFlow v9 nor IPFIX, or too short for it. */
    void undecodable(InetSocketAddress sender, ByteBuf octets) {
        int length = octets.readableBytes();
        String what = length < Short.BYTES
                ? length + " octets"
                : length + " octets that begin with " + octets.getUnsignedShort(octets.readerIndex())
                        + ": no message of NetFlow v5, NetFlow v9 or IPFIX";
        complain(new Complaint(Finding.of(ComplaintKind.NOT_A_MESSAGE, what), 0, sender, 0), arrival);
    }

    /** A connection or a file in which no next message can be found. */
    void corrupt(InetSocketAddress sender, int version, String reason) {
        complain(
                new Complaint(Finding.of(ComplaintKind.STREAM, reason + "; the rest is lost"), version, sender, 0),
                arrival);
    }

    private void complain(Key key, Finding finding, Arrival shown) {
        complain(new Complaint(finding, key.version, key.exporter, key.domain), shown);
    }

    private void complain(Complaint complaint, Arrival shown) {
        tally.countComplaint(complaint.kind());
        output.complaint(complaint, shown);
    }

    /** Says what can be said only when nothing more comes. */
    public void end() {
        tally.countForgotten(tally.exporters() - watches.size());
        watches.entrySet().forEach(this::end);
    }

    private void end(Map.Entry<Key, ExporterWatch> watch) {
        watch.getValue().end(finding -> complain(watch.getKey(), finding, arrival));
    }
}
