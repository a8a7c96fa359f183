package io.nurs.netlink;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** An event loop that counts how often it looked for input and output: what spins shows there. */
public final class CountingEventLoop extends SingleThreadIoEventLoop implements AutoCloseable {
    private final AtomicLong turns = new AtomicLong();
    private final Queue<Channel> channels = new ConcurrentLinkedQueue<>();

    CountingEventLoop(IoHandlerFactory factory) {
        super(null, new DefaultThreadFactory("netlink-test", true), factory);
    }

    @Override
    protected int runIo() {
        turns.incrementAndGet();
        return super.runIo();
    }

    public long turns() {
        return turns.get();
    }

    /** Returns once the loop has done what it had to do before, and what followed from that at once. */
    public void settle() {
        for (int i = 0; i < 20; i++) {
            submit(() -> {}).syncUninterruptibly();
        }
    }

    @Override
    public ChannelFuture register(Channel channel) {
        channels.add(channel);
        return super.register(channel);
    }

    /** Closes its channels first: a loop that is shut down without a quiet period may end before it comes to that. */
    @Override
    public void close() {
        for (Channel channel : channels) {
            if (channel.isRegistered()) {
                channel.close().syncUninterruptibly();
            }
        }
        shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
