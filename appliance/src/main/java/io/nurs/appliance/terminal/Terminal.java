package io.nurs.appliance.terminal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a stream of this process leads. System.console() tells of all streams at once only.
 *
 * @param columns of text in a line
 */
public record Terminal(boolean isTerminal, boolean colours, int columns) {
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int DEFAULT_COLUMNS = 80;
    private static final int MIN_COLUMNS = 40;
    private static final int MAX_COLUMNS = 200;

    /** A pipe or a file. */
    public static final Terminal NONE = new Terminal(false, false, DEFAULT_COLUMNS);

    public static Terminal ofStdout() {
        return of(STDOUT, System.getenv());
    }

    public static Terminal ofStderr() {
        return of(STDERR, System.getenv());
    }

    private static Terminal of(int fd, Map<String, String> environment) {
        if (!leadsToTerminal(fd)) {
            return NONE;
        }
        // https://no-color.org: any value but an empty one.
        boolean plain = !environment.getOrDefault("NO_COLOR", "").isEmpty()
                || environment.getOrDefault("TERM", "dumb").equals("dumb");
        return new Terminal(true, !plain, width());
    }

    private static boolean leadsToTerminal(int fd) {
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** stty(1) asks the terminal on its standard input, which may be another one, or none. */
    private static int width() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            return size.matches("\\d{1,4} \\d{1,4}")
                    ? within(Integer.parseInt(size.split(" ", -1)[1]))
                    : DEFAULT_COLUMNS;
        } catch (IOException e) {
            return DEFAULT_COLUMNS;
        }
    }

    private static int within(int columns) {
        return columns == 0 ? DEFAULT_COLUMNS : Math.clamp(columns, MIN_COLUMNS, MAX_COLUMNS);
    }
}
