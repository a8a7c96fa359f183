package io.nurs.appliance.output;

import java.io.IOException;

/** Why a message's promise failed: one for all messages that are dropped for the same reason. */
final class MessageDroppedException extends IOException {
    private static final long serialVersionUID = 1;

    MessageDroppedException(String target, IOException cause) {
        super("cannot write " + target + ": " + DiskFailure.reason(cause), cause);
    }
}
