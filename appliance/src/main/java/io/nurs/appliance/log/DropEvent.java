package io.nurs.appliance.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;

/** That lines were dropped, as a line of its own. */
final class DropEvent extends LoggingEvent {
    DropEvent(long lines) {
        setLevel(Level.WARN);
        setInstant(Instant.now());
        setMessage(
                lines + " lines of the log were dropped, because standard error was not read, or could not be written");
    }
}
