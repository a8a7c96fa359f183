package io.nurs.appliance.log;

import ch.qos.logback.classic.Level;

/** What is worth a line. */
public enum LogLevel {
    ERROR("error"),
    WARN("warn"),
    INFO("info"),
    DEBUG("debug");

    private final String word;

    LogLevel(String word) {
        this.word = word;
    }

    Level level() {
        return Level.toLevel(word);
    }

    /** A logging library's level, as we call it. */
    static LogLevel of(Level level) {
        if (level.isGreaterOrEqual(Level.ERROR)) {
            return ERROR;
        }
        if (level.isGreaterOrEqual(Level.WARN)) {
            return WARN;
        }
        return level.isGreaterOrEqual(Level.INFO) ? INFO : DEBUG;
    }

    /** Of syslog(3), which sd-daemon(3) reads at the beginning of a line. */
    int priority() {
        return switch (this) {
            case ERROR -> 3;
            case WARN -> 4;
            case INFO -> 6;
            case DEBUG -> 7;
        };
    }

    @Override
    public String toString() {
        return word;
    }
}
