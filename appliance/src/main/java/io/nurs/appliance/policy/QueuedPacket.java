package io.nurs.appliance.policy;

import io.nurs.appliance.filter.PacketView;
import io.nurs.netlink.nfqueue.NfqueueAttribute;
import io.nurs.netlink.nfqueue.NfqueueMessage;
import io.nurs.netlink.packet.Checksums;
import io.nurs.netlink.packet.PacketField;
import io.nurs.netlink.packet.PacketHeaders;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A packet that waits for its verdict, and what a {@link PacketPolicy} wants changed of it. Borrowed: one for each queue, which points at
 * each packet in turn.
 */
public final class QueuedPacket implements PacketView {
    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int IPV4_TTL = 8;
    private static final int IPV4_CHECKSUM = 10;
    private static final int IPV6_HOP_LIMIT = 7;
    /** Explicit congestion notification, beside DSCP: RFC 3168. */
    private static final int ECN_BITS = 2;

    private final PacketHeaders headers = new PacketHeaders();
    private @Nullable NfqueueMessage message;
    private boolean headersRead;
    private boolean marked;
    private int mark;
    private boolean headerChanged;
    private boolean changed;
    private boolean unchangeable;
    private int verdict;

    void point(NfqueueMessage packet) {
        message = packet;
        headersRead = false;
        unchangeable = false;
        forgetChanges();
    }

    void forgetChanges() {
        marked = false;
        headerChanged = false;
        changed = false;
    }

    /** What the kernel tells of it, its mark as it came among that. */
    @Override
    public NfqueueMessage message() {
        return Objects.requireNonNull(message);
    }

    /** Found at the first call. */
    @Override
    public PacketHeaders headers() {
        if (!headersRead) {
            headersRead = true;
            readHeaders();
        }
        return headers;
    }

    private void readHeaders() {
        NfqueueMessage packet = message();
        headers.wrapNetwork(
                packet.memory(), Math.max(packet.payloadOffset(), 0), packet.payloadLength(), packet.protocol());
    }

    /** Gives it this mark, all 32 bits. */
    public void mark(int value) {
        marked = true;
        mark = value;
    }

    /**
     * Whether its octets may be changed: not if only a part of it is here, nor if it is to be cut into segments later (with
     * {@code gso: true}), as their checksums are made of it.
     */
    public boolean mayChange() {
        return message().isWhole() && (message().packetFlags() & NfqueueAttribute.NFQA_SKB_GSO) == 0;
    }

    /**
     * Its octets have been changed where they are, in {@link NfqueueMessage#memory()}, its length not: the packet goes on so, with
     * checksums made anew.
     *
     * @throws IllegalStateException unless it {@link #mayChange()}
     */
    public void changed() {
        checkChange();
        changed = true;
    }

    private void checkChange() {
        if (!mayChange()) {
            throw new IllegalStateException("this packet must not be changed");
        }
    }

    /**
     * Sets IPv4's time to live or IPv6's hop limit; a packet of neither, and one that must not be changed, stays as it is, which is
     * counted.
     */
    public void ttl(int hops) {
        MemorySegment memory = message().memory();
        if (!hasWholeHeader()) {
            unchangeable = true;
        } else if (headers().isIpv4()) {
            long at = headers().networkOffset();
            int before = u16(memory, at + IPV4_TTL);
            set(memory, at, IPV4_TTL, before, (before & 0xff) | (hops << 8));
        } else {
            memory.set(U8, headers().networkOffset() + IPV6_HOP_LIMIT, (byte) hops);
            headerChanged = true;
        }
    }

    /** Sets the differentiated services code point, 0 to 63, and leaves the two bits beside it; as {@link #ttl}. */
    public void dscp(int codePoint) {
        MemorySegment memory = message().memory();
        if (!hasWholeHeader()) {
            unchangeable = true;
            return;
        }
        long at = headers().networkOffset();
        int before = u16(memory, at);
        if (headers().isIpv4()) {
            // Version, IHL, then the octet whose first six bits these are.
            set(memory, at, 0, before, (before & 0xff03) | (codePoint << ECN_BITS));
        } else {
            // Version, traffic class, flow label: bits 4 to 9 of the header's.
            memory.set(U16, at, (short) ((before & 0xf03f) | (codePoint << 6)));
            headerChanged = true;
        }
    }

    private boolean hasWholeHeader() {
        return mayChange()
                && (headers().has(PacketField.IPV4_CHECKSUM) || headers().has(PacketField.IPV6_HOP_LIMIT));
    }

    private static int u16(MemorySegment memory, long at) {
        return Short.toUnsignedInt(memory.get(U16, at));
    }

    /** Changes two octets of an IPv4 header, and its checksum by as much. */
    private void set(MemorySegment memory, long header, int at, int before, int after) {
        memory.set(U16, header + at, (short) after);
        int checksum = u16(memory, header + IPV4_CHECKSUM);
        memory.set(U16, header + IPV4_CHECKSUM, (short) Checksums.adjusted(checksum, before, after));
        headerChanged = true;
    }

    boolean isMarked() {
        return marked;
    }

    int newMark() {
        return mark;
    }

    /** Whether something was to be changed and could not be. */
    boolean isUnchangeable() {
        return unchangeable;
    }

    /**
     * Whether its octets are to replace those in the kernel, whose checksums are right then. The kernel takes a packet that is given
     * back for one that has them, also if they were to be made later.
     */
    boolean mendIfChanged() {
        boolean notReady = (message().packetFlags() & NfqueueAttribute.NFQA_SKB_CSUMNOTREADY) != 0;
        if (!changed && !(headerChanged && notReady)) {
            return headerChanged;
        }
        readHeaders();
        if (Checksums.mend(headers) == Checksums.Mended.ALL || !notReady) {
            return true;
        }
        unchangeable = true;
        return false;
    }

    void verdict(int decided) {
        verdict = decided;
    }

    /** What was decided; after that. */
    public int verdict() {
        return verdict;
    }
}
