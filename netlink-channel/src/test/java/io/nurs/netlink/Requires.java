package io.nurs.netlink;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.TestInfo;

/**
 * What a test needs of the machine. Where it is missing the test is skipped, and named with the reason on standard error;
 * with {@code -Dnurs.require=all} it fails instead.
 */
public final class Requires {
    // linux/capability.h
    private static final int CAP_NET_ADMIN = 12;
    private static final int CAP_SYS_ADMIN = 21;

    private static final List<String> DIRECTORIES =
            List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin");

    private Requires() {}

    /** What it takes to make network namespaces and to configure them. */
    public static void root() {
        root(caller());
    }

    /** For what runs before each test, and so is none itself. */
    public static void root(TestInfo test) {
        root(test.getTestClass().map(Class::getSimpleName).orElse("") + "."
                + test.getTestMethod().map(Method::getName).orElse("") + " " + test.getDisplayName());
    }

    private static void root(String test) {
        boolean root = hasCapability(CAP_NET_ADMIN) && hasCapability(CAP_SYS_ADMIN);
        require(test, root, "root (CAP_NET_ADMIN and CAP_SYS_ADMIN)");
    }

    public static void tool(String name) {
        boolean found = DIRECTORIES.stream().anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
        require(found, "the tool " + name);
    }

    public static void require(boolean met, String what) {
        require(caller(), met, what);
    }

    private static void require(String test, boolean met, String what) {
        if (met) {
            return;
        }
        String message = test + " needs " + what;
        if ("all".equals(System.getProperty("nurs.require"))) {
            fail(message);
        }
        System.err.println("SKIPPED: " + message);
        abort(message);
    }

    private static boolean hasCapability(int capability) {
        try {
            String effective = Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("CapEff:"))
                    .findFirst()
                    .orElseThrow()
                    .substring("CapEff:".length())
                    .trim();
            return (Long.parseUnsignedLong(effective, 16) >>> capability & 1) != 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The test that asks, through whatever helpers. */
    private static String caller() {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> frames.filter(Requires::isTest)
                        .findFirst()
                        .map(frame -> frame.getDeclaringClass().getSimpleName() + "." + frame.getMethodName())
                        .orElse("a test"));
    }

    private static boolean isTest(StackWalker.StackFrame frame) {
        return frame.getDeclaringClass().getSimpleName().endsWith("Test")
                && !frame.getMethodName().startsWith("lambda$");
    }
}
