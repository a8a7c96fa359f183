package io.nurs.appliance.source;

import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.channels.FileChannel;

/** How full a namespace's connection table is. Reads from any thread. */
class TableUse implements AutoCloseable {
    /** The kernel begins to drop entries early at 95 %, and a look is a moment old. nf_conntrack_max95 */
    private static final int NEARLY_FULL_PERCENT = 90;

    private final FileChannel count;
    private final FileChannel max;
    private volatile boolean nearlyFull;

    TableUse(FileChannel count, FileChannel max) {
        this.count = count;
        this.max = max;
    }

    static TableUse open(NetworkNamespace namespace) throws IOException {
        return namespace.call(() -> {
            FileChannel count = ConntrackSysctls.open("nf_conntrack_count");
            try {
                return new TableUse(count, ConntrackSysctls.open("nf_conntrack_max"));
            } catch (IOException e) {
                count.close();
                throw e;
            }
        });
    }

    /** Entries, those included that are dead and whose end has not been delivered. */
    long entries() throws IOException {
        return ConntrackSysctls.number(count);
    }

    /** How many there may be; the kernel drops new connections beyond. 0 is no limit. */
    long maxEntries() throws IOException {
        return ConntrackSysctls.number(max);
    }

    /** Notes whether the table is nearly full, for {@link #isNearlyFull()}. */
    void look() throws IOException {
        long most = maxEntries();
        nearlyFull = most > 0 && entries() * 100 >= most * NEARLY_FULL_PERCENT;
    }

    /** At the last look. */
    boolean isNearlyFull() {
        return nearlyFull;
    }

    @Override
    public void close() throws IOException {
        count.close();
        max.close();
    }
}
