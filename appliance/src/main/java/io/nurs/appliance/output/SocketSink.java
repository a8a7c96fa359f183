package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A reader behind a socket. Its event loop is its own: the one that reads from the kernel does nothing for it. One that takes nothing
 * for {@link #STALL} is given up, and connected to anew later.
 */
public final class SocketSink implements MessageSink {
    private static final Duration STALL = Duration.ofSeconds(5);

    /** How a reader is reached. */
    public interface Way {
        /** Connects, with all that this takes. On any thread but the event loop's. */
        Channel connect(EventLoop loop) throws IOException, InterruptedException;
    }

    /** How what is written becomes what is sent. */
    public enum Framing {
        /** Octets, as they come. */
        STREAM,
        /** A datagram for each line, without its line feed. */
        LINE
    }

    private final Way way;
    private final Framing framing;
    private final MessageFormat format;
    private final MultiThreadIoEventLoopGroup group;
    private @Nullable Channel channel;
    private boolean hasHead;

    public SocketSink(String exporter, Way way, Framing framing, MessageFormat format) {
        this.way = way;
        this.framing = framing;
        this.format = format;
        this.group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("socket-" + exporter, true), EpollIoHandler.newFactory());
    }

    @Override
    public void begin() throws IOException {
        end();
        connected();
    }

    private Channel connected() throws IOException {
        Channel current = channel;
        if (current == null || !current.isActive()) {
            end();
            hasHead = false;
            try {
                current = channel = way.connect(group.next());
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }
        return current;
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted");
    }

    /** A reader that has closed its connection is connected to once more, at once. */
    @Override
    public void append(MessageBatch batch) {
        ByteBuffer[] octets = batch.octets(format);
        try {
            Channel before = channel;
            Channel to = connected();
            if (!to.equals(before)) {
                batch.countFile();
            }
            if (!hasHead && format.begin()) {
                octets = batch.octets(format);
            }
            send(to, batch, octets);
        } catch (IOException e) {
            batch.setFailure(e);
            drop();
        }
    }

    private void send(Channel to, MessageBatch batch, ByteBuffer[] octets) throws IOException {
        List<List<ChannelFuture>> sent = new ArrayList<>();
        for (int i = 0; i < batch.count(); i++) {
            List<ChannelFuture> parts = new ArrayList<>();
            if (octets[i].hasRemaining()) {
                if (!hasHead && format.head().length > 0) {
                    parts.add(to.write(Unpooled.wrappedBuffer(format.head())));
                }
                hasHead = true;
                write(to, octets[i], parts);
            }
            sent.add(parts);
        }
        to.flush();
        for (List<ChannelFuture> parts : sent) {
            for (ChannelFuture part : parts) {
                await(part);
            }
            batch.countWritten();
        }
    }

    private void write(Channel to, ByteBuffer octets, List<ChannelFuture> parts) {
        ByteBuf all = Unpooled.wrappedBuffer(octets);
        if (framing == Framing.STREAM) {
            parts.add(to.write(all));
            return;
        }
        while (all.isReadable()) {
            ByteBuf line = all.readSlice(all.bytesBefore((byte) '\n'));
            all.skipBytes(1);
            parts.add(to.write(line.retain()));
        }
        all.release();
    }

    private static void await(ChannelFuture written) throws IOException {
        try {
            if (!written.await(STALL.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("it has taken nothing for " + STALL.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
        if (!written.isSuccess()) {
            Throwable cause = written.cause();
            throw cause instanceof IOException failure ? failure : new IOException(String.valueOf(cause), cause);
        }
    }

    /** Whoever is written to in vain is connected to anew in {@link #append}. */
    @Override
    public boolean isGone() {
        return false;
    }

    private void end() throws IOException {
        Channel last = channel;
        try {
            if (last != null && last.isActive() && hasHead && format.tail().length > 0) {
                await(last.writeAndFlush(Unpooled.wrappedBuffer(format.tail())));
            }
        } finally {
            drop();
        }
    }

    private void drop() {
        Channel last = channel;
        channel = null;
        hasHead = false;
        if (last != null) {
            last.close();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            end();
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    /** There is no size that a reader wants. */
    @Override
    public boolean rotatesBySize() {
        return true;
    }

    @Override
    public boolean isExpectedAtStart() {
        return false;
    }

    @Override
    public String advice(IOException failure) {
        return "start the program that reads it, or see why it does not";
    }
}
