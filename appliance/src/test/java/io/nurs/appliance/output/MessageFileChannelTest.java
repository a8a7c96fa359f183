package io.nurs.appliance.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.ResourceLeakDetector;
import io.nurs.appliance.StartException;
import io.nurs.appliance.Transports;
import io.nurs.appliance.lab.AllocatedBytes;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Wait;
import io.nurs.flow.EncoderStats;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real files; the programs that read them are not ours. */
@SuppressWarnings("NullAway") // each test opens what it needs
class MessageFileChannelTest {
    private static final int MESSAGE = 1400;

    @TempDir
    Path directory;

    private EventLoopGroup loop;
    private MessageFileChannel channel;
    private final Numbers numbers = new Numbers();
    private final AtomicLong now = new AtomicLong(1_700_000_000_000L);

    @AfterEach
    void close() {
        if (channel != null) {
            channel.close().syncUninterruptibly();
            channel = null;
        }
        if (loop != null) {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
            loop = null;
        }
    }

    private void open(MessageFileOptions options, FlowEncoder encoder) throws Exception {
        open(options, encoder, Transports.EPOLL.handlers());
    }

    private void open(MessageFileOptions options, FlowEncoder encoder, IoHandlerFactory handlers) throws Exception {
        loop = new MultiThreadIoEventLoopGroup(1, handlers);
        ExportClock clock = now::get;
        channel = MessageFileChannel.open(
                new MessageFileChannel(options, clock, new MessageFile(options, MessageFormat.MESSAGES)),
                encoder,
                loop.next());
    }

    private Path path() {
        return directory.resolve("flows.ipfix");
    }

    private MessageFileOptions options() {
        return MessageFileOptions.of("main", path().toString());
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>(new RotatedNames(path()).all());
        files.add(path());
        return files;
    }

    private List<Long> read() throws IOException {
        List<Long> read = new ArrayList<>();
        for (Path file : files()) {
            read.addAll(Numbers.inIpfix(file));
        }
        return read;
    }

    private void closeChannel() {
        channel.close().syncUninterruptibly();
        assertEquals(0, channel.stats().droppedMessages());
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring", "local"})
    void everyRecordIsInOneFileAndEveryFileReadsOnItsOwn(String handlers) throws Exception {
        Requires.tools("ipfixDump", "tshark");
        open(
                options().rotating(100_000, Duration.ZERO, 0),
                Numbers.ipfixStream(MESSAGE),
                switch (handlers) {
                    case "epoll" -> Transports.EPOLL.handlers();
                    case "io_uring" -> Transports.IO_URING.handlers();
                    default -> LocalIoHandler.newFactory();
                });
        for (int i = 0; i < 100; i++) {
            numbers.writeIn(channel, 101);
        }
        closeChannel();
        assertEquals(Numbers.upTo(10_100), read());
        List<Path> files = files();
        assertTrue(files.size() >= 4, files + "");
        for (Path file : files.subList(0, files.size() - 1)) {
            long size = Files.size(file);
            // The message that fills it, and what was being packed then.
            assertTrue(size >= 100_000 && size < 100_000 + 2 * MESSAGE, file + " has " + size);
        }
        for (Path file : files) {
            int records = Numbers.inIpfix(file).size();
            String dump = Program.run("ipfixDump", "--in", file.toString());
            assertEquals(
                    records,
                    dump.lines()
                            .filter(line -> line.startsWith("--- data record"))
                            .count(),
                    file + "");
            String flows = Program.run("tshark", "-r", file.toString(), "-T", "fields", "-e", "cflow.octets");
            assertEquals(
                    Numbers.inIpfix(file),
                    flows.lines()
                            .filter(line -> line.matches("[\\d,]+"))
                            .flatMap(line -> Stream.of(line.split(",", -1)))
                            .map(Long::valueOf)
                            .toList());
        }
        assertEquals(channel.stats().files(), files.size());
    }

    @Test
    void aRotationFallsBetweenTwoRecordsAtWhateverSize() throws Exception {
        for (int rotate = 1; rotate < 4 * MESSAGE; rotate += 311) {
            Path file = directory.resolve(rotate + "").resolve("flows.ipfix");
            Files.createDirectory(file.getParent());
            open(
                    MessageFileOptions.of("main", file.toString()).rotating(rotate, Duration.ZERO, 0),
                    Numbers.ipfixStream(MESSAGE));
            Numbers written = new Numbers();
            written.writeIn(channel, 500);
            closeChannel();
            List<Long> read = new ArrayList<>();
            for (Path rotated : new RotatedNames(file).all()) {
                read.addAll(Numbers.inIpfix(rotated));
            }
            read.addAll(Numbers.inIpfix(file));
            assertEquals(Numbers.upTo(500), read, "rotated after " + rotate);
            close();
        }
    }

    @Test
    void aFileEndsWithItsHourAndAnEmptyOneStays() throws Exception {
        open(options().rotating(0, Duration.ofHours(1), 0), Numbers.ipfixStream(MESSAGE));
        numbers.writeIn(channel, 3);
        numbers.writeIn(channel, 4);
        now.addAndGet(Duration.ofHours(1).toMillis());
        numbers.writeIn(channel, 5);
        now.addAndGet(Duration.ofHours(9).toMillis());
        // Nothing was written since: the tick alone ends the file of the hour before, and no other.
        numbers.writeIn(channel, 0);
        now.addAndGet(Duration.ofHours(1).toMillis());
        numbers.writeIn(channel, 0);
        numbers.writeIn(channel, 2);
        closeChannel();
        assertEquals(
                List.of(Numbers.upTo(12), Numbers.range(12, 14)),
                List.of(Numbers.inIpfix(files().getFirst()), Numbers.inIpfix(path())));
        assertEquals(2, files().size());
    }

    @Test
    void theLatestFilesStayAndWhatIsNotOursIsLeftAlone() throws Exception {
        Path other = Files.writeString(directory.resolve("flows-old.ipfix"), "other");
        open(options().rotating(1, Duration.ZERO, 3), Numbers.ipfixStream(MESSAGE));
        for (int i = 0; i < 10; i++) {
            numbers.writeIn(channel, 1);
        }
        closeChannel();
        assertEquals(4, files().size());
        assertEquals(Numbers.range(6, 10), read());
        assertEquals("other", Files.readString(other));
    }

    @Test
    void whatStandsAtThePathIsSetAsideUnderItsTime() throws Exception {
        Files.writeString(path(), "no message at all");
        Files.setLastModifiedTime(path(), FileTime.from(Instant.parse("2026-11-25T02:13:08Z")));
        Path first = Files.writeString(directory.resolve("flows-20261125T021308Z.ipfix"), "earlier");
        open(options(), Numbers.ipfixStream(MESSAGE));
        numbers.writeIn(channel, 5);
        closeChannel();
        assertEquals("earlier", Files.readString(first));
        assertEquals("no message at all", Files.readString(directory.resolve("flows-20261125T021308Z_001.ipfix")));
        assertEquals(Numbers.upTo(5), Numbers.inIpfix(path()));
    }

    @Test
    void aTornMessageIsCutOffAtTheNextStart() throws Exception {
        open(options(), Numbers.ipfixStream(MESSAGE));
        numbers.writeIn(channel, 500);
        closeChannel();
        byte[] whole = Files.readAllBytes(path());
        // The first record left alone: the second message is a full one.
        int second = Byte.toUnsignedInt(whole[2]) << 8 | Byte.toUnsignedInt(whole[3]);
        for (int torn : new int[] {1, 2, 3, 4, 15, 16, 700}) {
            Files.write(path(), whole);
            Files.write(path(), Arrays.copyOfRange(whole, second, second + torn), StandardOpenOption.APPEND);
            assertEquals(torn, WholeMessages.cutTorn(path()));
            assertEquals(Numbers.upTo(500), Numbers.inIpfix(path()));
        }
        // What follows whole messages and is no message is somebody's.
        Files.writeString(path(), "a remark", StandardOpenOption.APPEND);
        assertEquals(0, WholeMessages.cutTorn(path()));
    }

    @Test
    void netflow9PacketsStandBackToBack() throws Exception {
        open(options().rotating(20_000, Duration.ZERO, 0), Numbers.netflow9Stream(MESSAGE));
        for (int i = 0; i < 10; i++) {
            numbers.writeIn(channel, 200);
        }
        closeChannel();
        List<Long> read = new ArrayList<>();
        for (Path file : files()) {
            read.addAll(Numbers.inNetflow9(file));
        }
        assertEquals(Numbers.upTo(2000), read);
        assertTrue(files().size() > 3);
        long size = Files.size(path());
        assertEquals(0, WholeMessages.cutTorn(path()));
        assertEquals(size, Files.size(path()));
    }

    @Test
    void aDirectoryThatIsNotThereIsAnErrorAtTheStart() {
        MessageFileOptions nowhere = MessageFileOptions.of(
                "main", directory.resolve("gone/flows.ipfix").toString());
        StartException refused = assertThrows(StartException.class, () -> open(nowhere, Numbers.ipfixStream(MESSAGE)));
        assertEquals(
                "exporter main: cannot write " + directory
                        + "/gone/flows.ipfix: the directory does not exist; create it",
                refused.advice());
    }

    @Test
    void aDirectoryThatVanishesCostsCountedMessagesAndOneThatReturnsGetsTemplatesFirst() throws Exception {
        Path home = Files.createDirectory(directory.resolve("home"));
        Path file = home.resolve("flows.ipfix");
        open(
                MessageFileOptions.of("main", file.toString()).retrying(Duration.ofMillis(100)),
                Numbers.ipfixStream(MESSAGE));
        numbers.writeIn(channel, 100);
        Files.delete(file);
        Files.delete(home);
        MessageFileStats stats = channel.stats();
        EncoderStats encoded = channel.pipeline().get(FlowEncoder.class).stats();
        Wait.until("messages dropped", () -> {
            numbers.writeIn(channel, 10);
            return stats.droppedMessages() > 3;
        });
        long writtenBefore = stats.writtenMessages();
        Files.createDirectory(home);
        Wait.until("messages written", () -> {
            numbers.writeIn(channel, 10);
            return stats.writtenMessages() > writtenBefore + 3;
        });
        channel.close().syncUninterruptibly();
        List<Long> read = Numbers.inIpfix(file);
        assertEquals(Numbers.range(numbers.next() - read.size(), numbers.next()), read);
        assertEquals(encoded.datagrams(), stats.writtenMessages() + stats.droppedMessages());
        assertEquals(encoded.bytes(), stats.writtenBytes() + stats.droppedBytes());
    }

    @Test
    void aFifoWithoutReaderNeverHoldsUpTheEventLoop() throws Exception {
        Program.run("mkfifo", path().toString());
        open(options(), Numbers.ipfixStream(MESSAGE));
        Wait.until("unwritable", () -> {
            numbers.writeIn(channel, 1000);
            return !channel.isWritable();
        });
        // Tasks still run, and memory is the encoder's ring.
        numbers.writeIn(channel, 1);
        Path copy = directory.resolve("copy");
        try (Program reader =
                Program.start(List.of("sh", "-c", "cat \"$0\" > \"$1\"", path().toString(), copy.toString()))) {
            Wait.until("writable again", () -> channel.isWritable());
            numbers.writeIn(channel, 1);
            closeChannel();
            assertEquals(0, reader.exitCode());
        }
        List<Long> read = Numbers.inIpfix(copy);
        assertEquals(Numbers.upTo(numbers.next()), read);
        assertFalse(Files.isRegularFile(path()));
    }

    @Test
    void aDiskThatHangsForEverDoesNotKeepTheChannelFromClosing() throws Exception {
        Program.run("mkfifo", path().toString());
        open(options(), Numbers.ipfixStream(MESSAGE));
        numbers.writeIn(channel, 100);
        channel.close().syncUninterruptibly();
        assertEquals(5, channel.stats().droppedMessages());
        // Lets the writer thread go.
        Program.run("timeout", "1", "cat", path().toString());
    }

    @Test
    void anEmptyFileIsNotKept() throws Exception {
        for (int i = 0; i < 3; i++) {
            open(options(), Numbers.ipfixStream(MESSAGE));
            closeChannel();
            close();
        }
        assertEquals(List.of(path()), files());
    }

    /** A batch costs the hand-over to the writer and back; a message nothing of its own. */
    @Test
    void aMessageOnItsWayToTheFileAllocatesNextToNothing() throws Exception {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        try {
            open(MessageFileOptions.of("main", "/dev/null"), Numbers.ipfixStream(MESSAGE));
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 30; round++) {
                long sealed = 2000 * 55 / (MESSAGE - 16);
                long bytes = loop.next()
                        .submit(() -> AllocatedBytes.leastOf(1, () -> {
                            numbers.write(channel, 2000);
                            channel.flush();
                        }))
                        .get();
                least = Math.min(least, bytes / sealed);
            }
            assertTrue(least < 200, least + " bytes a message");
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }
}
