package io.nurs.appliance.output;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file being written, and its predecessors. For the writer thread: each call may wait for the disk as long as that likes. */
final class MessageFile implements MessageSink {
    private static final Logger LOG = LoggerFactory.getLogger(MessageFile.class);
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    private final MessageFileOptions options;
    private final MessageFormat format;
    private @Nullable FileChannel file;
    private boolean isRegular;
    private @Nullable Object identity;
    private long wholeBytes;
    /** Whether the file has what stands before its records, and is to be ended. */
    private boolean hasHead;

    private long lookedNanos;

    /** Whether what stands at the path may end in a torn message, or have no end: another process's file, or one that could not be cut. */
    private boolean maybeTorn = true;

    MessageFile(MessageFileOptions options, MessageFormat format) {
        this.options = options;
        this.format = format;
    }

    /** Ends the file, moves it out of the way, and begins one. */
    @Override
    public void begin() throws IOException {
        close();
        format.begin();
        hasHead = false;
        wholeBytes = 0;
        if (options.isStdout()) {
            isRegular = false;
            file = new FileOutputStream(FileDescriptor.out).getChannel();
            return;
        }
        Path path = options.file();
        isRegular = !Files.exists(path) || Files.isRegularFile(path);
        if (!isRegular) {
            // A FIFO: this waits for its reader.
            file = FileChannel.open(path, StandardOpenOption.WRITE);
            return;
        }
        setAside(path);
        file = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        maybeTorn = false;
        identity = identity(path);
        lookedNanos = System.nanoTime();
    }

    private void setAside(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        if (maybeTorn) {
            long cut = format.mend(path);
            if (cut > 0) {
                LOG.info(
                        "exporter {}: cut {} octets that were not written to their end off {}",
                        options.exporter(),
                        cut,
                        path);
            }
        }
        if (Files.size(path) == 0) {
            Files.delete(path);
            return;
        }
        RotatedNames names = new RotatedNames(path);
        Files.move(path, names.next(Files.getLastModifiedTime(path).toInstant()));
        if (options.keep() > 0) {
            names.prune(options.keep());
        }
    }

    /** What was begun of a message and could not be finished is cut off. */
    @Override
    public void append(MessageBatch batch) {
        ByteBuffer[] octets = batch.octets(format);
        try {
            while (batch.written() < batch.count()) {
                if (isFull()) {
                    begin();
                    batch.countFile();
                    if (format.begin()) {
                        octets = batch.octets(format);
                    }
                }
                append(Objects.requireNonNull(file), batch, octets);
            }
        } catch (IOException e) {
            batch.setFailure(e);
            FileChannel to = file;
            if (to != null) {
                cut(to);
            }
        }
    }

    private boolean isFull() {
        return rotatesBySize() && isRegular && options.rotateBytes() > 0 && wholeBytes >= options.rotateBytes();
    }

    /** Up to the message that fills the file. */
    private void append(FileChannel to, MessageBatch batch, ByteBuffer[] octets) throws IOException {
        int from = batch.written();
        int end = from;
        long left = 0;
        do {
            left += batch.size(end++);
        } while (end < batch.count() && !fills(left));
        if (left > 0 && !hasHead) {
            writeHead(to);
        }
        try {
            while (left > 0) {
                left -= to.write(octets, from, end - from);
            }
        } finally {
            for (int i = from; i < end && !octets[i].hasRemaining(); i++) {
                wholeBytes += batch.size(i);
                batch.countWritten();
            }
        }
    }

    private boolean fills(long more) {
        return rotatesBySize() && isRegular && options.rotateBytes() > 0 && wholeBytes + more >= options.rotateBytes();
    }

    private void writeHead(FileChannel to) throws IOException {
        byte[] head = format.head();
        write(to, head);
        hasHead = true;
        wholeBytes += head.length;
    }

    private static void write(FileChannel to, byte[] octets) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(octets);
        while (left.hasRemaining()) {
            to.write(left);
        }
    }

    private void cut(FileChannel to) {
        if (!isRegular) {
            return;
        }
        try {
            to.truncate(wholeBytes);
        } catch (IOException e) {
            maybeTorn = true;
        }
    }

    /** Whether somebody removed or renamed the file; a look at most once a second. What is written then goes where it is. */
    @Override
    public boolean isGone() {
        if (!isRegular || System.nanoTime() - lookedNanos < LOOK_NANOS) {
            return false;
        }
        lookedNanos = System.nanoTime();
        try {
            return !Objects.equals(identity, identity(options.file()));
        } catch (IOException e) {
            return true;
        }
    }

    private static @Nullable Object identity(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /** With everything on the disk. Closed in any case. */
    @Override
    public void close() throws IOException {
        FileChannel open = file;
        file = null;
        if (open == null) {
            return;
        }
        if (options.isStdout()) {
            writeTail(open);
            return;
        }
        try (open) {
            writeTail(open);
            if (isRegular) {
                open.force(true);
            }
        }
    }

    private void writeTail(FileChannel to) throws IOException {
        if (!hasHead) {
            return;
        }
        hasHead = false;
        try {
            write(to, format.tail());
        } catch (IOException e) {
            cut(to);
            maybeTorn = true;
            throw e;
        }
    }

    @Override
    public boolean rotatesBySize() {
        return !format.isOfSessions();
    }

    @Override
    public boolean isExpectedAtStart() {
        return true;
    }

    @Override
    public String advice(IOException failure) {
        return DiskFailure.advice(failure);
    }
}
