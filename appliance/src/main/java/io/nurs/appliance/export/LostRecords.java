package io.nurs.appliance.export;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.nurs.flow.FlowEncoder;

/** Counts messages that were encoded and went nowhere, and the records in them. Stands in front of the encoder. */
final class LostRecords extends ChannelOutboundHandlerAdapter {
    private final FlowEncoder encoder;
    private long before;
    private long messages;
    private long records;

    LostRecords(FlowEncoder encoder) {
        this.encoder = encoder;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf)) {
            ctx.write(message, promise);
            return;
        }
        long after = encoder.stats().records();
        long inside = after - before;
        before = after;
        ctx.write(message, promise.unvoid().addListener(written -> {
            if (!written.isSuccess()) {
                messages++;
                records += inside;
            }
        }));
    }

    long messages() {
        return messages;
    }

    long records() {
        return records;
    }
}
