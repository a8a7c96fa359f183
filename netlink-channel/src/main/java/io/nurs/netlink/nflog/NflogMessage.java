package io.nurs.netlink.nflog;

import static io.nurs.netlink.nflog.NflogPolicy.*;

import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.packet.PacketMessage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** A borrowed view of one logged packet and of what its rule knew. */
public final class NflogMessage extends PacketMessage {
    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;

    NflogMessage() {
        super(PACKET, 0);
    }

    /** Points the view at a message; false if it is malformed or lacks its header, and then the view must not be used. */
    boolean wrap(NetlinkMessage message) {
        return point(message);
    }

    /** What the rule calls it; empty if nothing. Allocates. NFULA_PREFIX */
    public String prefix() {
        byte[] octets = new byte[prefixLength()];
        if (octets.length > 0) {
            MemorySegment.copy(memory(), U8, prefixOffset(), octets, 0, octets.length);
        }
        return new String(octets, StandardCharsets.UTF_8);
    }

    /** -1 if there is none. NFULA_PREFIX */
    public long prefixOffset() {
        return offset(PREFIX);
    }

    /** Without the NUL at its end. NFULA_PREFIX */
    public int prefixLength() {
        int length = length(PREFIX);
        long offset = prefixOffset();
        while (length > 0 && memory().get(U8, offset + length - 1) == 0) {
            length--;
        }
        return length;
    }

    /** With NFULNL_CFG_F_SEQ. */
    public boolean hasSequence() {
        return has(SEQUENCE);
    }

    /** The packet's number in its group, from 0, wrapping: a gap is a loss. NFULA_SEQ */
    public int sequence() {
        return u32(SEQUENCE);
    }

    /** With NFULNL_CFG_F_SEQ_GLOBAL. */
    public boolean hasGlobalSequence() {
        return has(GLOBAL_SEQUENCE);
    }

    /** The packet's number among those of all groups of the namespace that count so. NFULA_SEQ_GLOBAL */
    public int globalSequence() {
        return u32(GLOBAL_SEQUENCE);
    }

    /** Whether {@link #hardwareType()} and the header are there: only of packets that came in. */
    public boolean hasHardwareType() {
        return has(HARDWARE_TYPE);
    }

    /** {@code ARPHRD_*} of the interface, linux/if_arp.h: 1 is Ethernet, 772 loopback, which has Ethernet's header. NFULA_HWTYPE */
    public int hardwareType() {
        return u16(HARDWARE_TYPE);
    }

    /** The link header as it was received, without a VLAN tag that the interface took off; -1 if there is none. NFULA_HWHEADER */
    public long hardwareHeaderOffset() {
        return offset(HARDWARE_HEADER);
    }

    /** NFULA_HWHEADER, cut to NFULA_HWLEN where that is less. */
    public int hardwareHeaderLength() {
        int length = length(HARDWARE_HEADER);
        return has(HARDWARE_HEADER_LENGTH) ? Math.min(length, u16(HARDWARE_HEADER_LENGTH)) : length;
    }
}
