package io.nurs.appliance.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Where the last whole message of a file of IPFIX messages ends: a process that was killed may have left half a one. */
final class WholeMessages {
    /** version and length, u16 each. RFC 7011 §3.1 */
    private static final int LENGTH_END = 4;

    private static final int IPFIX = 10;
    private static final int HEADER_LENGTH = 16;
    private static final int WINDOW = 1 << 16;

    private final FileChannel file;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW);
    private long windowAt;

    private WholeMessages(FileChannel file) {
        this.file = file;
        window.limit(0);
    }

    /**
     * Cuts a torn message off the end. NetFlow v9 has no lengths, and what is no message of either is not ours to cut.
     *
     * @return octets cut off
     */
    static long cutTorn(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = file.size();
            WholeMessages messages = new WholeMessages(file);
            long end = messages.end(size);
            if (end == size || !messages.isTorn(end, size)) {
                return 0;
            }
            file.truncate(end);
            return size - end;
        }
    }

    private long end(long size) throws IOException {
        long at = 0;
        while (size - at >= LENGTH_END && version(at) == IPFIX) {
            int length = length(at);
            if (length < HEADER_LENGTH || length > size - at) {
                break;
            }
            at += length;
        }
        return at;
    }

    private boolean isTorn(long at, long size) throws IOException {
        long left = size - at;
        if (left < LENGTH_END) {
            return at > 0 || left < Short.BYTES || version(at) == IPFIX;
        }
        return version(at) == IPFIX && length(at) > left;
    }

    private int version(long at) throws IOException {
        return u16(at);
    }

    private int length(long at) throws IOException {
        return u16(at + 2);
    }

    private int u16(long at) throws IOException {
        if (at < windowAt || at + Short.BYTES > windowAt + window.limit()) {
            windowAt = at;
            window.clear();
            boolean more = true;
            while (more && window.position() < Short.BYTES) {
                more = file.read(window, at + window.position()) >= 0;
            }
            window.flip();
        }
        return Short.toUnsignedInt(window.getShort((int) (at - windowAt)));
    }
}
