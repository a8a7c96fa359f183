package io.nurs.appliance.output;

import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;

/** What a datagram socket was told. Netty gives errors that Java has no class for as text, strerror(3). */
public final class SocketFailure {
    private SocketFailure() {}

    /** Nothing wrong with the collector: another message may well go. */
    public static boolean isOfMessage(Throwable cause) {
        return reason(cause).contains("Message too long");
    }

    /** The host is there, and nothing listens at the port. */
    public static boolean isRefusal(Throwable cause) {
        return cause instanceof PortUnreachableException || reason(cause).contains("Connection refused");
    }

    /** Which the kernel may take seconds to find out, each time. */
    static boolean isUnreachable(@Nullable Throwable cause) {
        if (cause == null || cause instanceof PortUnreachableException) {
            return false;
        }
        String reason = reason(cause);
        return cause instanceof NoRouteToHostException
                || reason.contains("unreachable")
                || reason.contains("No route")
                || reason.contains("Host is down");
    }

    public static String reason(@Nullable Throwable cause) {
        if (cause == null || cause instanceof NotYetConnectedException) {
            return "not connected";
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
