package io.nurs.appliance.output.pcapng;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Where the last whole block of a file ends: a process that was killed may have left half a one. */
final class WholeBlocks {
    private static final int WINDOW = 1 << 16;

    private final FileChannel file;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW).limit(0);
    private long windowAt;

    private WholeBlocks(FileChannel file) {
        this.file = file;
    }

    /**
     * Cuts off what is behind; a file that is not ours stays as it is.
     *
     * @return octets cut off
     */
    static long cutTorn(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = file.size();
            WholeBlocks blocks = new WholeBlocks(file);
            if (size >= Integer.BYTES && blocks.u32(0) != Blocks.SECTION_HEADER) {
                return 0;
            }
            if (size >= Blocks.LEAST_BYTES && blocks.u32(8) != Blocks.BYTE_ORDER_MAGIC) {
                return 0;
            }
            long end = blocks.end(size);
            file.truncate(end);
            return size - end;
        }
    }

    private long end(long size) throws IOException {
        long at = 0;
        while (size - at >= Blocks.LEAST_BYTES) {
            long length = Integer.toUnsignedLong(u32(at + Integer.BYTES));
            boolean whole = length >= Blocks.LEAST_BYTES
                    && length <= size - at
                    && Integer.toUnsignedLong(u32(at + length - Integer.BYTES)) == length;
            if (!whole) {
                return at;
            }
            at += length;
        }
        return at;
    }

    private int u32(long at) throws IOException {
        if (at < windowAt || at + Integer.BYTES > windowAt + window.limit()) {
            windowAt = at;
            window.clear();
            boolean more = true;
            while (more && window.hasRemaining()) {
                more = file.read(window, at + window.position()) >= 0;
            }
            window.flip();
        }
        return window.getInt((int) (at - windowAt));
    }
}
