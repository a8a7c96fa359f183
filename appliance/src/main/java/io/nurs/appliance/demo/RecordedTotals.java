package io.nurs.appliance.demo;

import io.nurs.appliance.source.EventRecording;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the kernel's DESTROY messages in a recording counted, found by a walk of its own: the decoder is not to check itself.
 * Numbers are those of linux/netfilter/nfnetlink_conntrack.h.
 *
 * @param records directions with traffic
 */
record RecordedTotals(long records, long packets, long octets) {
    /** NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE */
    private static final int DESTROY = 0x0102;

    private static final int HEADERS = 20;
    private static final int CTA_COUNTERS_ORIG = 9;
    private static final int CTA_COUNTERS_REPLY = 10;
    private static final int CTA_COUNTERS_PACKETS = 1;
    private static final int CTA_COUNTERS_BYTES = 2;

    static RecordedTotals of(EventRecording recording) {
        RecordedTotals totals = new RecordedTotals(0, 0, 0);
        for (ByteBuffer datagram : recording.datagrams()) {
            ByteBuffer left = datagram.duplicate().order(ByteOrder.nativeOrder());
            while (left.remaining() >= HEADERS) {
                int length = left.getInt(left.position());
                if (length < HEADERS || length > left.remaining()) {
                    break;
                }
                if (left.getShort(left.position() + 4) == DESTROY) {
                    totals = totals.plus(left.slice(left.position() + HEADERS, length - HEADERS));
                }
                left.position(Math.min(left.limit(), left.position() + (length + 3) / 4 * 4));
            }
        }
        return totals;
    }

    private RecordedTotals plus(ByteBuffer attributes) {
        return plusDirection(find(attributes, CTA_COUNTERS_ORIG)).plusDirection(find(attributes, CTA_COUNTERS_REPLY));
    }

    private RecordedTotals plusDirection(ByteBuffer counters) {
        ByteBuffer octetsValue = find(counters, CTA_COUNTERS_BYTES);
        ByteBuffer packetsValue = find(counters, CTA_COUNTERS_PACKETS);
        long more = octetsValue.remaining() < Long.BYTES
                ? 0
                : octetsValue.order(ByteOrder.BIG_ENDIAN).getLong(0);
        if (more == 0) {
            return this;
        }
        long morePackets = packetsValue.order(ByteOrder.BIG_ENDIAN).getLong(0);
        return new RecordedTotals(records + 1, packets + morePackets, octets + more);
    }

    /** The value of the first attribute of that type; empty if there is none. */
    private static ByteBuffer find(ByteBuffer attributes, int wanted) {
        ByteBuffer in = attributes.order(ByteOrder.nativeOrder());
        int at = 0;
        while (in.limit() - at >= 4) {
            int length = Short.toUnsignedInt(in.getShort(at));
            if (length < 4 || length > in.limit() - at) {
                break;
            }
            if ((in.getShort(at + 2) & 0x3fff) == wanted) {
                return in.slice(at + 4, length - 4);
            }
            at += (length + 3) / 4 * 4;
        }
        return ByteBuffer.allocate(0);
    }
}
