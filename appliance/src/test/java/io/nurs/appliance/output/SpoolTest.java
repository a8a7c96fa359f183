package io.nurs.appliance.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.ResourceLeakDetector;
import io.nurs.appliance.StartException;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.SpoolConfig;
import io.nurs.appliance.lab.AllocatedBytes;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Wait;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.SystemUptime;
import io.nurs.ipfix.IpfixEncoder;
import io.nurs.netflow9.Netflow9Encoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real sockets on loopback: a collector that is away is a port that nobody listens on. Longer than a class should be, by the number of its claims. */
@SuppressWarnings("NullAway") // each test opens what it needs
class SpoolTest {
    @TempDir
    Path directory;

    private EventLoopGroup loop;
    private Channel channel;
    private Spool spool;
    private FlowEncoder encoder;
    private final Numbers numbers = new Numbers();

    @AfterEach
    void close() {
        if (channel != null) {
            channel.close().syncUninterruptibly();
            channel = null;
        }
        if (loop != null) {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private SpoolConfig config() {
        return SpoolConfig.in(directory).withProbeInterval(Duration.ofMillis(300));
    }

    private static FlowEncoder ipfix() {
        return new IpfixEncoder(new EncoderOptions(7, 1400, 1000, Duration.ofMinutes(10)), ExportClock.SYSTEM);
    }

    private static FlowEncoder netflow9() {
        return new Netflow9Encoder(
                new EncoderOptions(7, 1400, 1000, Duration.ofMinutes(10)),
                ExportClock.SYSTEM,
                new SystemUptime(System.currentTimeMillis()));
    }

    private void open(SpoolConfig config, FlowEncoder wanted, int port, Transports transport) throws Exception {
        encoder = wanted;
        open(Spool.open(config, "main", encoder), port, transport);
    }

    private void open(Spool opened, int port, Transports transport) throws Exception {
        spool = opened;
        loop = new MultiThreadIoEventLoopGroup(1, transport.handlers());
        channel = new Bootstrap()
                .group(loop)
                .channel(transport.datagramChannel())
                .option(Spool.IP_RECVERR, 1)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel made) {
                        made.pipeline().addLast(spool, encoder, new Quiet());
                    }
                })
                .connect("127.0.0.1", port)
                .sync()
                .channel();
    }

    /** Stands for the owner, who counts errors. */
    private static final class Quiet extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // Counted by the spool.
        }
    }

    private void load(Duration duration) throws InterruptedException {
        long end = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() < end) {
            numbers.writeIn(channel, 50);
            Thread.sleep(2);
        }
    }

    private SpoolStats stats() {
        return spool.stats();
    }

    private void waitUntilNothingWaits() {
        Wait.until(() -> "empty, " + stats().backlogBytes() + " octets wait", () -> {
            numbers.writeIn(channel, 1);
            return !spool.isDown() && stats().backlogBytes() == 0;
        });
    }

    private static void assertAscending(List<Long> read) {
        for (int i = 1; i < read.size(); i++) {
            assertTrue(read.get(i) > read.get(i - 1), read.get(i) + " after " + read.get(i - 1));
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".ipfix"))
                    .sorted()
                    .toList();
        }
    }

    /** Not with io_uring, whose sends overlap: see docs/spool.md. */
    @ParameterizedTest
    @CsvSource({"ipfix,EPOLL", "netflow9,EPOLL"})
    void aCollectorThatWasAwayGetsEveryRecordInOrder(String protocol, Transports transport) throws Exception {
        List<Long> before;
        List<Long> after;
        int port;
        UdpCollector dying = new UdpCollector(0);
        try (dying) {
            port = dying.port();
            open(config(), protocol.equals("ipfix") ? ipfix() : netflow9(), port, transport);
            load(Duration.ofSeconds(1));
        }
        before = dying.numbers();
        load(Duration.ofSeconds(3));
        assertTrue(spool.isDown());
        assertTrue(files().size() > 0);
        try (UdpCollector collector = new UdpCollector(port)) {
            load(Duration.ofSeconds(2));
            waitUntilNothingWaits();
            numbers.writeIn(channel, 10);
            Wait.until("the last ones", () -> collector.numbers().getLast() == numbers.next() - 1);
            after = collector.numbers();
        }
        assertEquals(Numbers.upTo(before.size()), before);
        assertEquals(Numbers.range(after.getFirst(), numbers.next()), after);
        long missing = after.getFirst() - before.size();
        System.out.println(protocol + " " + transport + ": " + missing + " records were in flight, at most "
                + stats().lostInFlightRecords() + " counted; " + stats().replayedMessages() + " messages replayed");
        assertTrue(missing <= stats().lostInFlightRecords(), missing + " missing");
        assertEquals(0, stats().droppedMessages());
        // With IPFIX, templates were put before the one that was refused.
        assertEquals(stats().spooledMessages(), stats().replayedMessages());
        Wait.until("no file", () -> files().isEmpty());
    }

    @Test
    void whatDoesNotFitIsDroppedAndTheSequenceShowsIt() throws Exception {
        int port = RecordingCollector.freePort();
        open(config().withMaxBytes(100_000), ipfix(), port, Transports.EPOLL);
        load(Duration.ofSeconds(1));
        assertTrue(stats().backlogBytes() <= 100_000);
        assertTrue(stats().droppedRecords() > 0);
        try (UdpCollector collector = new UdpCollector(port)) {
            waitUntilNothingWaits();
            numbers.writeIn(channel, 10);
            Wait.until(
                    "the last ones",
                    () -> collector.received() > 0
                            && collector.messages().getLast().records().size() == 10);
            List<Long> read = new ArrayList<>();
            long gaps = 0;
            long next = -1;
            for (var message : collector.messages()) {
                gaps += next < 0 ? 0 : message.sequence() - next;
                next = message.sequence() + message.records().size();
                message.records()
                        .forEach(record -> read.add(record.unsigned(io.nurs.flow.IanaElements.octetDeltaCount)));
            }
            assertAscending(read);
            assertEquals(stats().droppedRecords(), gaps);
            assertEquals(numbers.next() - read.getFirst(), read.size() + stats().droppedRecords());
            assertTrue(read.getFirst() <= stats().lostInFlightRecords());
        }
    }

    @Test
    void theBacklogShrinksByTheRateAndNoFaster() throws Exception {
        int port = RecordingCollector.freePort();
        open(config().withMessagesPerSecond(100), ipfix(), port, Transports.EPOLL);
        load(Duration.ofSeconds(2));
        long backlog = stats().spooledMessages();
        assertTrue(backlog > 300, backlog + "");
        try (UdpCollector collector = new UdpCollector(port)) {
            Wait.until("messages", () -> collector.received() > 5);
            long start = System.nanoTime();
            int first = collector.received();
            while (!(stats().backlogBytes() == 0)) {
                long now = System.nanoTime();
                int received = collector.received();
                // A tenth of a second's worth may come at once, and time passes between the two lines.
                double allowed = 100 * ((now - start) / 1e9 + 0.5) + 10;
                assertTrue(
                        received - first <= allowed || System.nanoTime() - now > 100_000_000, received + " messages");
                Thread.sleep(100);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ipfix", "netflow9"})
    void aSegmentIsAFileThatOthersRead(String protocol) throws Exception {
        Requires.tools("tshark");
        open(
                config(),
                protocol.equals("ipfix") ? ipfix() : netflow9(),
                RecordingCollector.freePort(),
                Transports.EPOLL);
        load(Duration.ofMillis(500));
        close();
        Path file = files().getFirst();
        String text = Program.run("tshark", "-r", file.toString(), "-V");
        assertTrue(
                text.contains(protocol.equals("ipfix") ? "Octets: " : "Observation Time Milliseconds"),
                text.substring(0, 3000));
        assertTrue(!text.contains("Malformed"));
        String dump = Program.run("ipfixDump", "--in", file.toString());
        assertTrue(dump.contains(protocol.equals("ipfix") ? "octetDeltaCount" : "ipPayloadPacketSection"), dump);
    }

    @Test
    void aStopInTheMiddleOfAReplayLosesAndRepeatsNothing() throws Exception {
        int port = RecordingCollector.freePort();
        open(config().withMessagesPerSecond(200), ipfix(), port, Transports.EPOLL);
        load(Duration.ofSeconds(2));
        long lost = stats().lostInFlightRecords();
        List<Long> read = new ArrayList<>();
        try (UdpCollector collector = new UdpCollector(port)) {
            Wait.until("some", () -> collector.received() > 50);
            close();
            long written = numbers.next();
            open(config(), ipfix(), port, Transports.EPOLL);
            assertEquals(0, stats().inDoubtMessages());
            assertTrue(spool.isDown());
            waitUntilNothingWaits();
            numbers.writeIn(channel, 10);
            Wait.until(
                    "the last ones",
                    () -> collector.messages().getLast().records().size() == 10);
            collector
                    .messages()
                    .forEach(message -> message.records()
                            .forEach(record -> read.add(record.unsigned(io.nurs.flow.IanaElements.octetDeltaCount))));
            assertTrue(written < numbers.next());
        }
        assertEquals(Numbers.range(read.getFirst(), numbers.next()), read);
        assertTrue(read.getFirst() <= lost + 50);
    }

    @Test
    void aDiskThatHangsCostsWhatDoesNotFitIntoMemoryAndNoTime() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        encoder = ipfix();
        Spool slow = Spool.open(config(), "main", encoder, task -> {
            Thread thread = new Thread(() -> {
                try {
                    hangs.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                task.run();
            });
            thread.setDaemon(true);
            return thread;
        });
        int port = RecordingCollector.freePort();
        open(slow, port, Transports.EPOLL);
        for (int i = 0; i < 400 || stats().droppedMessages() == 0; i++) {
            numbers.writeIn(channel, 1000);
        }
        hangs.countDown();
        try (UdpCollector collector = new UdpCollector(port)) {
            waitUntilNothingWaits();
            numbers.writeIn(channel, 10);
            Wait.until(
                    "the last ones",
                    () -> collector.messages().getLast().records().size() == 10);
            List<Long> read = new ArrayList<>();
            collector
                    .messages()
                    .forEach(message -> message.records()
                            .forEach(record -> read.add(record.unsigned(io.nurs.flow.IanaElements.octetDeltaCount))));
            assertAscending(read);
            assertEquals(numbers.next() - read.getFirst(), read.size() + stats().droppedRecords());
        }
        assertEquals(0, encoder.stats().droppedRecords());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ipfix", "netflow9"})
    void aConnectionThatReturnsBeginsASessionOfItsOwn(String protocol) throws Exception {
        encoder = protocol.equals("ipfix") ? Numbers.ipfixStream(1400) : Numbers.netflow9Stream(1400);
        spool = Spool.open(config(), "main", encoder);
        loop = new MultiThreadIoEventLoopGroup(1, Transports.EPOLL.handlers());
        channel = RelayChannel.open(loop.next(), spool, encoder);
        try (StreamCollector collector = new StreamCollector()) {
            connect(collector);
            load(Duration.ofMillis(500));
            collector.endConnection();
            load(Duration.ofMillis(500));
            assertTrue(spool.isDown());
            collector.begin();
            connect(collector);
            load(Duration.ofMillis(500));
            waitUntilNothingWaits();
            numbers.writeIn(channel, 10);
            Wait.until("the last ones", () -> collector.read(1).contains(numbers.next() - 1));
            List<Long> before = collector.read(0);
            List<Long> after = collector.read(1);
            assertEquals(Numbers.upTo(before.size()), before);
            assertEquals(Numbers.range(after.getFirst(), numbers.next()), after);
            System.out.println((after.getFirst() - before.size()) + " records were on the connection, "
                    + stats().lostInFlightRecords() + " of them known");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ipfix", "netflow9"})
    void aCollectorThatDiesInAReplayCostsNoMoreRecordsThanAreCounted(String protocol) throws Exception {
        UdpCollector dying = new UdpCollector(0);
        int port = dying.port();
        dying.close();
        open(
                config().withMessagesPerSecond(200),
                protocol.equals("ipfix") ? ipfix() : netflow9(),
                port,
                Transports.EPOLL);
        load(Duration.ofSeconds(1));
        assertTrue(spool.isDown());
        List<Long> read = new ArrayList<>();
        UdpCollector second = new UdpCollector(port);
        try (second) {
            Wait.until("a part", () -> second.received() > 50);
        }
        long lostAtFirst = stats().lostInFlightRecords();
        Wait.until("another outage", () -> spool.isDown());
        second.messages()
                .forEach(message -> message.records()
                        .forEach(record -> read.add(record.unsigned(io.nurs.flow.IanaElements.octetDeltaCount))));
        int readAtFirst = read.size();
        try (UdpCollector third = new UdpCollector(port)) {
            waitUntilNothingWaits();
            numbers.writeIn(channel, 10);
            Wait.until(
                    "the last ones", () -> third.messages().getLast().records().size() == 10);
            third.messages()
                    .forEach(message -> message.records()
                            .forEach(record -> read.add(record.unsigned(io.nurs.flow.IanaElements.octetDeltaCount))));
        }
        assertAscending(read);
        long missing = read.get(readAtFirst) - read.get(readAtFirst - 1) - 1;
        long counted = stats().lostInFlightRecords() - lostAtFirst;
        System.out.println(
                protocol + ": died in a replay: " + missing + " records missing, at most " + counted + " counted");
        // The error has an answer to one message at least, and none was without records.
        assertTrue(counted > 0);
        assertTrue(missing <= counted, missing + " missing");
        assertEquals(0, stats().droppedRecords());
    }

    @Test
    void aConnectionThatEndsInAReplayIsFollowedByOneThatGetsTheRest() throws Exception {
        encoder = Numbers.ipfixStream(1400);
        spool = Spool.open(config().withMessagesPerSecond(200), "main", encoder);
        loop = new MultiThreadIoEventLoopGroup(1, Transports.EPOLL.handlers());
        channel = RelayChannel.open(loop.next(), spool, encoder);
        load(Duration.ofSeconds(1));
        try (StreamCollector collector = new StreamCollector()) {
            connect(collector);
            Wait.until("a part", () -> stats().replayedMessages() > 50);
            collector.endConnection();
            Wait.until("the end of the connection", () -> spool.isDown());
            assertTrue(stats().backlogBytes() > 0);
            collector.begin();
            connect(collector);
            waitUntilNothingWaits();
            numbers.writeIn(channel, 10);
            Wait.until("the last ones", () -> collector.read(1).contains(numbers.next() - 1));
            List<Long> before = collector.read(0);
            List<Long> after = collector.read(1);
            assertEquals(Numbers.upTo(before.size()), before);
            assertEquals(Numbers.range(after.getFirst(), numbers.next()), after);
            assertEquals(stats().lostInFlightMessages() > 0, stats().lostInFlightRecords() > 0);
        }
    }

    private void connect(StreamCollector collector) throws InterruptedException {
        Channel connection = new Bootstrap()
                .group(channel.eventLoop())
                .channel(EpollSocketChannel.class)
                .handler(new Quiet())
                .connect(collector.address())
                .sync()
                .channel();
        channel.eventLoop().submit(() -> spool.collectorUp(connection)).sync();
        connection.closeFuture().addListener(closed -> spool.collectorDown());
    }

    @Test
    void aSpoolBelongsToOneProcess() throws Exception {
        open(config(), ipfix(), RecordingCollector.freePort(), Transports.EPOLL);
        StartException refused = assertThrows(StartException.class, () -> Spool.open(config(), "main", ipfix()));
        assertEquals(
                "spool main in " + directory + " is in use by another process: stop that one first", refused.advice());
    }

    @Test
    void aMessageThatPassesAllocatesAPromise() throws Exception {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        try (UdpCollector collector = new UdpCollector(0)) {
            open(config(), ipfix(), collector.port(), Transports.EPOLL);
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 60; round++) {
                long before = encoder.stats().datagrams();
                long bytes = loop.next()
                        .submit(() -> AllocatedBytes.leastOf(1, () -> {
                            numbers.write(channel, 3000);
                            channel.flush();
                        }))
                        .get();
                least = Math.min(least, bytes / (encoder.stats().datagrams() - before));
            }
            System.out.println(least + " octets allocated for a message that passes");
            assertTrue(least <= 128, least + " bytes a message");
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }
}
