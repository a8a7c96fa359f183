package io.nurs.appliance.output;

import io.nurs.appliance.StartException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One spool's segments, each an IPFIX file, and how far they have been read. For one thread; each call may wait for the disk as
 * long as that likes.
 */
final class SpoolDisk {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolDisk.class);
    private static final int SEGMENT_BYTES = 4 << 20;
    private static final String WRAPPED = "-netflow";

    private final Path directory;
    private final String name;
    private final SpoolPosition position;
    private final Deque<Segment> segments = new ArrayDeque<>();
    private @Nullable FileChannel out;
    private @Nullable FileChannel in;
    private long nextNumber;
    private long readEnd;
    private long inDoubtMessages;

    private static final class Segment {
        final Path path;
        final long number;
        final boolean wrapped;
        long bytes;

        Segment(Path path, long number, boolean wrapped, long bytes) {
            this.path = path;
            this.number = number;
            this.wrapped = wrapped;
            this.bytes = bytes;
        }
    }

    private SpoolDisk(Path directory, String name, SpoolPosition position) {
        this.directory = directory;
        this.name = name;
        this.position = position;
    }

    static SpoolDisk open(Path directory, String name) throws IOException, StartException {
        Files.createDirectories(directory);
        SpoolPosition position = SpoolPosition.open(directory.resolve(name + ".position"));
        if (position == null) {
            throw new StartException(
                    "spool " + name + " in " + directory + " is in use by another process: stop that one first");
        }
        SpoolDisk disk = new SpoolDisk(directory, name, position);
        disk.find();
        return disk;
    }

    /** What an earlier process left. */
    private void find() throws IOException {
        Pattern pattern = Pattern.compile(Pattern.quote(name) + "-(\\d{10})(" + WRAPPED + "[59])?\\.ipfix");
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.sorted().toList();
        }
        nextNumber = position.segment;
        for (Path path : files) {
            Matcher matcher = pattern.matcher(String.valueOf(path.getFileName()));
            if (matcher.matches()) {
                find(path, Long.parseLong(matcher.group(1)), matcher.group(2) != null);
            }
        }
        Segment first = segments.peekFirst();
        if (first == null || first.number != position.segment) {
            position.segment = first == null ? nextNumber : first.number;
            position.sent = position.taken = 0;
        }
        inDoubtMessages = first == null ? 0 : messages(first, position.sent, position.taken);
        position.sent = position.taken = first == null ? 0 : Math.min(position.taken, first.bytes);
        position.write();
        readEnd = position.taken;
    }

    private void find(Path path, long number, boolean wrapped) throws IOException {
        nextNumber = Math.max(nextNumber, number + 1);
        WholeMessages.cutTorn(path);
        long bytes = Files.size(path);
        if (number < position.segment || bytes == 0) {
            Files.delete(path);
        } else {
            segments.add(new Segment(path, number, wrapped, bytes));
        }
    }

    private static long messages(Segment segment, long from, long to) throws IOException {
        SpoolBatch batch = new SpoolBatch();
        long count = 0;
        try (FileChannel file = FileChannel.open(segment.path, StandardOpenOption.READ)) {
            for (long at = from; at < to; ) {
                int octets = fill(batch, file, segment, at, Math.min(to, segment.bytes));
                if (octets == 0) {
                    break;
                }
                count += batch.count();
                at += octets;
            }
        }
        return count;
    }

    private static int fill(SpoolBatch batch, FileChannel file, Segment segment, long from, long to)
            throws IOException {
        batch.clear(segment.wrapped);
        batch.octets.limit((int) Math.min(batch.octets.capacity(), to - from));
        boolean more = true;
        while (more && batch.octets.hasRemaining()) {
            more = file.read(batch.octets, from + batch.octets.position()) > 0;
        }
        batch.octets.flip();
        return batch.frame();
    }

    /** Octets that wait. */
    long backlogBytes() {
        long bytes = -position.taken;
        for (Segment segment : segments) {
            bytes += segment.bytes;
        }
        return bytes;
    }

    long inDoubtMessages() {
        return inDoubtMessages;
    }

    /** Appends whole messages, as many as the disk takes: the staging then says which. */
    void append(SpoolStaging staging) throws IOException {
        long written = 0;
        try {
            Segment segment = segmentFor(staging);
            FileChannel to = out;
            staging.octets.flip();
            try {
                while (to != null && staging.octets.hasRemaining()) {
                    written += to.write(staging.octets);
                }
            } finally {
                staging.octets.position(staging.octets.limit());
                staging.setWritten(written);
                segment.bytes += staging.writtenBytes;
                if (to != null && written > staging.writtenBytes) {
                    cut(to, segment);
                }
            }
        } finally {
            if (written == 0) {
                staging.setWritten(0);
            }
        }
    }

    /** A torn message that cannot be cut off ends its segment: it is not read, and the next start cuts it. */
    private void cut(FileChannel to, Segment segment) throws IOException {
        try {
            to.truncate(segment.bytes);
        } catch (IOException e) {
            out = null;
            to.close();
        }
    }

    private Segment segmentFor(SpoolStaging staging) throws IOException {
        Segment last = segments.peekLast();
        FileChannel to = out;
        if (last != null
                && to != null
                && last.wrapped == staging.isWrapped()
                && (last.bytes == 0 || last.bytes + staging.bytes() <= SEGMENT_BYTES)) {
            return last;
        }
        if (to != null) {
            out = null;
            to.close();
        }
        String suffix = staging.isWrapped() ? WRAPPED + staging.version() : "";
        Path path = directory.resolve("%s-%010d%s.ipfix".formatted(name, nextNumber, suffix));
        out = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        Segment segment = new Segment(path, nextNumber++, staging.isWrapped(), 0);
        segments.add(segment);
        return segment;
    }

    /** The next messages, none if there are none. Those of the batch before count as sent, and a segment of such only is deleted. */
    void read(SpoolBatch batch, boolean take) throws IOException {
        batch.clear(false);
        position.sent = position.taken;
        readEnd = position.taken;
        for (Segment first = segments.peekFirst(); first != null; first = segments.peekFirst()) {
            if (position.taken < first.bytes) {
                int octets = fill(batch, input(first), first, position.taken, first.bytes);
                if (octets > 0) {
                    readEnd = position.taken + octets;
                    break;
                }
                LOG.warn("spool {}: {} octets of {} are no messages", name, first.bytes - position.taken, first.path);
            }
            delete(first);
        }
        if (take) {
            take();
        }
    }

    /** What was read is about to be sent. */
    void take() throws IOException {
        position.taken = readEnd;
        position.write();
    }

    private FileChannel input(Segment first) throws IOException {
        FileChannel open = in;
        if (open == null) {
            open = in = FileChannel.open(first.path, StandardOpenOption.READ);
        }
        return open;
    }

    private void delete(Segment first) throws IOException {
        FileChannel read = in;
        in = null;
        if (read != null) {
            read.close();
        }
        FileChannel written = out;
        if (written != null && segments.size() == 1) {
            out = null;
            written.close();
        }
        segments.removeFirst();
        position.segment = first.number + 1;
        position.sent = position.taken = readEnd = 0;
        position.write();
        Files.deleteIfExists(first.path);
    }

    /** Puts back what was taken and not sent. */
    void close(int unsentBytes) throws IOException {
        FileChannel read = in;
        FileChannel written = out;
        try (position;
                read;
                written) {
            position.sent = position.taken = Math.max(0, position.taken - unsentBytes);
            position.write();
            Segment first = segments.peekFirst();
            if (first != null && segments.size() == 1 && position.taken >= first.bytes) {
                Files.deleteIfExists(first.path);
            }
        }
    }
}
