package io.nurs.appliance.totals;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

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
        if (cause instanceof NoSuchFileException missing) {
            return "there is no " + missing.getFile();
        }
        if (cause instanceof AccessDeniedException denied) {
            return "permission denied for " + denied.getFile();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
