package io.nurs.netlink.nftables;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkControl;
import io.nurs.netlink.NetlinkRequest;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Sends an {@link NftablesBatch} as the one datagram that the kernel wants, and completes the promise it was written with
 * once every request was acknowledged, or by the first refusal. May stand beside a
 * {@code NetlinkRequestTracker}: its sequence numbers are negative, the other's start at 1.
 */
public final class NftablesBatchTracker extends ChannelDuplexHandler {
    private final Deque<Pending> pending = new ArrayDeque<>();
    private int nextSequence = Integer.MIN_VALUE;

    /** {@code first} is BATCH_BEGIN's, by which the kernel refuses a batch as a whole; {@code last} the last request's. */
    private record Pending(int first, int last, ChannelPromise promise) {
        boolean contains(int sequence) {
            return first <= sequence && sequence <= last;
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof NftablesBatch batch)) {
            ctx.write(message, promise);
            return;
        }
        int first = nextSequence;
        ByteBuf datagram = ctx.alloc().directBuffer();
        append(datagram, boundary(ctx.alloc(), NFNL_MSG_BATCH_BEGIN));
        for (NetlinkRequest request : batch.requests()) {
            append(datagram, request.retain());
        }
        Pending sent = new Pending(first, nextSequence - 1, promise);
        append(datagram, boundary(ctx.alloc(), NFNL_MSG_BATCH_END));
        batch.release();
        pending.add(sent);
        ctx.write(datagram).addListener(future -> {
            if (!future.isSuccess() && pending.remove(sent)) {
                promise.tryFailure(future.cause());
            }
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ctx.fireChannelRead(message);
        switch (message) {
            // The kernel answers in order, so that the last acknowledgement stands for all.
            case NetlinkControl.Acknowledged done -> {
                Pending sent = pending.peek();
                if (sent != null && sent.last() == done.sequence()) {
                    pending.remove();
                    sent.promise().trySuccess();
                }
            }
            case NetlinkControl.Failure refused -> fail(refused);
            default -> {}
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        pending.forEach(sent -> sent.promise().tryFailure(new ClosedChannelException()));
        pending.clear();
        ctx.fireChannelInactive();
    }

    /** Acknowledgements and further refusals of the same batch may follow; nothing waits for them any more. */
    private void fail(NetlinkControl.Failure refused) {
        Pending sent = pending.peek();
        if (sent == null || !sent.contains(refused.sequence())) {
            return;
        }
        pending.remove();
        int number = refused.sequence() - sent.first();
        String what = number == 0 ? "the nftables batch" : "request " + number + " of the nftables batch";
        String text = refused.message() == null ? "" : " (" + refused.message() + ")";
        sent.promise().tryFailure(new Errno("the kernel refused " + what + text, refused.errno()));
    }

    /** The subsystem stands in res_id, not in the type. nfnetlink_rcv_skb_batch */
    private static NetlinkRequest boundary(ByteBufAllocator allocator, int type) {
        return NetlinkRequest.netfilter(allocator, NFNL_SUBSYS_NONE, type, 0, 0, NFNL_SUBSYS_NFTABLES);
    }

    /** The requests' lengths are multiples of 4, as NLMSG_ALIGN asks for. */
    private void append(ByteBuf datagram, NetlinkRequest request) {
        datagram.writeBytes(request.sequence(nextSequence++).buffer());
        request.release();
    }
}
