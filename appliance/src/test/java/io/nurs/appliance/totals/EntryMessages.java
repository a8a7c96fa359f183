package io.nurs.appliance.totals;

import static io.nurs.netlink.conntrack.ConntrackAttribute.*;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.NetlinkBatch;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.conntrack.ConntrackDecoder;
import io.nurs.netlink.conntrack.ConntrackMessage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes messages of entries: written as the kernel writes a dump, read by the decoder. Each makes the one before it void. */
final class EntryMessages {
    private static final int MESSAGE_BYTES = 1024;
    private static final int HEADER_BYTES = 20;
    private static final int NLA_F_NESTED = 0x8000;
    private static final short NLM_F_MULTI = 2;

    private final MemorySegment memory = Arena.ofAuto().allocate(MESSAGE_BYTES, 64);
    private final ByteBuffer buffer = memory.asByteBuffer().order(ByteOrder.BIG_ENDIAN);
    private final NetlinkStats stats = new NetlinkStats();
    private final Last last = new Last();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new NetlinkMessageDecoder(stats), new ConntrackDecoder(stats), last);

    private static final class Last extends ChannelInboundHandlerAdapter {
        private @Nullable ConntrackMessage message;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object read) {
            message = (ConntrackMessage) read;
        }
    }

    ConntrackMessage of(Entry entry) {
        buffer.clear().position(HEADER_BYTES);
        tuple(CTA_TUPLE_ORIG, entry, entry.source(), entry.destination(), entry.key(), SlotLayout.ZONE_ORIGINAL);
        int replyKey = entry.protocol() == Entry.ICMP ? entry.key() : Integer.rotateLeft(entry.key(), 16);
        tuple(CTA_TUPLE_REPLY, entry, ~entry.destination(), entry.source(), replyKey, SlotLayout.ZONE_REPLY);
        u32(CTA_ID, entry.id());
        u32(CTA_MARK, entry.mark());
        if (entry.zoneKind() == SlotLayout.ZONE_BOTH) {
            u16(CTA_ZONE, entry.zone());
        }
        counters(CTA_COUNTERS_ORIG, entry.counters().get(0), entry.counters().get(1));
        counters(CTA_COUNTERS_REPLY, entry.counters().get(2), entry.counters().get(3));
        if (entry.start() != 0) {
            int nested = begin(CTA_TIMESTAMP);
            u64(CTA_TIMESTAMP_START, entry.start());
            end(nested);
        }
        return read(entry.ipv6());
    }

    /** Where the last message has {@code value}, to be changed in place: all that JMH and the allocation test vary. */
    long offsetOf(int value) {
        for (long offset = HEADER_BYTES; offset < MESSAGE_BYTES - 4; offset += 4) {
            if (buffer.getInt((int) offset) == value) {
                return offset;
            }
        }
        throw new IllegalArgumentException("no " + value);
    }

    void set(long offset, int value) {
        buffer.putInt((int) offset, value);
    }

    private ConntrackMessage read(boolean ipv6) {
        int length = buffer.position();
        ByteBuffer header = buffer.duplicate().order(ByteOrder.nativeOrder());
        header.putInt(0, length)
                .putShort(4, (short) (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW))
                .putShort(6, NLM_F_MULTI)
                .putLong(8, 0)
                .put(16, (byte) (ipv6 ? 10 : 2));
        NetlinkBatch batch = new NetlinkBatch(memory, MESSAGE_BYTES).count(1).length(0, length);
        last.message = null;
        channel.pipeline().fireChannelRead(batch);
        channel.checkException();
        return Objects.requireNonNull(last.message, "the decoder refused the message");
    }

    private void tuple(int type, Entry entry, int source, int destination, int key, int kind) {
        int tuple = begin(type);
        int addresses = begin(CTA_TUPLE_IP);
        address(entry.ipv6() ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, entry.ipv6(), source);
        address(entry.ipv6() ? CTA_IP_V6_DST : CTA_IP_V4_DST, entry.ipv6(), destination);
        end(addresses);
        int protocol = begin(CTA_TUPLE_PROTO);
        u8(CTA_PROTO_NUM, entry.protocol());
        if (entry.protocol() == Entry.ICMP) {
            u16(CTA_PROTO_ICMP_ID, key >>> 16);
            u8(CTA_PROTO_ICMP_TYPE, key >>> 8);
            u8(CTA_PROTO_ICMP_CODE, key);
        } else {
            u16(CTA_PROTO_SRC_PORT, key >>> 16);
            u16(CTA_PROTO_DST_PORT, key);
        }
        end(protocol);
        if (entry.zoneKind() == kind) {
            u16(CTA_TUPLE_ZONE, entry.zone());
        }
        end(tuple);
    }

    private void address(int type, boolean ipv6, int number) {
        int attribute = begin(type);
        if (ipv6) {
            buffer.putLong(0x20010db8_00000000L).putInt(0);
        }
        buffer.putInt(number);
        end(attribute);
    }

    private void counters(int type, long packets, long bytes) {
        int nested = begin(type);
        u64(CTA_COUNTERS_PACKETS, packets);
        u64(CTA_COUNTERS_BYTES, bytes);
        end(nested);
    }

    private void u8(int type, int value) {
        int attribute = begin(type);
        buffer.put((byte) value);
        end(attribute);
    }

    private void u16(int type, int value) {
        int attribute = begin(type);
        buffer.putShort((short) value);
        end(attribute);
    }

    private void u32(int type, int value) {
        int attribute = begin(type);
        buffer.putInt(value);
        end(attribute);
    }

    private void u64(int type, long value) {
        int attribute = begin(type);
        buffer.putLong(value);
        end(attribute);
    }

    private int begin(int type) {
        int start = buffer.position();
        // The flag is not looked at.
        buffer.putShort((short) 0).putShort(nativeOrder(type & ~NLA_F_NESTED));
        return start;
    }

    /** Sets the length and pads. */
    private void end(int start) {
        buffer.putShort(start, nativeOrder(buffer.position() - start));
        while (buffer.position() % 4 != 0) {
            buffer.put((byte) 0);
        }
    }

    private static short nativeOrder(int value) {
        return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? (short) value : Short.reverseBytes((short) value);
    }
}
