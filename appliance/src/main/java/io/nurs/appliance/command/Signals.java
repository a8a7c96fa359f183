package io.nurs.appliance.command;

import java.lang.reflect.Proxy;

/**
 * The only class that knows of signals. jdk.unsupported's sun.misc.Signal is the one way to hear them without dying; javac
 * warns of it and nothing switches that warning off, hence the reflection.
 */
final class Signals {
    private Signals() {}

    /** Runs {@code action} on SIGTERM and on SIGINT, on a thread of the JVM's. */
    static void onStop(Runnable action) {
        handle("TERM", action);
        handle("INT", action);
    }

    /** Runs {@code action} on SIGUSR2, which the JVM leaves to us if _JAVA_SR_SIGNUM names another: see the launcher. */
    static void onReportNow(Runnable action) {
        handle("USR2", action);
    }

    /** Runs {@code action} on SIGHUP, unless whoever started us has it ignored, as nohup does: the JVM leaves it so. */
    static void onReload(Runnable action) {
        handle("HUP", action);
    }

    private static void handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object heard = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        action.run();
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), heard);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no sun.misc.Signal", e);
        }
    }
}
