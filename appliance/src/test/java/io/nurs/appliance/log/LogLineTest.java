package io.nurs.appliance.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import io.nurs.appliance.lab.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class LogLineTest {
    private static Exception failure() {
        return new IllegalStateException("cannot go on", new IOException("disk\nfull"));
    }

    private static LoggingEvent event(Level level, String message, @Nullable Throwable failure) {
        LoggingEvent event = new LoggingEvent();
        event.setLevel(level);
        event.setInstant(Instant.parse("2026-11-26T12:34:56.789Z"));
        event.setMessage(message);
        if (failure != null) {
            event.setThrowableProxy(new ThrowableProxy(failure));
        }
        return event;
    }

    private static String line(LogFormat format, boolean stacks, boolean journal, LoggingEvent event) {
        return new LogLine(format, stacks, journal).of(event);
    }

    @Test
    void anExceptionIsTheSameLineInWords() {
        String line = line(LogFormat.TEXT, false, false, event(Level.ERROR, "source flows: it ended", failure()));
        assertTrue(
                line.endsWith(" ERROR source flows: it ended (java.lang.IllegalStateException: cannot go on, caused by"
                        + " java.io.IOException: disk\\nfull)\n"),
                line);
        assertEquals(1, line.lines().count());
    }

    @Test
    void whatTheMessageHasToldIsNotToldAgain() {
        String line = line(LogFormat.TEXT, false, false, event(Level.WARN, "it ended: " + failure(), failure()));
        assertTrue(line.endsWith("cannot go on (java.io.IOException: disk\\nfull)\n"), line);
    }

    @Test
    void aStackIsThereForWhoAsks() {
        String line = line(LogFormat.TEXT, true, false, event(Level.ERROR, "it ended", failure()));
        assertTrue(line.lines().anyMatch(text -> text.contains("at io.nurs.appliance")), line);
    }

    @Test
    void aMessageCannotBeginALineOfItsOwn() {
        String line = line(LogFormat.TEXT, false, false, event(Level.WARN, "a\nb\u001b[2Jc", null));
        assertTrue(line.endsWith("WARN  a\\nb\\u001b[2Jc\n"), line);
    }

    @Test
    void norCanAnExceptionsWithItsStack() {
        IllegalStateException failure =
                new IllegalStateException("a\nERROR b", new IllegalArgumentException("\u001b[2J"));
        failure.addSuppressed(new IllegalStateException("c\nERROR d"));
        String line = line(LogFormat.TEXT, true, false, event(Level.ERROR, "it ended", failure));
        assertTrue(line.lines().noneMatch(text -> text.startsWith("ERROR")) && line.indexOf('\u001b') < 0, line);
        assertTrue(line.contains("Suppressed: java.lang.IllegalStateException: c\\nERROR d\n"), line);
        assertTrue(line.contains("\nCaused by: java.lang.IllegalArgumentException: \\u001b[2J\n"), line);
    }

    @Test
    void theJournalGetsThePriorityAndNoTime() {
        assertEquals("<4>low\n", line(LogFormat.TEXT, false, true, event(Level.WARN, "low", null)));
        assertEquals("<6>all is well\n", line(LogFormat.TEXT, false, true, event(Level.INFO, "all is well", null)));
        String stack = line(LogFormat.TEXT, true, true, event(Level.ERROR, "it ended", failure()));
        assertTrue(stack.lines().count() > 3 && stack.lines().allMatch(text -> text.startsWith("<3>")), stack);
    }

    @Test
    void jsonIsOneObjectALineWithThePartThatSpeaks() {
        String line =
                line(LogFormat.JSON, true, false, event(Level.WARN, "source flows/1: \"7\" events lost", failure()));
        assertEquals(1, line.lines().count());
        Map<String, Object> object = Json.object(new Load(LoadSettings.builder().build()).loadFromString(line));
        assertEquals("2026-11-26T12:34:56.789Z", object.get("time"));
        assertEquals("warn", object.get("level"));
        assertEquals("flows/1", object.get("source"));
        assertEquals("source flows/1: \"7\" events lost", object.get("message"));
        assertTrue(String.valueOf(object.get("exception")).contains("caused by java.io.IOException"), line);
        assertTrue(String.valueOf(object.get("stack")).contains("at io.nurs"), line);
    }
}
