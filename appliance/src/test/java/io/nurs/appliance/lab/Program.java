package io.nurs.appliance.lab;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that runs beside the test; its output, both streams, goes into a file. Closing ends it. */
public final class Program implements AutoCloseable {
    private static final long TIMEOUT_SECONDS = 60;

    private final Process process;
    private final Path output;

    private Program(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    public static Program start(List<String> command) throws IOException {
        return start(command, Map.of());
    }

    /**
     * Starts a program.
     *
     * @param environment in addition to this process's
     */
    public static Program start(List<String> command, Map<String, String> environment) throws IOException {
        Path output = Files.createTempFile("nurs-" + Path.of(command.getFirst()).getFileName(), ".out");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        // Dates are read back, and programs print them in local time.
        builder.environment().put("TZ", "UTC");
        builder.environment().putAll(environment);
        return new Program(builder.start(), output);
    }

    /** What the program prints; an exit code other than 0 is a failure. */
    public static String run(String... command) throws IOException, InterruptedException {
        try (Program program = start(List.of(command))) {
            int code = program.exitCode();
            if (code != 0) {
                fail(String.join(" ", command) + " ended with " + code + ": " + program.output());
            }
            return program.output();
        }
    }

    public String output() throws IOException {
        return Files.readString(output);
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    public void waitForOutput(String text) {
        Wait.until(
                () -> "\"" + text + "\" in " + Wait.unchecked(this::output),
                () -> output().contains(text) || !process.isAlive());
        if (!Wait.unchecked(this::output).contains(text)) {
            fail("ended without \"" + text + "\": " + Wait.unchecked(this::output));
        }
    }

    /** Sends SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** Sends SIGTERM until it ends: one that comes just before it waits for something may have no effect. */
    public int end() throws IOException, InterruptedException {
        for (int i = 0; i < TIMEOUT_SECONDS && process.isAlive(); i++) {
            terminate();
            process.waitFor(1, TimeUnit.SECONDS);
        }
        return exitCode();
    }

    /** Sends SIGINT, which some programs take for "write your results and end". */
    public void interrupt() throws IOException, InterruptedException {
        signal("INT");
    }

    /** Sends a signal: INT, STOP, CONT, … */
    public void signal(String name) throws IOException, InterruptedException {
        Program.run("kill", "-" + name, Long.toString(process.pid()));
    }

    public int exitCode() throws IOException, InterruptedException {
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            String text = output();
            process.destroyForcibly();
            fail("still runs after " + TIMEOUT_SECONDS + " s: " + text);
        }
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(output);
    }
}
