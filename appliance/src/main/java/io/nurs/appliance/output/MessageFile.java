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
final class MessageFile {
    private static final Logger LOG = LoggerFactory.getLogger(MessageFile.class);
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    private final MessageFileOptions options;
    private @Nullable FileChannel file;
    private boolean isRegular;
    private @Nullable Object identity;
    private long wholeBytes;
    private long lookedNanos;

    /** Whether what stands at the path may end in a torn message: another process's file, or one that could not be cut. */
    private boolean maybeTorn = true;

    MessageFile(MessageFileOptions options) {
        this.options = options;
    }

    /** Ends the file, moves it out of the way, and begins one. */
    void begin() throws IOException {
        close();
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
        wholeBytes = 0;
        maybeTorn = false;
        identity = identity(path);
        lookedNanos = System.nanoTime();
    }

    private void setAside(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        if (maybeTorn) {
            long cut = WholeMessages.cutTorn(path);
            if (cut > 0) {
                LOG.info("exporter {}: cut {} octets of a torn message off {}", options.exporter(), cut, path);
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

    /** Appends whole messages: what was begun and could not be finished is cut off. */
    void append(MessageBatch batch) {
        FileChannel to = Objects.requireNonNull(file);
        ByteBuffer[] octets = batch.octets();
        long written = 0;
        IOException failure = null;
        try {
            while (written < batch.bytes()) {
                written += to.write(octets, 0, batch.count());
            }
        } catch (IOException e) {
            failure = e;
        }
        batch.setWritten(written, failure);
        wholeBytes += batch.writtenBytes();
        if (failure != null) {
            cut(to);
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
    boolean isGone() {
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
    void close() throws IOException {
        FileChannel open = file;
        file = null;
        if (open == null || options.isStdout()) {
            return;
        }
        try (open) {
            if (isRegular) {
                open.force(true);
            }
        }
    }
}
