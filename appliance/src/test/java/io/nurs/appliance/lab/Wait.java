package io.nurs.appliance.lab;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Waits for what must come, however slow the machine; how long it took is never a test's question. */
public final class Wait {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private Wait() {}

    public static void until(String what, Callable<Boolean> condition) {
        until(() -> what, condition);
    }

    /** Says at the deadline {@code what} did not come about. */
    public static void until(Supplier<String> what, Callable<Boolean> condition) {
        until(DEADLINE, what, condition);
    }

    /** With a deadline of its own, for what takes a minute where nothing is wrong. */
    public static void until(Duration deadline, Supplier<String> what, Callable<Boolean> condition) {
        long end = System.nanoTime() + deadline.toNanos();
        while (!unchecked(condition)) {
            if (System.nanoTime() > end) {
                fail("not within " + deadline.toSeconds() + " s: " + what.get());
            }
            unchecked(() -> {
                Thread.sleep(20);
                return true;
            });
        }
    }

    public static <T> T unchecked(Callable<T> task) {
        try {
            return task.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
