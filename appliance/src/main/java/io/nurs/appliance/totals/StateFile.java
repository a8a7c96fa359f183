package io.nurs.appliance.totals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A table's file, mapped. It is made under another name and then renamed, so a file that bears the name is whole. Its blocks
 * are written before they are mapped: a store to a hole in a full file system would be a fault, not an exception. (On file
 * systems that copy on write, such as btrfs and ZFS, a full disk can still fault: keep the file on tmpfs, ext4 or XFS.)
 */
final class StateFile implements ChunkSource {
    /** It names who talked to whom. */
    static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 18);
    /** A full disk is asked again this often. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final FileLocks lock;
    private final Arena arena = Arena.ofShared();
    private final FileChannel channel;
    private final StoreOrder order;
    private final MemorySegment preamble;
    private final StateHeader header;
    private final Opening opening;
    private long refused;
    private long refusedAtNanos;

    private StateFile(FileLocks lock, FileChannel channel, StoreOrder order, @Nullable Opening found)
            throws IOException {
        this.lock = lock;
        this.channel = channel;
        this.order = order;
        this.preamble = map(0, StateHeader.PREAMBLE_BYTES);
        this.header = new StateHeader(preamble);
        this.opening = found == null
                ? new Opening.Resumed(header.createdMillis(), header.lastUsedMillis(), header.takeUpDefaults())
                : found;
        if (found == null) {
            // What an interrupted growth has left.
            channel.truncate(header.fileBytes());
        }
    }

    /**
     * Opens the file, or makes it.
     *
     * @throws StateFileException if it is in use, or cannot be read or made
     */
    static StateFile open(Path path, StateIdentity identity, Clock clock, StoreOrder order) throws StateFileException {
        try {
            return openLocked(FileLocks.lock(path), path, identity, clock, order);
        } catch (StateFileException e) {
            throw e;
        } catch (IOException e) {
            throw new StateFileException("cannot open state file " + path, e);
        }
    }

    private static StateFile openLocked(
            FileLocks lock, Path path, StateIdentity identity, Clock clock, StoreOrder order) throws IOException {
        FileChannel channel = null;
        StateFile file = null;
        try {
            Opening found = new Opening.First();
            if (Files.exists(path)) {
                String objection = objection(path, identity);
                found = objection == null ? null : setAside(path, objection, clock);
            }
            if (found != null) {
                create(path, identity, clock);
            }
            channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            file = new StateFile(lock, channel, order, found);
            return file;
        } finally {
            if (file == null) {
                if (channel != null) {
                    channel.close();
                }
                lock.close();
            }
        }
    }

    private static @Nullable String objection(Path path, StateIdentity identity) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new StateFileException("state file " + path + " is not a regular file");
        }
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < StateHeader.PREAMBLE_BYTES) {
                return "it is torn: " + size + " octets are too few";
            }
            StateHeader header =
                    new StateHeader(channel.map(FileChannel.MapMode.READ_ONLY, 0, StateHeader.PREAMBLE_BYTES, arena));
            String objection = header.objection(identity);
            return objection == null ? objection(header, size) : objection;
        }
    }

    private static @Nullable String objection(StateHeader header, long size) {
        long surplus = size - header.fileBytes();
        if (surplus < 0) {
            return "it is torn: " + size + " octets, the header tells of " + header.fileBytes();
        }
        return surplus > SlotChunks.chunkBytes(true) ? "it is torn: " + surplus + " octets too many" : null;
    }

    private static Opening setAside(Path path, String reason, Clock clock) throws IOException {
        String name = path.getFileName() + ".set-aside-" + TIMESTAMP.format(clock.instant());
        Path to = path.resolveSibling(name);
        for (int again = 2; Files.exists(to); again++) {
            to = path.resolveSibling(name + "-" + again);
        }
        Files.move(path, to);
        return new Opening.SetAside("state file " + path + " is set aside as " + to.getFileName() + ": " + reason, to);
    }

    private static void create(Path path, StateIdentity identity, Clock clock) throws IOException {
        Path unfinished = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(unfinished);
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(
                        unfinished,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                        OWNER_ONLY)) {
            writeZeros(channel, 0, StateHeader.PREAMBLE_BYTES);
            MemorySegment preamble = channel.map(FileChannel.MapMode.READ_WRITE, 0, StateHeader.PREAMBLE_BYTES, arena);
            new StateHeader(preamble).write(identity, clock.millis());
            Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(unfinished);
            throw new StateFileException("cannot make state file " + path, e);
        }
    }

    private static void writeZeros(FileChannel channel, long from, long bytes) throws IOException {
        ByteBuffer zeros = ZEROS.duplicate();
        for (long at = from; at < from + bytes; ) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), from + bytes - at));
            at += channel.write(zeros, at);
        }
    }

    private MemorySegment map(long offset, long bytes) throws IOException {
        return channel.map(FileChannel.MapMode.READ_WRITE, offset, bytes, arena);
    }

    MemorySegment preamble() {
        return preamble;
    }

    StateHeader header() {
        return header;
    }

    Opening opening() {
        return opening;
    }

    /** Maps the chunks that the file has, in the order of their slots. */
    void addChunks(SlotChunks slots) throws IOException {
        long offset = StateHeader.PREAMBLE_BYTES;
        for (int chunk = 0; chunk < header.chunks(); chunk++) {
            long bytes = SlotChunks.chunkBytes(header.isIpv6(chunk));
            slots.add(map(offset, bytes), header.isIpv6(chunk));
            offset += bytes;
        }
    }

    @Override
    public @Nullable MemorySegment chunk(boolean ipv6) {
        boolean refusedLately = refused > 0 && System.nanoTime() - refusedAtNanos < RETRY_NANOS;
        if (refusedLately || !header.hasRoomForChunk()) {
            return null;
        }
        long offset = header.fileBytes();
        try {
            writeZeros(channel, offset, SlotChunks.chunkBytes(ipv6));
            MemorySegment chunk = map(offset, SlotChunks.chunkBytes(ipv6));
            header.addChunk(ipv6, order);
            return chunk;
        } catch (IOException e) {
            refused++;
            refusedAtNanos = System.nanoTime();
            truncate(offset);
            return null;
        }
    }

    /** Gives the blocks back. If that fails too they wait for the next growth. */
    private void truncate(long bytes) {
        try {
            channel.truncate(bytes);
        } catch (IOException e) {
            refused++;
        }
    }

    /** Whose file this is; empty if that cannot be told. Takes no lock. */
    static Optional<StateIdentity> identity(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.size() < StateHeader.PREAMBLE_BYTES
                    ? Optional.empty()
                    : new StateHeader(channel.map(FileChannel.MapMode.READ_ONLY, 0, StateHeader.PREAMBLE_BYTES, arena))
                            .soundIdentity();
        }
    }

    /** How often the file could not grow. */
    long refused() {
        return refused;
    }

    /** Leaves everything as it is: what is in the journal is dealt with when the file is opened again. */
    void closeQuietly() {
        arena.close();
        try {
            channel.close();
            lock.close();
        } catch (IOException e) {
            // Mapped stores are in the file whatever close says.
        }
    }
}
