package io.nurs.appliance.source;

import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * What /proc shows of one namespace's connection table, read anew for each figure. For one thread at a time, whichever that is;
 * nothing here waits for anybody.
 */
public final class ConntrackTable implements AutoCloseable {
    /** The files, all of which hold one number. */
    public enum Figure {
        /** Entries, those included that are dead and whose end has not been delivered. */
        COUNT,
        /** How many there may be; 0 is no limit. */
        MAX,
        /** Of the hash table that all namespaces share. */
        BUCKETS,
        /** 1: new entries get counters. */
        ACCT,
        /** 1: new entries get times. */
        TIMESTAMP,
        /** 1 always, 2 only for entries made while somebody listens, 0 never. */
        EVENTS;

        private String file() {
            return "nf_conntrack_" + name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<Figure, FileChannel> files = new EnumMap<>(Figure.class);

    private ConntrackTable() {}

    /** Opens those that the kernel has. */
    static ConntrackTable open(NetworkNamespace namespace) {
        ConntrackTable table = new ConntrackTable();
        try {
            namespace.call(() -> {
                for (Figure figure : Figure.values()) {
                    table.open(figure);
                }
                return true;
            });
        } catch (IOException e) {
            table.close();
        }
        return table;
    }

    private void open(Figure figure) {
        try {
            files.put(figure, ConntrackSysctls.open(figure.file()));
        } catch (IOException e) {
            // This kernel, or this /proc, does not have it.
        }
    }

    public boolean has(Figure figure) {
        return files.containsKey(figure);
    }

    /** NaN if it cannot be read. */
    public double read(Figure figure) {
        FileChannel file = files.get(figure);
        try {
            return file == null ? Double.NaN : ConntrackSysctls.number(file);
        } catch (IOException | NumberFormatException e) {
            return Double.NaN;
        }
    }

    @Override
    public void close() {
        for (FileChannel file : files.values()) {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
