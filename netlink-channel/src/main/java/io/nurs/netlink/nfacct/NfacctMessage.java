package io.nurs.netlink.nfacct;

import static io.nurs.netlink.nfacct.NfacctAttribute.*;

import io.nurs.netlink.AttributeIndex;
import io.nurs.netlink.AttributePolicy;
import io.nurs.netlink.NetlinkMessage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A borrowed view of one accounting object: an answer, or the event that its quota is used up. */
public final class NfacctMessage {
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final AttributePolicy POLICY = new AttributePolicy()
            .value(NFACCT_NAME, NFACCT_NAME, 1)
            .value(NFACCT_PKTS, NFACCT_PKTS, Long.BYTES)
            .value(NFACCT_BYTES, NFACCT_BYTES, Long.BYTES)
            .value(NFACCT_USE, NFACCT_USE, Integer.BYTES)
            .value(NFACCT_FLAGS, NFACCT_FLAGS, Integer.BYTES)
            .value(NFACCT_QUOTA, NFACCT_QUOTA, Long.BYTES);

    private final AttributeIndex attributes = new AttributeIndex(POLICY);
    private MemorySegment memory = MemorySegment.NULL;
    private boolean event;

    NfacctMessage() {}

    /** Points the view at an object's message; false if it is malformed, and then the view must not be used. */
    boolean wrap(NetlinkMessage message) {
        memory = message.memory();
        // The event is a NFNL_MSG_ACCT_NEW too, not a NFNL_MSG_ACCT_OVERQUOTA: nfnl_overquota_report, measured on 6.18.
        event = message.sequence() == 0 && message.portId() == 0;
        long start = message.offset();
        return attributes.index(memory, start + NetlinkMessage.NETFILTER_HEADER_BYTES, start + message.length())
                && attributes.has(NFACCT_NAME)
                && attributes.has(NFACCT_PKTS)
                && attributes.has(NFACCT_BYTES);
    }

    /**
     * Whether the kernel tells by itself that the quota is reached; else it answers a request. It tells once, and again
     * only after the counters were set to zero.
     */
    public boolean isQuotaEvent() {
        return event;
    }

    /** Up to 31 octets. Allocates. NFACCT_NAME */
    public String name() {
        byte[] octets = new byte[attributes.length(NFACCT_NAME)];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, attributes.offset(NFACCT_NAME), octets, 0, octets.length);
        int end = 0;
        while (end < octets.length && octets[end] != 0) {
            end++;
        }
        return new String(octets, 0, end, StandardCharsets.UTF_8);
    }

    /** Since the object was made, or set to zero by whomever; past its quota too. NFACCT_PKTS */
    public long packets() {
        return memory.get(U64, attributes.offset(NFACCT_PKTS));
    }

    /** Of the packets, IP header included. NFACCT_BYTES */
    public long bytes() {
        return memory.get(U64, attributes.offset(NFACCT_BYTES));
    }

    /** Rules that feed the object; the kernel adds 1 for the object itself, which is left out here. NFACCT_USE */
    public int uses() {
        return attributes.has(NFACCT_USE) ? Math.max(memory.get(U32, attributes.offset(NFACCT_USE)) - 1, 0) : 0;
    }

    /** {@code NFACCT_F_*}; 0 for an object without a quota. NFACCT_FLAGS */
    public int flags() {
        return attributes.has(NFACCT_FLAGS) ? memory.get(U32, attributes.offset(NFACCT_FLAGS)) : 0;
    }

    /** Whether the object has a quota. */
    public boolean hasQuota() {
        return attributes.has(NFACCT_QUOTA);
    }

    /** Packets with NFACCT_F_QUOTA_PKTS, bytes with NFACCT_F_QUOTA_BYTES; 0 if there is none. NFACCT_QUOTA */
    public long quota() {
        return attributes.has(NFACCT_QUOTA) ? memory.get(U64, attributes.offset(NFACCT_QUOTA)) : 0;
    }

    /** Whether the quota was reached; a dump that sets to zero tells it for the last time. NFACCT_F_OVERQUOTA */
    public boolean isOverQuota() {
        return (flags() & NFACCT_F_OVERQUOTA) != 0;
    }

    /** Copies the view into a value that may be kept. */
    public NfacctObject snapshot() {
        return new NfacctObject(name(), packets(), bytes(), uses(), flags(), quota());
    }
}
