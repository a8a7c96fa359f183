package io.nurs.appliance.totals;

import java.io.IOException;

/** A state file cannot be used, nor a new one be made in its place. The message is one line and names the file. */
public final class StateFileException extends IOException {
    private static final long serialVersionUID = 1;

    StateFileException(String message) {
        super(message);
    }

    StateFileException(String message, IOException cause) {
        super(message + ": " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
