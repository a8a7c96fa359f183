package io.nurs.netlink;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** A borrowed view of one message: {@code nlmsghdr}, and the {@code nfgenmsg} behind it that netfilter's families have. */
public final class NetlinkMessage {
    /** NLMSG_HDRLEN, linux/netlink.h */
    public static final int HEADER_BYTES = 16;
    /** nlmsghdr + nfgenmsg, linux/netfilter/nfnetlink.h: where netfilter's attributes start. */
    public static final int NETFILTER_HEADER_BYTES = 20;

    public static final int NLM_F_REQUEST = 0x1;
    public static final int NLM_F_MULTI = 0x2;
    public static final int NLM_F_ACK = 0x4;
    public static final int NLM_F_DUMP_INTR = 0x10;
    public static final int NLM_F_DUMP = 0x300;
    public static final int NLM_F_REPLACE = 0x100;
    public static final int NLM_F_EXCL = 0x200;
    public static final int NLM_F_CREATE = 0x400;
    public static final int NLM_F_APPEND = 0x800;

    static final ValueLayout.OfShort HOST_U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    static final ValueLayout.OfInt HOST_U32 = ValueLayout.JAVA_INT_UNALIGNED;
    static final ValueLayout.OfShort NETWORK_U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private MemorySegment memory = MemorySegment.NULL;
    private long offset;
    private int length;

    /** Points the view at a message of {@code length} octets, which the caller has checked to lie within the memory. */
    NetlinkMessage wrap(MemorySegment memory, long offset, int length) {
        this.memory = memory;
        this.offset = offset;
        this.length = length;
        return this;
    }

    public MemorySegment memory() {
        return memory;
    }

    /** Where nlmsghdr starts in {@link #memory()}. */
    public long offset() {
        return offset;
    }

    /** {@code nlmsg_len}: octets, header included, padding not. */
    public int length() {
        return length;
    }

    /** {@code nlmsg_type}; netfilter's families put their subsystem in the upper octet. */
    public int type() {
        return Short.toUnsignedInt(memory.get(HOST_U16, offset + 4));
    }

    /** {@code NFNL_SUBSYS_*} of the type. */
    public int subsystem() {
        return type() >>> 8;
    }

    /** The subsystem's own message type, such as {@code IPCTNL_MSG_CT_NEW}. */
    public int subsystemType() {
        return type() & 0xff;
    }

    /** {@code nlmsg_flags}, {@code NLM_F_*} */
    public int flags() {
        return Short.toUnsignedInt(memory.get(HOST_U16, offset + 6));
    }

    /** {@code nlmsg_seq} of the request that this answers; 0 in an event. */
    public int sequence() {
        return memory.get(HOST_U32, offset + 8);
    }

    /** {@code nlmsg_pid}: in an event, the port id of the process that caused it, 0 if the kernel did by itself. */
    public int portId() {
        return memory.get(HOST_U32, offset + 12);
    }

    /** Whether the {@code nfgenmsg} is there. */
    public boolean hasNetfilterHeader() {
        return length >= NETFILTER_HEADER_BYTES;
    }

    /** {@code nfgen_family}: 2 for IPv4, 10 for IPv6. */
    public int family() {
        return Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, offset + HEADER_BYTES));
    }

    /** {@code res_id}: a CPU, an NFLOG group, a queue. */
    public int resourceId() {
        return Short.toUnsignedInt(memory.get(NETWORK_U16, offset + HEADER_BYTES + 2));
    }
}
