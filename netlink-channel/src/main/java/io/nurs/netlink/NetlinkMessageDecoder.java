package io.nurs.netlink;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Cuts batches into messages and points its one {@link NetlinkMessage} at each in turn; the rest is {@link NetlinkControl}. */
public final class NetlinkMessageDecoder extends ChannelInboundHandlerAdapter {
    // nlmsg_type below NLMSG_MIN_TYPE, linux/netlink.h
    private static final int NLMSG_NOOP = 1;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLMSG_OVERRUN = 4;
    private static final int NLMSG_MIN_TYPE = 16;

    /** NLM_F_CAPPED: the answer holds only the header of the request, linux/netlink.h */
    private static final int NLM_F_CAPPED = 0x100;

    private static final int NLM_F_ACK_TLVS = 0x200;
    private static final int NLMSGERR_ATTR_MSG = 1;
    private static final int NLMSGERR_BYTES = 4 + NetlinkMessage.HEADER_BYTES;

    private static final NetlinkControl END_OF_PACKETS = new NetlinkControl.Done(0, 0);

    private final NetlinkStats stats;
    private final NetlinkMessage message = new NetlinkMessage();
    /** The dump whose interruption has been told, by its sequence number; a number no dump has if none. */
    private long interruptedDump = -1;

    public NetlinkMessageDecoder(NetlinkStats stats) {
        this.stats = stats;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!(read instanceof NetlinkBatch batch)) {
            ctx.fireChannelRead(read);
            return;
        }
        for (int slot = 0; slot < batch.count(); slot++) {
            long offset = batch.offset(slot);
            decode(ctx, batch.memory(), offset, offset + batch.length(slot));
        }
    }

    private void decode(ChannelHandlerContext ctx, MemorySegment memory, long start, long end) {
        long offset = start;
        while (end - offset >= NetlinkMessage.HEADER_BYTES) {
            long length = Integer.toUnsignedLong(memory.get(NetlinkMessage.HOST_U32, offset));
            if (length < NetlinkMessage.HEADER_BYTES || length > end - offset) {
                stats.malformedMessages++;
                return;
            }
            stats.messages++;
            message.wrap(memory, offset, (int) length);
            if (message.type() >= NLMSG_MIN_TYPE) {
                fireIfInterrupted(ctx);
                ctx.fireChannelRead(message);
            } else {
                control(ctx);
            }
            offset += AttributeCursor.align((int) length);
        }
        if (offset < end) {
            // A rest too short for a header: the kernel pads messages, but sends no tail.
            stats.malformedMessages++;
        }
    }

    /** The kernel sets the flag on every message after the change, and on DONE: once a dump is enough. */
    private void fireIfInterrupted(ChannelHandlerContext ctx) {
        long dump = Integer.toUnsignedLong(message.sequence());
        if ((message.flags() & NetlinkMessage.NLM_F_DUMP_INTR) != 0 && dump != interruptedDump) {
            interruptedDump = dump;
            ctx.fireChannelRead(new NetlinkControl.DumpInterrupted(message.sequence()));
        }
    }

    private void control(ChannelHandlerContext ctx) {
        switch (message.type()) {
            case NLMSG_NOOP -> {}
            case NLMSG_DONE -> done(ctx);
            case NLMSG_ERROR -> error(ctx);
            case NLMSG_OVERRUN -> ctx.fireChannelRead(new NetlinkControl.Overrun());
            default -> stats.unknownMessages++;
        }
    }

    private void done(ChannelHandlerContext ctx) {
        fireIfInterrupted(ctx);
        interruptedDump = -1;
        if (message.sequence() == 0) {
            // Ends no dump: NFLOG puts it behind several packets, with an nfgenmsg in it, that may look like an error.
            ctx.fireChannelRead(END_OF_PACKETS);
            return;
        }
        // Newer kernels put an int behind the header: the error that cut the dump short, negative.
        int error = message.length() >= NetlinkMessage.HEADER_BYTES + Integer.BYTES ? error() : 0;
        ctx.fireChannelRead(new NetlinkControl.Done(message.sequence(), Math.max(-error, 0)));
    }

    private void error(ChannelHandlerContext ctx) {
        if (message.length() < NetlinkMessage.HEADER_BYTES + NLMSGERR_BYTES) {
            stats.malformedMessages++;
            return;
        }
        int error = error();
        ctx.fireChannelRead(
                error == 0
                        ? new NetlinkControl.Acknowledged(message.sequence())
                        : new NetlinkControl.Failure(message.sequence(), Math.max(-error, 0), text()));
    }

    /** The int behind the header: a negative errno. */
    private int error() {
        return message.memory().get(NetlinkMessage.HOST_U32, message.offset() + NetlinkMessage.HEADER_BYTES);
    }

    /** NLMSGERR_ATTR_MSG, which stands behind the request that the answer repeats. */
    private @Nullable String text() {
        MemorySegment memory = message.memory();
        long request = message.offset() + NetlinkMessage.HEADER_BYTES + Integer.BYTES;
        long repeated = (message.flags() & NLM_F_CAPPED) != 0
                ? NetlinkMessage.HEADER_BYTES
                : (Integer.toUnsignedLong(memory.get(NetlinkMessage.HOST_U32, request)) + 3) & ~3L;
        long end = message.offset() + message.length();
        if ((message.flags() & NLM_F_ACK_TLVS) == 0 || repeated > end - request) {
            return null;
        }
        AttributeCursor cursor = new AttributeCursor().wrap(memory, request + repeated, end);
        while (cursor.next()) {
            if (cursor.type() == NLMSGERR_ATTR_MSG && cursor.valueLength() > 1) {
                byte[] text = new byte[cursor.valueLength() - 1];
                MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, cursor.valueOffset(), text, 0, text.length);
                return new String(text, StandardCharsets.UTF_8);
            }
        }
        return null;
    }
}
