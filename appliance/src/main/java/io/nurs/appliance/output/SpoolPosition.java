package io.nurs.appliance.output;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * How far a spool has been read, in a file that is also its lock. Written before messages are sent, so that a process that is
 * killed leaves some in doubt and sends none twice.
 */
final class SpoolPosition implements Closeable {
    /** segment, sent, taken and their sum, 8 octets each; one write, which no kill divides. */
    private static final int LENGTH = 32;

    private final FileChannel file;
    private final ByteBuffer octets = ByteBuffer.allocate(LENGTH);

    /** Number of the segment being read; those before it are gone. */
    long segment;

    /** Its messages up to here were sent ... */
    long sent;

    /** ... and up to here they may have been. */
    long taken;

    private SpoolPosition(FileChannel file) {
        this.file = file;
    }

    /** Null if another process has it. */
    static @Nullable SpoolPosition open(Path path) throws IOException {
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (lock(file) == null) {
            file.close();
            return null;
        }
        SpoolPosition position = new SpoolPosition(file);
        position.read();
        return position;
    }

    private static @Nullable FileLock lock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private void read() throws IOException {
        ByteBuffer in = octets.clear();
        if (file.read(in, 0) == LENGTH && in.getLong(24) == in.getLong(0) + in.getLong(8) + in.getLong(16)) {
            segment = in.getLong(0);
            sent = in.getLong(8);
            taken = in.getLong(16);
        }
    }

    void write() throws IOException {
        octets.clear().putLong(segment).putLong(sent).putLong(taken).putLong(segment + sent + taken);
        file.write(octets.flip(), 0);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
