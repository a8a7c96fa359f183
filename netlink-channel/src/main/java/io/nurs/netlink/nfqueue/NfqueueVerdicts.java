package io.nurs.netlink.nfqueue;

import static io.nurs.netlink.nfqueue.NfqueueAttribute.*;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.NetlinkControl;
import io.nurs.netlink.NetlinkMessage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Packs verdicts, many into a datagram, and sends them when one is full or all that was read is decided on. Stands behind
 * {@link NfqueueDecoder} in the pipeline of the channel that has the queue; its methods are for the channel's event loop
 * alone. Who decides later, outside a read, must {@link #flush()}.
 *
 * <p>Verdicts are not acknowledged. One that is refused (ENOENT: no such packet waits any more; EPERM: not this channel's
 * queue) is counted, and its {@link NetlinkControl.Failure}, of sequence number 0, goes on through the pipeline.
 *
 * <p>Its memory is used again for each datagram: a verdict allocates nothing.
 */
public final class NfqueueVerdicts extends ChannelInboundHandlerAdapter {
    /** More save few system calls, and let packets wait that are decided on. */
    private static final int VERDICTS_A_DATAGRAM = 64;
    /** A changed packet may have 65,531 octets. */
    private static final int BLOCK_BYTES = 128 * 1024;
    /** nlmsghdr, nfgenmsg, NFQA_VERDICT_HDR, NFQA_MARK, and the header of NFQA_PAYLOAD */
    private static final int MOST_BYTES_BESIDE_PAYLOAD = NetlinkMessage.NETFILTER_HEADER_BYTES + 12 + 8 + 4;

    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort HOST_U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt HOST_U32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort U16 = HOST_U16.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = HOST_U32.withOrder(ByteOrder.BIG_ENDIAN);

    private @Nullable ChannelHandlerContext context;
    private MemorySegment block = MemorySegment.NULL;
    /** The same memory as Netty wants it; the channel has a reference while it sends. */
    private ByteBuf datagram = Unpooled.EMPTY_BUFFER;

    private int used;
    private int packed;
    private long refused;
    private long verdicts;
    private long datagrams;

    public NfqueueVerdicts() {
        takeBlock();
    }

    /** Verdicts that the kernel has refused. */
    public long refused() {
        return refused;
    }

    /** Verdicts sent, a batch as one. */
    public long verdicts() {
        return verdicts;
    }

    public long datagrams() {
        return datagrams;
    }

    /** Decides on one packet; see {@link Verdict}. */
    public void decide(int queue, int packetId, int verdict) {
        long start = begin(NFQNL_MSG_VERDICT, queue, packetId, verdict, 0);
        end(start);
    }

    public void decideWithMark(int queue, int packetId, int verdict, int mark) {
        long start = begin(NFQNL_MSG_VERDICT, queue, packetId, verdict, 0);
        mark(mark);
        end(start);
    }

    /**
     * Replaces the packet, its network header first, before it goes on. Lengths and checksums in it must be right: see
     * {@code Checksums}. The octets are copied here, and may be those of the borrowed message.
     */
    public void decideWithPayload(int queue, int packetId, int verdict, MemorySegment memory, long offset, int length) {
        long start = begin(NFQNL_MSG_VERDICT, queue, packetId, verdict, length);
        payload(memory, offset, length);
        end(start);
    }

    /** As {@link #decideWithPayload}, and sets the mark too. */
    public void decideWithMarkAndPayload(
            int queue, int packetId, int verdict, int mark, MemorySegment memory, long offset, int length) {
        long start = begin(NFQNL_MSG_VERDICT, queue, packetId, verdict, length);
        mark(mark);
        payload(memory, offset, length);
        end(start);
    }

    /** Decides on all packets of the queue that wait, up to and with this one. */
    public void decideUpTo(int queue, int lastPacketId, int verdict) {
        long start = begin(NFQNL_MSG_VERDICT_BATCH, queue, lastPacketId, verdict, 0);
        end(start);
    }

    public void decideUpToWithMark(int queue, int lastPacketId, int verdict, int mark) {
        long start = begin(NFQNL_MSG_VERDICT_BATCH, queue, lastPacketId, verdict, 0);
        mark(mark);
        end(start);
    }

    /** Sends what is packed. A failure to send comes as {@code exceptionCaught}. */
    public void flush() {
        ChannelHandlerContext ctx = context;
        if (packed == 0 || ctx == null) {
            return;
        }
        verdicts += packed;
        datagrams++;
        ByteBuf sent = datagram.setIndex(0, used).retain();
        packed = 0;
        used = 0;
        ctx.writeAndFlush(sent, ctx.voidPromise());
        if (sent.refCnt() > 1) {
            // The channel could not send yet, and will.
            sent.release();
            takeBlock();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        context = null;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (read instanceof NetlinkControl.Failure failure && failure.sequence() == 0) {
            refused++;
        }
        ctx.fireChannelRead(read);
    }

    /** After all handlers: what they decide when they hear that a read is complete goes along. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.fireChannelReadComplete();
        flush();
    }

    /** The memory goes when neither this nor a channel that still sends it knows of it. */
    private void takeBlock() {
        block = Arena.ofAuto().allocate(BLOCK_BYTES, Integer.BYTES);
        datagram = Unpooled.wrappedBuffer(block.asByteBuffer());
    }

    private long begin(int type, int queue, int packetId, int verdict, int payloadBytes) {
        if (payloadBytes < 0 || payloadBytes > NfqueueRequests.MOST_COPIED_BYTES) {
            throw new IllegalArgumentException("a packet of " + payloadBytes + " octets");
        }
        if (packed == VERDICTS_A_DATAGRAM || used + MOST_BYTES_BESIDE_PAYLOAD + payloadBytes > BLOCK_BYTES - 3) {
            flush();
        }
        int start = used;
        // nlmsghdr: length (see end), type, flags, sequence number, port id; nfgenmsg: family, version, resource id
        block.set(HOST_U16, start + 4, (short) (NFNL_SUBSYS_QUEUE << 8 | type));
        block.set(HOST_U16, start + 6, (short) NetlinkMessage.NLM_F_REQUEST);
        block.set(HOST_U32, start + 8, 0);
        block.set(HOST_U32, start + 12, 0);
        block.set(HOST_U16, start + 16, (short) 0);
        block.set(U16, start + 18, (short) queue);
        used += NetlinkMessage.NETFILTER_HEADER_BYTES;
        // struct nfqnl_msg_verdict_hdr
        attribute(NFQA_VERDICT_HDR, 8);
        block.set(U32, used, verdict);
        block.set(U32, used + 4, packetId);
        used += 8;
        return start;
    }

    private void mark(int mark) {
        attribute(NFQA_MARK, 4);
        block.set(U32, used, mark);
        used += 4;
    }

    private void payload(MemorySegment memory, long offset, int length) {
        attribute(NFQA_PAYLOAD, length);
        MemorySegment.copy(memory, offset, block, used, length);
        used += length;
        while ((used & 3) != 0) {
            block.set(U8, used++, (byte) 0);
        }
    }

    private void attribute(int type, int valueBytes) {
        block.set(HOST_U16, used, (short) (4 + valueBytes));
        block.set(HOST_U16, used + 2, (short) type);
        used += 4;
    }

    private void end(long start) {
        block.set(HOST_U32, start, (int) (used - start));
        packed++;
    }
}
