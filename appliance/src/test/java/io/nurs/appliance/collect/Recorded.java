package io.nurs.appliance.collect;

import io.netty.buffer.Unpooled;
import io.nurs.flow.DecoderLimits;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** An inspector whose output is kept. */
public final class Recorded implements Output {
    static final InetSocketAddress SENDER = new InetSocketAddress("192.0.2.1", 40_000);

    private final List<Complaint> complaints = new ArrayList<>();
    private final List<Arrival> arrivals = new ArrayList<>();
    private final List<ReadRecord> records = new ArrayList<>();
    private final List<FlowTimes> times = new ArrayList<>();
    public final Inspector inspector = new Inspector(DecoderLimits.DEFAULT, this);
    private final Decoders decoders = new Decoders(inspector);

    /** Reads datagrams of one sender. */
    Recorded datagrams(byte[]... datagrams) {
        for (byte[] datagram : datagrams) {
            decoders.datagram(SENDER, Unpooled.wrappedBuffer(datagram));
        }
        return this;
    }

    @Override
    public void record(ReadRecord record, FlowTimes flowTimes) {
        records.add(record);
        times.add(flowTimes);
    }

    @Override
    public void complaint(Complaint complaint, Arrival arrival) {
        complaints.add(complaint);
        arrivals.add(arrival);
    }

    public List<Complaint> complaints() {
        return complaints;
    }

    public List<ComplaintKind> kinds() {
        return complaints.stream().map(Complaint::kind).toList();
    }

    public List<Arrival> arrivals() {
        return arrivals;
    }

    public List<Long> packets() {
        return arrivals.stream().map(Arrival::packet).toList();
    }

    public List<ReadRecord> records() {
        return records;
    }

    FlowTimes times(int index) {
        return times.get(index);
    }
}
