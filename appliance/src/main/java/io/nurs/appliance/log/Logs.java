package io.nurs.appliance.log;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** Sets up the log of a nursd that runs for long, in place of what {@link LogDefaults} has for the other commands. */
public final class Logs {
    private static final Path STDERR = Path.of("/proc/self/fd/2");
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final PatientAppender appender;

    private Logs(PatientAppender appender) {
        this.appender = appender;
    }

    /**
     * From here on.
     *
     * @param verbose whether exceptions have their stack traces; with {@link LogLevel#DEBUG} they do anyway
     */
    public static Logs start(LogFormat format, LogLevel level, boolean verbose) {
        LogLine line = new LogLine(format, verbose || level == LogLevel.DEBUG, isJournal(System.getenv()));
        PatientAppender appender = new PatientAppender(line, new FileOutputStream(FileDescriptor.err));
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        appender.setContext(context);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.setLevel(level.level());
        // What it does for us is told by us; its own debugging would bury that.
        context.getLogger("io.netty").setLevel(level == LogLevel.DEBUG ? LogLevel.INFO.level() : level.level());
        root.addAppender(appender);
        return new Logs(appender);
    }

    /** Before the process ends: what was logged is written, unless nobody takes it. */
    public void flush() throws InterruptedException {
        appender.flush(PATIENCE);
    }

    /** Whether standard error is the very stream that systemd made for the journal, not one that it was led to since. systemd.exec(5) */
    static boolean isJournal(Map<String, String> environment) {
        String stream = environment.get("JOURNAL_STREAM");
        if (stream == null) {
            return false;
        }
        try {
            Map<String, Object> stat = Files.readAttributes(STDERR, "unix:dev,ino");
            return stream.equals(stat.get("dev") + ":" + stat.get("ino"));
        } catch (IOException e) {
            return false;
        }
    }
}
