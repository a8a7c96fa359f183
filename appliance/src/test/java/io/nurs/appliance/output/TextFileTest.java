package io.nurs.appliance.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.nurs.appliance.Transports;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.output.text.CsvLines;
import io.nurs.appliance.output.text.JsonLines;
import io.nurs.appliance.output.text.RecordLines;
import io.nurs.appliance.output.text.RecordText;
import io.nurs.appliance.output.text.XmlLines;
import io.nurs.appliance.totals.ChildJvm;
import io.nurs.flow.Field;
import io.nurs.flow.InformationElement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real files of text; the programs that read them are not ours. */
@SuppressWarnings("NullAway") // each test opens what it needs
class TextFileTest {
    private static final int ROTATE_BYTES = 100_000;

    @TempDir
    Path directory;

    private EventLoopGroup loop;
    private MessageFileChannel channel;
    private final Numbers numbers = new Numbers();

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

    private void open(MessageFileOptions options, RecordLines lines) throws Exception {
        loop = new MultiThreadIoEventLoopGroup(1, Transports.EPOLL.handlers());
        channel = MessageFileChannel.open(
                options, new RecordText("main", List.of(), lines), Numbers.ipfixStream(1400), loop.next());
    }

    private MessageFileOptions options(Path path) {
        return MessageFileOptions.of("main", path.toString());
    }

    private static CsvLines csv() {
        List<InformationElement> elements =
                Numbers.TEMPLATE.fields().stream().map(Field::element).toList();
        return CsvLines.of(List.of(elements));
    }

    private static List<Path> files(Path path) throws IOException {
        List<Path> files = new ArrayList<>(new RotatedNames(path).all());
        files.add(path);
        return files;
    }

    private void closeChannel() {
        channel.close().syncUninterruptibly();
        assertEquals(0, channel.stats().droppedMessages());
    }

    private static List<Long> numbers(String text) {
        return text.lines().map(Long::valueOf).toList();
    }

    private static List<Long> inXml(Path file) throws Exception {
        Program.run("xmllint", "--noout", file.toString());
        return numbers(Program.run("xmllint", "--xpath", "/netfilter/flow/octetDeltaCount/text()", file.toString()));
    }

    private static List<Long> inCsv(Path file) throws Exception {
        String script = "import csv, sys\nfor row in csv.DictReader(open(sys.argv[1], newline='')):\n"
                + "    assert row['sourceIPv4Address'] == '192.0.2.1' and None not in row\n    print(row['octetDeltaCount'])";
        return numbers(Program.run("python3", "-c", script, file.toString()));
    }

    private static List<Long> inJson(Path file) throws Exception {
        return numbers(Program.run("jq", ".flow.octetDeltaCount", file.toString()));
    }

    private interface Reader {
        List<Long> read(Path file) throws Exception;
    }

    private void assertRotates(RecordLines lines, Reader reader) throws Exception {
        Path path = directory.resolve("flows.text");
        open(options(path).rotating(ROTATE_BYTES, Duration.ZERO, 0), lines);
        for (int i = 0; i < 30; i++) {
            numbers.writeIn(channel, 101);
        }
        closeChannel();
        List<Long> read = new ArrayList<>();
        List<Path> files = files(path);
        for (Path file : files) {
            read.addAll(reader.read(file));
        }
        assertEquals(Numbers.upTo(3030), read);
        assertTrue(files.size() >= 3, files + "");
        for (Path file : files.subList(0, files.size() - 1)) {
            long size = Files.size(file);
            // The message that fills it has at most 25 records.
            assertTrue(size >= ROTATE_BYTES && size < ROTATE_BYTES + 25 * 600, file + " has " + size);
        }
        assertEquals(channel.stats().files(), files.size());
    }

    @Test
    void everyFileOfJsonIsReadByJq() throws Exception {
        Requires.tools("jq");
        assertRotates(new JsonLines(), TextFileTest::inJson);
    }

    @Test
    void everyFileOfXmlIsADocument() throws Exception {
        Requires.tools("xmllint");
        assertRotates(new XmlLines(), TextFileTest::inXml);
    }

    @Test
    void everyFileOfCsvHasItsHeader() throws Exception {
        Requires.tools("python3");
        assertRotates(csv(), TextFileTest::inCsv);
    }

    @Test
    void aDocumentThatSomebodyMovesAwayIsEnded() throws Exception {
        Requires.tools("xmllint");
        Path path = directory.resolve("flows.xml");
        Path moved = directory.resolve("flows.xml.1");
        open(options(path), new XmlLines());
        numbers.writeIn(channel, 10);
        Wait.until("written", () -> Files.size(path) > 0);
        Files.move(path, moved);
        Wait.until("another", () -> {
            numbers.writeIn(channel, 1);
            return Files.exists(path) && Files.size(path) > 0;
        });
        closeChannel();
        List<Long> read = new ArrayList<>(inXml(moved));
        read.addAll(inXml(path));
        assertEquals(Numbers.upTo(numbers.next()), read);
    }

    @Test
    void aFileWithoutRecordsIsEmptyAndNotKept() throws Exception {
        Path path = directory.resolve("flows.xml");
        for (int i = 0; i < 2; i++) {
            open(options(path), new XmlLines());
            closeChannel();
            close();
        }
        assertEquals(List.of(path), files(path));
        assertEquals(0, Files.size(path));
    }

    /** The next start cuts what is torn, and ends the document. */
    @Test
    void kill9LeavesADocumentOnceTheNextOneHasStarted() throws Exception {
        Requires.tools("xmllint");
        Path path = directory.resolve("flows.xml");
        Process process = ChildJvm.start(TextFileProgram.class, "kill", path.toString());
        Wait.until("some files", () -> Files.exists(path) && files(path).size() > 3);
        process.destroyForcibly().waitFor();
        open(options(path), new XmlLines());
        closeChannel();
        List<Long> read = new ArrayList<>();
        List<Path> files = files(path);
        for (Path file : files.subList(0, files.size() - 1)) {
            read.addAll(inXml(file));
        }
        assertEquals(Numbers.upTo(read.size()), read);
        assertTrue(read.size() > 1000, read.size() + " records");
    }

    /** On a tmpfs of 24 MiB in a mount namespace. */
    @Test
    @Tag("netns")
    void aFullDiskCostsCountedMessagesAndEveryDocumentIsWhole() throws Exception {
        Requires.root();
        Requires.tools("unshare", "mount", "xmllint");
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount -t tmpfs -o size=24m tmpfs \"$0\" && \"$@\" fill \"$0/flows.xml\" && xmllint --noout \"$0\"/*.xml"
                        + " && echo well-formed && cat \"$0\"/*.xml | grep -c '^<flow'",
                directory.toString()));
        command.addAll(ChildJvm.command(TextFileProgram.class));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        String all = String.join("\n", lines);
        assertTrue(all.contains("No space left on device; make room there; "), all);
        assertTrue(lines.contains("well-formed"), all);
        assertTrue(lines.contains("all messages are counted"), all);
        assertTrue(Long.parseLong(lines.getLast()) > 1000, all);
    }
}
