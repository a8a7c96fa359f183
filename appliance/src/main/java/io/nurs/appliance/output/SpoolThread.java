package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import io.nurs.appliance.RateLimit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loop's side of a {@link SpoolDisk}, which has a thread of its own. On its way there is at most one staging to write
 * and one batch to read: what comes while a staging is full is refused.
 */
final class SpoolThread {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolThread.class);

    private final SpoolDisk disk;
    private final String name;
    private final SpoolStats stats;
    private final Runnable reported;
    private final RateLimit limit = new RateLimit();
    private final ThreadPoolExecutor thread;
    private final SpoolBatch batch = new SpoolBatch();
    private SpoolTemplates templates = new SpoolTemplates();
    private @Nullable EventExecutor loop;

    // 2 MiB that most spools never need.
    private @Nullable SpoolStaging filling;
    private @Nullable SpoolStaging writing;
    private boolean appending;
    private boolean reading;
    private boolean readingTakes;
    private boolean taken;
    private boolean closed;

    SpoolThread(SpoolDisk disk, String name, ThreadFactory threads, SpoolStats stats, Runnable reported) {
        this.disk = disk;
        this.name = name;
        this.stats = stats;
        this.reported = reported;
        this.thread = new ThreadPoolExecutor(0, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(4), threads);
    }

    void reportTo(EventExecutor executor) {
        loop = executor;
    }

    /** Copies it; false if the disk has too much to do. */
    boolean stage(ByteBuf message, int records) {
        SpoolStaging to = filling;
        if (to == null) {
            to = filling = new SpoolStaging();
            writing = new SpoolStaging();
        }
        if (closed || !to.fits(SpoolFrame.length(message))) {
            return false;
        }
        to.add(message, records);
        append();
        return true;
    }

    private void append() {
        SpoolStaging full = filling;
        SpoolStaging empty = writing;
        if (appending || full == null || empty == null || full.count() == 0) {
            return;
        }
        filling = empty;
        writing = full;
        appending = true;
        thread.execute(() -> {
            IOException failure = null;
            try {
                disk.append(full);
            } catch (IOException e) {
                failure = e;
            }
            report(failure, this::appended);
        });
    }

    private void appended() {
        appending = false;
        SpoolStaging written = writing;
        if (written != null) {
            int lost = written.count() - written.writtenMessages;
            long bytes = (long) written.bytes() - written.writtenBytes;
            long records = written.lostRecords();
            stats.dropped(lost, bytes, records);
            stats.spooledMessages -= lost;
            stats.spooledRecords -= records;
            stats.backlogBytes -= bytes;
            written.clear();
        }
        append();
    }

    /** Templates of what is read next, which stays where it is; none as long as none has been read. */
    SpoolTemplates templates() {
        SpoolTemplates found = new SpoolTemplates();
        if (reading) {
            return found;
        }
        batch.mark();
        boolean more = true;
        while (more && batch.hasNext()) {
            more = found.add(batch.peek());
            batch.advance();
        }
        batch.reset();
        if (!found.messages().isEmpty()) {
            templates = found;
        } else if (!batch.hasNext() || !taken) {
            // A message that was refused has none: those behind it have.
            batch.clear(false);
            read(false);
            return found;
        }
        return templates;
    }

    /** Whether a message may be sent now; if none may, asks for more. */
    boolean hasTaken() {
        // While the disk's thread fills it, the batch is not ours to look at.
        if (!reading && batch.hasNext() && taken) {
            return true;
        }
        read(true);
        return false;
    }

    private void read(boolean take) {
        if (reading || closed) {
            return;
        }
        reading = true;
        readingTakes = take;
        boolean again = !batch.hasNext();
        thread.execute(() -> {
            IOException failure = null;
            try {
                if (again) {
                    disk.read(batch, take);
                } else {
                    disk.take();
                }
            } catch (IOException e) {
                failure = e;
            }
            report(failure, () -> {
                reading = false;
                taken = take;
            });
        });
    }

    ByteBuffer next() {
        return batch.peek();
    }

    int nextBytes() {
        return batch.nextBytes();
    }

    void advance() {
        batch.advance();
    }

    /** Has files deleted that were sent. */
    void tidy() {
        read(false);
    }

    boolean isIdle() {
        SpoolStaging waiting = filling;
        return !appending && !reading && (waiting == null || waiting.count() == 0);
    }

    private void report(@Nullable IOException failure, Runnable result) {
        EventExecutor to = loop;
        try {
            if (to != null) {
                to.execute(() -> {
                    result.run();
                    if (failure != null) {
                        complain(failure);
                    }
                    reported.run();
                });
            }
        } catch (RejectedExecutionException e) {
            LOG.debug("spool {}: the event loop has ended", name);
        }
    }

    private void complain(IOException failure) {
        if (limit.permits()) {
            LOG.warn(
                    "spool {}: {}; {}; {} messages ({} records) dropped so far{}",
                    name,
                    DiskFailure.reason(failure),
                    DiskFailure.advice(failure),
                    stats.droppedMessages,
                    stats.droppedRecords,
                    limit.suppressed());
        }
    }

    /** False if it was closed before. The disk may take its time until it says so. */
    boolean close(Runnable onClosed) {
        if (closed) {
            return false;
        }
        closed = true;
        // Behind a read that is under way: the batch is not touched any more.
        boolean takes = reading ? readingTakes : taken;
        thread.execute(() -> {
            try {
                disk.close(takes ? batch.remainingBytes() : 0);
            } catch (IOException e) {
                LOG.warn("spool {}: {}", name, DiskFailure.reason(e));
            }
            report(null, onClosed);
        });
        thread.shutdown();
        return true;
    }
}
