package io.nurs.appliance.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Programs of this machine that only look. A child runs in the network namespace of the thread that starts it. */
final class Tool {
    /** An ordinary user's PATH may lack the places of such programs. */
    private static final List<Path> DIRECTORIES = List.of(
            Path.of("/usr/sbin"),
            Path.of("/usr/bin"),
            Path.of("/sbin"),
            Path.of("/bin"),
            Path.of("/usr/local/sbin"),
            Path.of("/usr/local/bin"));

    private static final long PATIENCE_SECONDS = 5;
    private static final int MAX_OUTPUT_BYTES = 16 << 20;

    private Tool() {}

    /** What it prints; null if it is not there, fails, or does not end. */
    static @Nullable String output(String name, String... arguments) throws IOException {
        Path program = DIRECTORIES.stream()
                .map(directory -> directory.resolve(name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        if (program == null) {
            return null;
        }
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        process.getOutputStream().close();
        CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS).execute(process::destroyForcibly);
        String text = new String(process.getInputStream().readNBytes(MAX_OUTPUT_BYTES), StandardCharsets.UTF_8);
        process.getInputStream().close();
        try {
            return process.waitFor() == 0 ? text : null;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
