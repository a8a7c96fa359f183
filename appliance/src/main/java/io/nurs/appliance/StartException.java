package io.nurs.appliance;

import org.jspecify.annotations.Nullable;

/** The machine cannot do what the configuration asks: the message is one line, and says what to do next. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1;

    private final String advice;

    public StartException(String advice) {
        super(advice);
        this.advice = advice;
    }

    public StartException(String advice, @Nullable Throwable cause) {
        super(advice, cause);
        this.advice = advice;
    }

    /** The message. */
    public String advice() {
        return advice;
    }
}
