package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.appliance.RateLimit;
import io.nurs.netlink.NetlinkControl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of each of a source's pipelines: what no handler before it took. */
final class SourceTail extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(SourceTail.class);

    private final String name;
    private final SourceWatch watch;
    private final RateLimit failureLimit;

    /**
     * Of one pipeline.
     *
     * @param failureLimit one for all of the source
     */
    SourceTail(String name, SourceWatch watch, RateLimit failureLimit) {
        this.name = name;
        this.watch = watch;
        this.failureLimit = failureLimit;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof NetlinkControl.Overrun) {
            watch.overrun();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (failureLimit.permits()) {
            LOG.error("source {}: {}{}", name, cause.toString(), failureLimit.suppressed(), cause);
        }
    }
}
