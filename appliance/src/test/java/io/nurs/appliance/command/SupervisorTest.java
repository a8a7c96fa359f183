package io.nurs.appliance.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.EventExecutor;
import io.nurs.appliance.lab.NotifyReceiver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SupervisorTest {
    private static final long WATCHDOG_MICROS = 2_000_000;
    private static final long HALF_NANOS = 1_000_000_000;
    private static final String READY = "READY=1\nSTATUS=flows -> main";
    private static final String STOPPING = "STOPPING=1\nSTATUS=last reports";

    @TempDir
    Path directory;

    private final List<EmbeddedChannel> loops = new ArrayList<>();
    private NotifyReceiver manager;
    private Supervisor supervisor = Supervisor.of(Map.of(), List.of());

    @BeforeEach
    void open() throws IOException {
        manager = NotifyReceiver.open(directory.resolve("notify").toString());
        for (int i = 0; i < 3; i++) {
            EmbeddedChannel loop = new EmbeddedChannel();
            loop.freezeTime();
            loops.add(loop);
        }
    }

    @AfterEach
    void close() throws IOException {
        supervisor.close();
        manager.close();
    }

    private void supervise(Map<String, String> environment) {
        List<EventExecutor> executors = new ArrayList<>();
        loops.forEach(loop -> executors.add(loop.eventLoop()));
        supervisor = Supervisor.of(environment, executors);
        supervisor.ready("flows -> main");
    }

    /** Each loop turns once, in order. */
    private void turn() {
        loops.forEach(EmbeddedChannel::runPendingTasks);
    }

    private void pass(long nanos) {
        loops.forEach(loop -> loop.advanceTimeBy(nanos, TimeUnit.NANOSECONDS));
        // A round that begins on the last loop goes on at the first.
        turn();
        turn();
    }

    @Test
    void readinessIsToldWhenEveryLoopHasTurned() throws IOException {
        supervise(manager.environment(0));
        for (int loop : List.of(2, 1, 0, 1)) {
            loops.get(loop).runPendingTasks();
            assertEquals(List.of(), manager.received(), "the token waits for its next loop");
        }
        loops.get(2).runPendingTasks();
        assertEquals(List.of(READY), manager.received());
    }

    @Test
    void keepAlivesComeEveryHalfOfTheTimeThatTheManagerWaits() throws IOException {
        supervise(manager.environment(WATCHDOG_MICROS));
        turn();
        for (int i = 0; i < 5; i++) {
            pass(HALF_NANOS - 1);
            assertEquals(i, manager.keepAlives());
            pass(1);
            assertEquals(i + 1, manager.keepAlives());
        }
        assertEquals(READY, manager.received().getFirst());
        assertEquals(6, manager.received().size());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void keepAlivesStopWhileALoopStandsStillAndGoOnAfter(int still) throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(3, EpollIoHandler.newFactory());
        CountDownLatch stands = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try {
            List<EventExecutor> real = new ArrayList<>();
            group.forEach(real::add);
            supervisor = Supervisor.of(manager.environment(10_000), real);
            supervisor.ready("flows -> main");
            manager.waitForKeepAlives(3);

            real.get(still).execute(() -> {
                stands.countDown();
                awaitUninterruptibly(release);
            });
            stands.await();
            long before = manager.keepAlives();
            // The others turn meanwhile, while ten keep-alives would come.
            EventExecutor other = real.get((still + 1) % 3);
            for (int i = 0; i < 10; i++) {
                other.schedule(() -> {}, 5, TimeUnit.MILLISECONDS).sync();
            }
            assertTrue(manager.keepAlives() <= before + 1, "only one that was under way");
            release.countDown();
            manager.waitForKeepAlives(3);
        } finally {
            release.countDown();
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void loopsThatHaveEndedEndTheToken() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
        List<EventExecutor> real = new ArrayList<>();
        group.forEach(real::add);
        supervisor = Supervisor.of(manager.environment(2_000), real);
        supervisor.ready("flows -> main");
        manager.waitForKeepAlives(2);
        supervisor.stopping("last reports");
        manager.waitForKeepAlives(2);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        supervisor.close();
        assertTrue(manager.received().contains(STOPPING), () -> "keep-alives go on while it stops");
    }

    @Test
    void aReloadIsToldAtOnceAndItsOutcomeWhenTheLoopsOfTheNewConfigurationHaveTurned() throws IOException {
        List<EventExecutor> now = new ArrayList<>();
        loops.forEach(loop -> now.add(loop.eventLoop()));
        supervisor = Supervisor.of(manager.environment(WATCHDOG_MICROS), now);
        supervisor.ready("flows -> main");
        turn();
        supervisor.reloading("reading");
        String reloading = manager.received().getLast();
        assertTrue(reloading.matches("RELOADING=1\\nMONOTONIC_USEC=[1-9][0-9]*\\nSTATUS=reading"), reloading);

        // The loop that would have gone on with the token is gone.
        now.removeLast();
        EmbeddedChannel gone = loops.removeLast();
        supervisor.ready("flows -> other\nline");
        turn();
        assertEquals("READY=1\nSTATUS=flows -> other line", manager.received().getLast());
        for (int i = 0; i < 3; i++) {
            pass(HALF_NANOS);
            assertEquals(i + 1, manager.keepAlives());
        }
        loops.add(gone);
        pass(HALF_NANOS);
        assertEquals(4, manager.keepAlives(), "the old token is no longer good");
    }

    @Test
    void aReloadThatTheManagerHadNoRoomForIsToldBeforeItsOutcome() throws IOException {
        supervise(manager.environment(0));
        turn();
        manager.received();
        manager.overflow();
        supervisor.reloading("reading");
        supervisor.ready("flows -> main");
        int others = manager.received().size();
        turn();
        pass(HALF_NANOS);
        pass(HALF_NANOS);
        List<String> told =
                manager.received().subList(others, manager.received().size());
        assertEquals(2, told.size(), told::toString);
        assertTrue(told.getFirst().startsWith("RELOADING=1"), told::toString);
        assertEquals(READY, told.getLast());
    }

    @Test
    void aLongStatusIsCutSoThatTheManagerTakesIt() throws IOException {
        supervise(manager.environment(0));
        supervisor.reloading("€".repeat(10_000));
        String told = manager.received().getLast();
        assertTrue(told.endsWith("€..."), told);
        assertTrue(told.getBytes(StandardCharsets.UTF_8).length < 4096);
    }

    @Test
    void speaksToAnAbstractSocket() throws IOException {
        manager.close();
        manager = NotifyReceiver.open("@nurs/" + ProcessHandle.current().pid() + "/notify");
        supervise(manager.environment(WATCHDOG_MICROS));
        turn();
        pass(HALF_NANOS);
        assertEquals(List.of(READY, NotifyReceiver.KEEP_ALIVE), manager.received());
    }

    @Test
    void aManagerWhoseQueueIsFullIsToldLater() throws IOException {
        manager.overflow();
        supervise(manager.environment(0));
        turn();
        int others = manager.received().size();
        pass(HALF_NANOS);
        pass(HALF_NANOS);
        assertEquals(
                List.of(READY),
                manager.received().subList(others, manager.received().size()));
    }

    @Test
    void whatStopsIsNotReadyAfterwards() throws IOException {
        manager.overflow();
        supervise(manager.environment(0));
        turn();
        int others = manager.received().size();
        supervisor.stopping("last reports");
        pass(HALF_NANOS);
        assertEquals(
                List.of(STOPPING),
                manager.received().subList(others, manager.received().size()));
    }

    @Test
    void aManagerThatIsGoneIsSpokenToAgainWhenItIsBack() throws IOException {
        supervise(manager.environment(WATCHDOG_MICROS));
        turn();
        manager.close();
        pass(HALF_NANOS);
        pass(HALF_NANOS);
        manager = NotifyReceiver.open(directory.resolve("notify").toString());
        pass(HALF_NANOS);
        assertEquals(List.of(NotifyReceiver.KEEP_ALIVE), manager.received());
    }

    @ParameterizedTest
    @CsvSource({"WATCHDOG_PID, 1", "WATCHDOG_USEC, 0", "WATCHDOG_USEC, soon", "WATCHDOG_USEC, 18446744073709551615"})
    void keepAlivesThatAreNotAskedOfUsAreNotSent(String name, String value) throws IOException {
        Map<String, String> environment = new HashMap<>(manager.environment(WATCHDOG_MICROS));
        environment.put(name, value);
        supervise(environment);
        turn();
        pass(HALF_NANOS);
        assertEquals(List.of(READY), manager.received());
    }

    @Test
    void theWatchdogOfThisProcessIsOurs() throws IOException {
        Map<String, String> environment = new HashMap<>(manager.environment(WATCHDOG_MICROS));
        environment.put("WATCHDOG_PID", Long.toString(ProcessHandle.current().pid()));
        supervise(environment);
        turn();
        pass(HALF_NANOS);
        assertEquals(1, manager.keepAlives());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "notify", "/", "@", "vsock:2:1234", "vsock-stream:2:1234", LONG, "/nonexistent/notify"})
    void whereNobodyListensNothingIsFatal(String address) {
        supervise(Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", Long.toString(WATCHDOG_MICROS)));
        turn();
        pass(HALF_NANOS);
        supervisor.stopping("last reports");
    }

    /** 109 octets: sun_path has 108, and the first 108 would be another's address. */
    private static final String LONG = "/23456789012345678901234567890123456789012345678901234567890123456789012345678"
            + "9012345678901234567890123456789";

    @Test
    void withoutAManagerNothingIsDone() {
        supervise(Map.of("WATCHDOG_USEC", Long.toString(WATCHDOG_MICROS)));
        supervisor.stopping("last reports");
        loops.forEach(loop -> assertFalse(loop.hasPendingTasks()));
    }
}
