package io.nurs.appliance.collect;

import io.netty.buffer.ByteBuf;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodeAnomaly;
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

    void message(DecodedMessage message, boolean isDatagram) {
        tally.count(message);
        Consumer<Finding> findings = finding ->
                complain(new Complaint(finding, message.version(), message.sender(), message.observationDomain()));
        for (DecodeAnomaly anomaly : message.anomalies()) {
            findings.accept(AnomalyFindings.of(anomaly, message.version()));
        }
        ExporterWatch watch = watches.computeIfAbsent(
                new Key(message.sender(), message.version(), message.observationDomain()), key -> {
                    tally.countExporter();
                    return new ExporterWatch(limits.maxTemplatesPerSender(), TEMPLATE_LIFETIME);
                });
        watch.check(message, isDatagram, findings);
        for (DataRecord record : message.records()) {
            ReadRecord read = new ReadRecord(message, record);
            tally.countRecord(read.isOptions());
            output.record(read, watch.check(read, findings));
        }
    }

    /** What is neither NetFlow v9 nor IPFIX, or too short for it. */
    void undecodable(InetSocketAddress sender, ByteBuf octets) {
        int length = octets.readableBytes();
        String what = length < Short.BYTES
                ? length + " octets"
                : length + " octets that begin with " + octets.getUnsignedShort(octets.readerIndex())
                        + ": no message of NetFlow v9 or IPFIX";
        complain(new Complaint(Finding.of(ComplaintKind.NOT_A_MESSAGE, what), 0, sender, 0));
    }

    /** A connection or a file in which no next message can be found. */
    void corrupt(InetSocketAddress sender, int version, String reason) {
        complain(new Complaint(Finding.of(ComplaintKind.STREAM, reason + "; the rest is lost"), version, sender, 0));
    }

    private void complain(Complaint complaint) {
        tally.countComplaint(complaint.kind());
        output.complaint(complaint, arrival);
    }

    /** Says what can be said only when nothing more comes. */
    public void end() {
        tally.countForgotten(tally.exporters() - watches.size());
        watches.forEach((key, watch) ->
                watch.end(finding -> complain(new Complaint(finding, key.version, key.exporter, key.domain))));
    }
}
