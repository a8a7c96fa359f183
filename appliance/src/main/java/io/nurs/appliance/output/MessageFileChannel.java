package io.nurs.appliance.output;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.StartException;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowEncoder;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A channel whose other end is a file, or a reader who is written to in the same way: every {@code ByteBuf} is one message, and a
 * file of messages is whole ones of one transport session (RFC 5655). Only its own thread waits for the disk, and makes of messages
 * what is written; one batch is there at a time, what comes meanwhile waits in the channel, whose writability says when that is much. A promise is kept when the message is in the file.
 *
 * <p>While the file cannot be written, messages are dropped and counted, and their promises fail.
 *
 * <p>Runs on any event loop. Longer than a class should be: Netty makes channel and unsafe share their state by inheritance.
 */
public final class MessageFileChannel extends AbstractChannel {
    private static final Logger LOG = LoggerFactory.getLogger(MessageFileChannel.class);
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    /** Several of the longest messages, so that disk and encoder need not take turns, and less than the encoder's buffers. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(1 << 18, 1 << 19);

    /** How long start and end wait for a disk that hangs. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Stands between the messages of two files. */
    private static final Object NEW_FILE = new Object();

    private final MessageFileOptions options;
    private final ExportClock clock;
    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final MessageFileStats stats = new MessageFileStats();
    private final RateLimit limit = new RateLimit();
    private final RateLimit goneLimit = new RateLimit();
    /** Whether a failure was told of, and its end is to be. */
    private boolean saysFailure;

    private final MessageSink file;
    private final MessageBatch batch = new MessageBatch();
    private final ThreadPoolExecutor writer;
    private final Runnable begin = this::begin;
    private final Runnable append = this::append;
    private final ChannelPromise begun = newPromise();
    private volatile boolean open = true;

    /** The writer has something to do, and will report. */
    private boolean busy;
    /** Why messages are dropped, until a new file has been begun. */
    private @Nullable MessageDroppedException failure;
    /** The file takes no more of this session; a new one may begin from {@link #retryNanos} on. */
    private boolean sessionOver;

    private long retryNanos;
    private int filesAhead;
    private long fileBytes;
    /** In which the file's first message came. */
    private long interval;

    private long acceptedMessages;
    private long acceptedBytes;
    private @Nullable ChannelPromise closing;

    /** The owner registers it, and says when files end: {@link #open} does both. */
    MessageFileChannel(MessageFileOptions options, ExportClock clock, MessageSink file) {
        super(null);
        this.options = options;
        this.clock = clock;
        this.file = file;
        config.setWriteBufferWaterMark(WATER_MARK);
        ThreadFactory threads = new DefaultThreadFactory("file-" + options.exporter(), true);
        this.writer = new ThreadPoolExecutor(0, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(4), threads);
    }

    /**
     * A registered channel with the encoder in it, and what ends a file where that is due. Write records and flush on a tick, as
     * to a socket.
     *
     * @throws StartException if the file cannot be made; one whose disk hangs is waited for while messages are
     */
    public static MessageFileChannel open(
            MessageFileOptions options, MessageFormat format, FlowEncoder encoder, EventLoop loop)
            throws StartException, InterruptedException {
        return open(
                new MessageFileChannel(options, ExportClock.SYSTEM, new MessageFile(options, format)), encoder, loop);
    }

    /**
     * To a reader, who may come later: until then, messages are dropped and counted.
     *
     * @param options whose path is what the reader is called, and nothing else
     */
    public static MessageFileChannel open(
            MessageFileOptions options, SocketSink reader, FlowEncoder encoder, EventLoop loop)
            throws StartException, InterruptedException {
        return open(new MessageFileChannel(options, ExportClock.SYSTEM, reader), encoder, loop);
    }

    static MessageFileChannel open(MessageFileChannel channel, FlowEncoder encoder, EventLoop loop)
            throws StartException, InterruptedException {
        if (!encoder.options().stream()) {
            throw new IllegalArgumentException("a file is a stream: make the encoder with EncoderOptions.stream");
        }
        new Bootstrap()
                .group(loop)
                .channelFactory(() -> channel)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel registered) {
                        registered.pipeline().addLast(encoder, new FileSessions(channel, encoder));
                    }
                })
                .register()
                .sync();
        if (channel.file.isExpectedAtStart()
                && channel.begun.await(PATIENCE.toMillis())
                && channel.begun.cause() instanceof IOException e) {
            channel.close().await();
            throw new StartException(
                    "exporter " + channel.options.exporter() + ": cannot write " + channel.options + ": "
                            + DiskFailure.reason(e) + "; " + channel.file.advice(e),
                    e);
        }
        return channel;
    }

    public MessageFileStats stats() {
        return stats;
    }

    /** Whether what is written goes nowhere at present; for any thread, a moment late. */
    public boolean isFailing() {
        return failure != null;
    }

    /** Whether the file has all the octets that it may have, or will take no more. */
    boolean isFull() {
        if (sessionOver) {
            return System.nanoTime() - retryNanos >= 0;
        }
        return !file.rotatesBySize() && options.rotateBytes() > 0 && fileBytes >= options.rotateBytes();
    }

    /** Whether a new session is to begin: all that was sealed has been written to the channel, then {@link #rotate()}. */
    public boolean isRotationDue() {
        return isFull() || (!sessionOver && fileBytes > 0 && interval != intervalNow());
    }

    /**
     * Ends the file behind the last message written so far; what is written from now on is in the next. On the event loop.
     */
    public void rotate() {
        sessionOver = false;
        fileBytes = 0;
        filesAhead++;
        unsafe().write(NEW_FILE, voidPromise());
        unsafe().flush();
    }

    /** 0 where files do not end with time. A clock that steps back ends one, too. */
    private long intervalNow() {
        long millis = options.rotateInterval().toMillis();
        return millis == 0 ? 0 : Math.floorDiv(clock.epochMillis(), millis);
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        promise.setSuccess();
        filesAhead++;
        beginFile();
    }

    private void beginFile() {
        busy = true;
        writer.execute(begin);
    }

    /** On the writer thread. */
    private void begin() {
        IOException failed = null;
        try {
            file.begin();
        } catch (IOException e) {
            failed = e;
        }
        IOException cause = failed;
        report(() -> begun(cause));
    }

    /** On the writer thread. */
    private void append() {
        boolean gone = file.isGone();
        try {
            file.append(batch);
        } catch (RuntimeException e) {
            // Without a report all that comes would wait for ever.
            batch.setFailure(new IOException("internal error: " + e, e));
        }
        report(() -> appended(gone));
    }

    private void report(Runnable result) {
        try {
            eventLoop().execute(result);
        } catch (RejectedExecutionException e) {
            // The loop has ended without this channel's end.
            batch.release();
        }
    }

    private void begun(@Nullable IOException cause) {
        filesAhead--;
        if (cause == null) {
            stats.files++;
            if (saysFailure) {
                saysFailure = false;
                LOG.info("exporter {}: {} can be written again", options.exporter(), options);
            }
            failure = null;
            begun.trySuccess();
        } else {
            fail(cause);
            begun.tryFailure(cause);
        }
        proceed();
    }

    private void appended(boolean gone) {
        IOException cause = batch.failure();
        int written = batch.written();
        stats.files += batch.filesBegun();
        stats.writtenMessages += written;
        stats.writtenBytes += batch.writtenBytes();
        stats.dropped(batch.count() - written, batch.bytes() - batch.writtenBytes());
        if (cause != null) {
            fail(cause);
        } else if (gone) {
            if (goneLimit.permits()) {
                LOG.info(
                        "exporter {}: {} was moved or removed, beginning another{}",
                        options.exporter(),
                        options,
                        goneLimit.suppressed());
            }
            endSession(System.nanoTime());
        }
        settle(written);
        batch.release();
        proceed();
    }

    /** Whoever hears that a message was written may write more: all of that waits, as the writer is still busy. */
    private void settle(int written) {
        ChannelOutboundBuffer outbound = unsafe().outboundBuffer();
        for (int i = 0; outbound != null && i < batch.count(); i++) {
            while (outbound.current() instanceof ByteBuf cancelled && !cancelled.isReadable()) {
                outbound.remove();
            }
            if (i < written) {
                outbound.remove();
            } else {
                outbound.remove(failure);
            }
        }
    }

    private void proceed() {
        busy = false;
        ((FileUnsafe) unsafe()).proceed();
    }

    private void fail(IOException cause) {
        stats.failures++;
        failure = new MessageDroppedException(options.toString(), cause);
        endSession(System.nanoTime() + options.retry().toNanos());
        if (limit.permits()) {
            saysFailure = true;
            LOG.warn(
                    "exporter {}: {}; {}; {} messages ({} octets) dropped so far, trying again every {} s{}",
                    options.exporter(),
                    failure.getMessage(),
                    file.advice(cause),
                    stats.droppedMessages,
                    stats.droppedBytes,
                    options.retry().toSeconds(),
                    limit.suppressed());
        }
    }

    private void endSession(long retryNanos) {
        // One that waits behind these messages is the next.
        if (filesAhead == 0) {
            sessionOver = true;
            this.retryNanos = retryNanos;
        }
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        if (message.equals(NEW_FILE)) {
            return message;
        }
        if (!(message instanceof ByteBuf octets)) {
            throw new UnsupportedOperationException("not a message: " + message);
        }
        if (fileBytes == 0) {
            interval = intervalNow();
        }
        fileBytes += octets.readableBytes();
        acceptedBytes += octets.readableBytes();
        acceptedMessages++;
        return octets;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer outbound) throws Exception {
        for (Object head = outbound.current(); head != null && !busy; head = outbound.current()) {
            MessageDroppedException dropping = failure;
            if (!(head instanceof ByteBuf message)) {
                outbound.remove();
                beginFile();
            } else if (!message.isReadable()) {
                outbound.remove();
            } else if (dropping != null) {
                stats.dropped(1, message.readableBytes());
                outbound.remove(dropping);
            } else {
                outbound.forEachFlushedMessage(batch);
                busy = true;
                writer.execute(append);
            }
        }
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new FileUnsafe();
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return null;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    protected void doBind(SocketAddress local) {
        throw new UnsupportedOperationException("a file has no address");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    /** The file itself is the writer's to close. */
    @Override
    protected void doClose() {
        open = false;
    }

    @Override
    protected void doBeginRead() {
        // Nothing ever comes back from a file.
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open && isRegistered();
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    private final class FileUnsafe extends AbstractUnsafe {
        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException("a file is not connected to"));
        }

        void proceed() {
            flush0();
            ChannelPromise promise = closing;
            if (promise != null && isSettled()) {
                closing = null;
                super.close(promise);
            }
        }

        /** When all that was flushed is in the file, which a disk that hangs cannot put off for long. */
        @Override
        public void close(ChannelPromise promise) {
            if (closing != null) {
                ChannelFuture closed = closeFuture();
                closed.addListener(done -> promise.trySuccess());
            } else if (!open || isSettled()) {
                super.close(promise);
            } else {
                closing = promise;
                eventLoop().schedule(this::giveUp, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            }
        }

        private boolean isSettled() {
            ChannelOutboundBuffer outbound = outboundBuffer();
            return !busy && (outbound == null || outbound.isEmpty());
        }

        private void giveUp() {
            ChannelPromise promise = closing;
            if (promise != null) {
                closing = null;
                super.close(promise);
            }
        }

        /** Closing waits for the disk, so it is the writer's; the channel's end does not wait longer than patience lasts. */
        @Override
        protected Executor prepareToClose() {
            dropWaiting();
            return end -> {
                Runnable once = new Once(end);
                writer.execute(() -> {
                    closeFile();
                    report(once);
                });
                writer.shutdown();
                eventLoop().schedule(once, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            };
        }

        private void dropWaiting() {
            long messages = acceptedMessages - stats.writtenMessages - stats.droppedMessages - batch.count();
            long bytes = acceptedBytes - stats.writtenBytes - stats.droppedBytes - batch.bytes();
            stats.dropped(messages, bytes);
            if (messages > 0) {
                LOG.warn(
                        "exporter {}: {} did not take the last {} messages ({} octets) in time",
                        options.exporter(),
                        options,
                        messages,
                        bytes);
            }
        }

        private void closeFile() {
            try {
                file.close();
            } catch (IOException e) {
                LOG.warn("exporter {}: cannot close {}: {}", options.exporter(), options, DiskFailure.reason(e));
            }
        }
    }
}
