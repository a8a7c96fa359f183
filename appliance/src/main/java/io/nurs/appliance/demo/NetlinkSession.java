package io.nurs.appliance.demo;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.NetlinkRequestTracker;
import io.nurs.netlink.NetworkNamespace;
import io.nurs.netlink.nftables.NftablesBatch;
import io.nurs.netlink.nftables.NftablesBatchTracker;
import io.nurs.netlink.nftables.NftablesDecoder;
import io.nurs.netlink.nftables.NftablesMessage;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Requests sent one after the other, each with a wait for its answer. Not for the event loop's own thread. */
final class NetlinkSession implements AutoCloseable {
    private static final long ANSWER_SECONDS = 10;

    private final NetlinkChannel channel;
    private volatile Consumer<NftablesMessage> onRule = rule -> {};

    private NetlinkSession(NetlinkChannel channel) {
        this.channel = channel;
        channel.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(channel.stats()),
                        new NftablesDecoder(channel.stats()),
                        new NftablesBatchTracker(),
                        new NetlinkRequestTracker(),
                        new RuleReader());
    }

    static NetlinkSession open(EventLoop loop, NetworkNamespace namespace, int protocol) throws IOException {
        NetlinkSession session =
                new NetlinkSession(namespace.call(() -> NetlinkChannel.open(NetlinkOptions.requests(protocol))));
        try {
            await(loop.register(session.channel));
            return session;
        } catch (IOException e) {
            session.close();
            throw e;
        }
    }

    ByteBufAllocator allocator() {
        return channel.alloc();
    }

    void send(NetlinkRequest request) throws IOException {
        await(channel.writeAndFlush(request));
    }

    void send(NftablesBatch batch) throws IOException {
        await(channel.writeAndFlush(batch));
    }

    /** Passes each rule of a dump to {@code reader}, on the event loop, before this returns. */
    synchronized void readRules(NetlinkRequest dump, Consumer<NftablesMessage> reader) throws IOException {
        onRule = reader;
        send(dump);
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
    }

    private static void await(ChannelFuture answer) throws IOException {
        if (!answer.awaitUninterruptibly(ANSWER_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("the kernel did not answer a netlink request within " + ANSWER_SECONDS + " s");
        }
        Throwable cause = answer.cause();
        if (cause != null) {
            throw cause instanceof IOException refused ? refused : new IOException(cause);
        }
    }

    private final class RuleReader extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof NftablesMessage rule) {
                onRule.accept(rule);
            }
        }
    }
}
