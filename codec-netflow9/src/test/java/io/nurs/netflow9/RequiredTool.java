package io.nurs.netflow9;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A foreign program that a test asks for its opinion. Where it is missing the test is skipped, or fails with
 * {@code -Dnurs.require=all}.
 */
public final class RequiredTool {
    private static final long TIMEOUT_SECONDS = 60;

    private final String name;

    private RequiredTool(String name) {
        this.name = name;
    }

    public static RequiredTool named(String name) {
        if (Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .noneMatch(directory -> Files.isExecutable(Path.of(directory, name)))) {
            String message = name + " is not installed";
            if (System.getProperty("nurs.require", "").equals("all")) {
                fail(message);
            }
            abort(message);
        }
        return new RequiredTool(name);
    }

    /** What the tool prints; an exit code other than 0 is a failure. */
    public String run(String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile(name, ".out");
        try {
            Process process = start(output, arguments);
            boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            String text = Files.readString(output, StandardCharsets.UTF_8);
            if (!ended || process.exitValue() != 0) {
                process.destroyForcibly();
                fail(name + (ended ? " failed: " : " hangs: ") + text);
            }
            return text;
        } finally {
            Files.delete(output);
        }
    }

    Process start(Path output, String... arguments) throws IOException {
        List<String> command =
                Stream.concat(Stream.of(name), Stream.of(arguments)).toList();
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("TZ", "UTC");
        return builder.start();
    }
}
