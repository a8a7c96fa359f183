package io.nurs.appliance.output.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Where the last whole line of a file ends: a process that was killed may have left half a one, and no end. */
final class WholeLines {
    private static final int WINDOW = 1 << 16;

    private WholeLines() {}

    /**
     * Cuts half a line off the end, and writes what is missing behind the last whole one.
     *
     * @param beginning of each file that is ours; others stay as they are
     * @return octets cut off
     */
    static long mend(Path path, byte[] beginning, byte[] tail) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = file.size();
            if (!Arrays.equals(read(file, 0, beginning.length), beginning)) {
                return 0;
            }
            long end = lastLineEnd(file, size);
            file.truncate(end);
            if (!Arrays.equals(read(file, Math.max(0, end - tail.length), tail.length), tail)) {
                file.write(ByteBuffer.wrap(tail), end);
            }
            return size - end;
        }
    }

    private static long lastLineEnd(FileChannel file, long size) throws IOException {
        for (long from = size; from > 0; ) {
            long windowAt = Math.max(0, from - WINDOW);
            byte[] window = read(file, windowAt, (int) (from - windowAt));
            for (int i = window.length - 1; i >= 0; i--) {
                if (window[i] == '\n') {
                    return windowAt + i + 1;
                }
            }
            from = windowAt;
        }
        return 0;
    }

    /** As many as there are. */
    private static byte[] read(FileChannel file, long at, int length) throws IOException {
        ByteBuffer octets = ByteBuffer.allocate(length);
        boolean more = true;
        while (more && octets.hasRemaining()) {
            more = file.read(octets, at + octets.position()) >= 0;
        }
        return Arrays.copyOf(octets.array(), octets.position());
    }
}
