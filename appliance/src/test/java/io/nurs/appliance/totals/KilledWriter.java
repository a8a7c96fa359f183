package io.nurs.appliance.totals;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * A process to be killed. Its flows are numbered from 0 and in batch b each is reported with b packets; every third ends and
 * is met anew. The datagram of a batch is one write of its number to a log.
 */
public final class KilledWriter {
    static final int FLOWS = 30;
    private static final long SENDING_NANOS = 100_000;

    private KilledWriter() {}

    // The arguments are the state file and the log.
    public static void main(String[] arguments) throws Exception {
        StateIdentity identity = new StateIdentity(new UUID(1, 2), 4_026_531_840L, 0, 1, "");
        EntryMessages messages = new EntryMessages();
        try (FlowTotals totals = FlowTotals.open(Path.of(arguments[0]), identity, 100_000);
                FileChannel log = FileChannel.open(Path.of(arguments[1]), StandardOpenOption.APPEND)) {
            totals.settleDoubt();
            long batch = last(totals, messages);
            System.out.println("from " + batch);
            ByteBuffer datagram = ByteBuffer.allocate(8);
            for (; ; ) {
                batch++;
                for (int flow = 0; flow < FLOWS; flow++) {
                    report(totals, messages, flow, batch);
                }
                long sending = totals.beginSending();
                // As long as packing takes, so that some are killed here.
                LockSupport.parkNanos(SENDING_NANOS);
                log.write(datagram.clear().putLong(batch).flip());
                LockSupport.parkNanos(SENDING_NANOS);
                totals.sent(sending);
            }
        }
    }

    static Entry entry(int flow) {
        return flow % 2 == 0 ? Entry.udp(flow, flow) : Entry.udp6(flow, flow);
    }

    private static void report(FlowTotals totals, EntryMessages messages, int flow, long batch) {
        long slot = totals.find(messages.of(entry(flow)));
        if (slot == FlowTotals.NONE) {
            slot = totals.insert(messages.of(entry(flow)), batch, 0);
        }
        totals.report(slot, batch, 2 * batch, 3 * batch, 4 * batch, batch);
        // One that comes and goes, and makes the table grow.
        Entry shortLived = Entry.udp(1_000_000 + flow, (int) batch);
        long born = totals.insert(messages.of(shortLived), batch, 0);
        if (born != FlowTotals.NONE) {
            totals.report(born, 1, 1, 1, 1, batch);
        }
        long ended = totals.find(messages.of(Entry.udp(1_000_000 + flow, (int) batch - 2000)));
        if (ended != FlowTotals.NONE) {
            totals.remove(ended);
        }
    }

    private static long last(FlowTotals totals, EntryMessages messages) {
        long slot = totals.find(messages.of(entry(0)));
        return slot == FlowTotals.NONE ? 0 : totals.originalPackets(slot);
    }
}
