package io.nurs.appliance.export;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.appliance.source.ConntrackFlow;
import java.util.List;

/** The tail of a source's pipelines: gives each flow to the stacks that the source feeds. */
@ChannelHandler.Sharable
public final class FlowExporter extends ChannelInboundHandlerAdapter {
    private final List<Stack> stacks;

    public FlowExporter(List<Stack> stacks) {
        this.stacks = List.copyOf(stacks);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ConntrackFlow flow) {
            for (int i = 0; i < stacks.size(); i++) {
                stacks.get(i).export(flow);
            }
        } else {
            ctx.fireChannelRead(message);
        }
    }
}
