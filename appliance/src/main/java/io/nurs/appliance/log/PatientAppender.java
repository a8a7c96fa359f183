package io.nurs.appliance.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes the log on a thread of its own, behind a queue. A pipe that nobody reads blocks who writes to it, and that must not be an
 * event loop: whoever logs never waits, and what does not fit is dropped, counted, and told of when there is room again.
 */
final class PatientAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
    static final int CAPACITY = 1024;

    private final LogLine line;
    private final OutputStream out;
    private final BlockingQueue<ILoggingEvent> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong settled = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private long toldDropped;

    PatientAppender(LogLine line, OutputStream out) {
        this.line = line;
        this.out = out;
    }

    @Override
    public void start() {
        Thread.ofPlatform().name("log").daemon().start(this::run);
        super.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
        // Now, which it keeps: its arguments may be another's by the time that the line is written.
        event.getFormattedMessage();
        accepted.incrementAndGet();
        if (!queue.offer(event)) {
            dropped.incrementAndGet();
            settled.incrementAndGet();
        }
    }

    /** Lines that nobody will see. */
    long dropped() {
        return dropped.get();
    }

    private void run() {
        try {
            while (true) {
                ILoggingEvent event = queue.take();
                write(event);
                settled.incrementAndGet();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(ILoggingEvent event) {
        try {
            out.write(line.of(event).getBytes(StandardCharsets.UTF_8));
            long all = dropped.get();
            if (all > toldDropped) {
                out.write(line.of(new DropEvent(all - toldDropped)).getBytes(StandardCharsets.UTF_8));
                toldDropped = all;
            }
        } catch (IOException e) {
            // A full disk, or a reader that has gone: there is no other place to say it.
            dropped.incrementAndGet();
        } catch (RuntimeException e) {
            addError("a line could not be written", e);
            dropped.incrementAndGet();
        } catch (StackOverflowError | OutOfMemoryError | LinkageError e) {
            // Of this line alone, as far as anybody knows: without this thread there is no log any more.
            dropped.incrementAndGet();
        }
    }

    /** Waits until all that was logged has been written, or for so long: it may never be. */
    void flush(Duration patience) throws InterruptedException {
        long all = accepted.get();
        long deadline = System.nanoTime() + patience.toNanos();
        while (settled.get() < all && System.nanoTime() < deadline) {
            Thread.sleep(1);
        }
    }
}
