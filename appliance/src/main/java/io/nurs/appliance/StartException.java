package io.nurs.appliance;

/** The machine cannot do what the configuration asks: the message is one line, and says what to do next. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1;

    public StartException(String message) {
        super(message);
    }

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
