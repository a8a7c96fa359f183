package io.nurs.appliance.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.nurs.appliance.lab.Wait;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PatientAppenderTest {
    private static final int LINES = 3 * PatientAppender.CAPACITY;

    /** A pipe that nobody reads until it is opened. */
    private static final class Blocked extends OutputStream {
        final CountDownLatch open = new CountDownLatch(1);
        final ByteArrayOutputStream written = new ByteArrayOutputStream();
        volatile boolean broken;

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            Wait.unchecked(() -> {
                open.await();
                return true;
            });
            if (broken) {
                throw new IOException("No space left on device");
            }
            synchronized (written) {
                written.write(octets, offset, length);
            }
        }

        List<String> lines() {
            synchronized (written) {
                return written.toString(StandardCharsets.UTF_8).lines().toList();
            }
        }
    }

    private final Blocked pipe = new Blocked();
    private final PatientAppender appender = new PatientAppender(new LogLine(LogFormat.TEXT, false, true), pipe);

    private void log(String message) {
        LoggingEvent event = new LoggingEvent();
        event.setLevel(Level.INFO);
        event.setMessage(message);
        appender.doAppend(event);
    }

    private void start() {
        appender.setContext(new LoggerContext());
        appender.start();
    }

    @Test
    void whoLogsNeverWaitsAndWhatIsDroppedIsSaid() throws Exception {
        start();
        for (int i = 0; i < LINES; i++) {
            log("line " + i);
        }
        // Here already: nothing above has waited for the pipe.
        long dropped = appender.dropped();
        assertTrue(dropped >= LINES - PatientAppender.CAPACITY - 1, () -> dropped + " dropped");
        pipe.open.countDown();
        appender.flush(Duration.ofSeconds(30));
        List<String> lines = pipe.lines();
        assertEquals("<6>line 0", lines.getFirst());
        assertEquals(
                List.of(
                        "<4>" + dropped
                                + " lines of the log were dropped, because standard error was not read, or could not be written"),
                lines.stream().filter(line -> line.startsWith("<4>")).toList());
        assertEquals(LINES - dropped + 1, lines.size());
    }

    @Test
    void flushingEndsThoughNobodyReads() throws Exception {
        start();
        log("line");
        appender.flush(Duration.ofMillis(20));
        assertEquals(List.of(), pipe.lines());
        pipe.open.countDown();
    }

    @Test
    void aFullDiskIsNoEnd() throws Exception {
        pipe.broken = true;
        pipe.open.countDown();
        start();
        log("lost");
        appender.flush(Duration.ofSeconds(30));
        pipe.broken = false;
        log("kept");
        appender.flush(Duration.ofSeconds(30));
        assertEquals("<6>kept", pipe.lines().getFirst());
        assertTrue(
                pipe.lines().get(1).startsWith("<4>1 lines of the log were dropped"),
                () -> pipe.lines().toString());
    }
}
