package io.nurs.appliance.totals;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a state file to one table: by a lock on NAME.lock, which ends with the process however that ends. The lock is not on
 * the state file, because that one is replaced. The empty NAME.lock stays.
 */
final class FileLocks implements AutoCloseable {
    /** Of this process: POSIX locks do not exclude their own, and closing any descriptor of the file drops them. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel channel;

    private FileLocks(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    static FileLocks lock(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new StateFileException("state file " + file + " is a directory");
        }
        Path path = directory.toRealPath().resolve(file.getFileName() + ".lock");
        if (!HELD.add(path)) {
            throw new StateFileException("state file " + file + " is in use twice in this process: give each its own");
        }
        FileLocks locks = null;
        try {
            locks = lockExclusively(file, path);
            return locks;
        } finally {
            if (locks == null) {
                HELD.remove(path);
            }
        }
    }

    private static FileLocks lockExclusively(Path file, Path path) throws IOException {
        FileChannel channel = FileChannel.open(
                path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), StateFile.OWNER_ONLY);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            throw new StateFileException("state file " + file + " is in use by another process: stop that one first");
        }
        return new FileLocks(path, channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        HELD.remove(path);
    }
}
