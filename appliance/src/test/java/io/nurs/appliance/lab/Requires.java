package io.nurs.appliance.lab;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a test needs of the machine: where it is missing the test is skipped and says why, or fails with {@code -Dnurs.require=all}. */
public final class Requires {
    // CAP_NET_ADMIN and CAP_SYS_ADMIN, linux/capability.h
    private static final long NEEDED = 1L << 12 | 1L << 21;
    private static final List<String> DIRECTORIES =
            List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin");

    private Requires() {}

    public static void root() {
        require((effectiveCapabilities() & NEEDED) == NEEDED, "root (CAP_NET_ADMIN and CAP_SYS_ADMIN)");
    }

    public static void tools(String... names) {
        for (String name : names) {
            require(
                    DIRECTORIES.stream().anyMatch(directory -> Files.isExecutable(Path.of(directory, name))),
                    "the tool " + name);
        }
    }

    public static void require(boolean met, String what) {
        if (met) {
            return;
        }
        String message = caller() + " needs " + what;
        if (System.getProperty("nurs.require", "").equals("all")) {
            fail(message);
        }
        System.err.println("SKIPPED: " + message);
        abort(message);
    }

    /** The test that asks, through whatever helpers. */
    private static String caller() {
        return StackWalker.getInstance()
                .walk(frames -> frames.map(StackWalker.StackFrame::getClassName)
                        .filter(name -> name.endsWith("Test") || name.endsWith("IT"))
                        .map(name -> name.substring(name.lastIndexOf('.') + 1))
                        .findFirst()
                        .orElse("a test"));
    }

    private static long effectiveCapabilities() {
        String line = Wait.unchecked(() -> Files.readAllLines(Path.of("/proc/self/status"))).stream()
                .filter(text -> text.startsWith("CapEff:"))
                .findFirst()
                .orElseThrow();
        return Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16);
    }
}
