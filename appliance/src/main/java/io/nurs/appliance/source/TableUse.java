package io.nurs.appliance.source;

import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * How full a namespace's connection table is. The files are opened there once and then read from any thread: an open file of
 * /proc/sys/net stays with its namespace.
 */
final class TableUse implements AutoCloseable {
    private static final Path DIRECTORY = Path.of("/proc/sys/net/netfilter");
    private static final int LONGEST_NUMBER = 32;

    private final FileChannel count;
    private final FileChannel max;

    private TableUse(FileChannel count, FileChannel max) {
        this.count = count;
        this.max = max;
    }

    static TableUse open(NetworkNamespace namespace) throws IOException {
        return namespace.call(() -> new TableUse(
                FileChannel.open(DIRECTORY.resolve("nf_conntrack_count"), StandardOpenOption.READ),
                FileChannel.open(DIRECTORY.resolve("nf_conntrack_max"), StandardOpenOption.READ)));
    }

    /** Entries, those included that are dead and whose end has not been delivered. */
    long entries() throws IOException {
        return number(count);
    }

    /** How many there may be; the kernel drops new connections beyond. */
    long maxEntries() throws IOException {
        return number(max);
    }

    @Override
    public void close() throws IOException {
        count.close();
        max.close();
    }

    private static long number(FileChannel file) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(LONGEST_NUMBER);
        file.read(text, 0);
        return Long.parseLong(
                StandardCharsets.US_ASCII.decode(text.flip()).toString().strip());
    }
}
