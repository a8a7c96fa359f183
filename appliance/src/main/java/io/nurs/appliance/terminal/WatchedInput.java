package io.nurs.appliance.terminal;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A file that is read from its beginning to its end, and how far that has come. */
public final class WatchedInput extends FilterInputStream {
    private static final long STEP_BYTES = 4 << 20;
    private static final int MIB = 1 << 20;

    private final long size;
    private final Progress progress;
    private long read;
    private long shown;

    public WatchedInput(InputStream in, long size, Progress progress) {
        super(in);
        this.size = size;
        this.progress = progress;
    }

    @Override
    public int read() throws IOException {
        int octet = super.read();
        advance(octet < 0 ? 0 : 1);
        return octet;
    }

    @Override
    public int read(byte[] octets, int offset, int length) throws IOException {
        int count = super.read(octets, offset, length);
        advance(Math.max(0, count));
        return count;
    }

    private void advance(int octets) {
        read += octets;
        if (read - shown >= STEP_BYTES) {
            shown = read;
            progress.show("%,d of %,d MiB read".formatted(read / MIB, Math.max(read, size) / MIB));
        }
    }
}
