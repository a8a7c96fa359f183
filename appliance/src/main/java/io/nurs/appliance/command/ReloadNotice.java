package io.nurs.appliance.command;

import io.nurs.appliance.ReloadOutcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small file in which a run leaves word of its last reload for {@code nursd reload}: in its runtime directory, which both find in
 * the run's environment. Where that cannot be written there is none.
 */
final class ReloadNotice implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReloadNotice.class);
    private static final String RELOADED = "reloaded";
    private static final String UNCHANGED = "unchanged";

    private final Path file;

    /**
     * Of one process.
     *
     * @param environment that process's
     */
    ReloadNotice(Map<String, String> environment, long pid) {
        // systemd.exec(5): may be several, with colons between them.
        this.file = Stream.of(environment.get("RUNTIME_DIRECTORY"), environment.get("XDG_RUNTIME_DIR"))
                .flatMap(name -> Optional.ofNullable(name).stream())
                .map(names -> names.split(":", -1)[0])
                .filter(name -> name.startsWith("/"))
                .map(Path::of)
                .findFirst()
                .orElse(Path.of("/run"))
                .resolve("nursd-" + pid + ".reload");
    }

    void write(ReloadOutcome outcome) {
        String text =
                (outcome.reloaded() ? RELOADED : UNCHANGED) + "\n" + outcome.when() + "\n" + outcome.words() + "\n";
        Path whole = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(whole, text);
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.debug("cannot write {}", file, e);
        }
    }

    /** Null if there is none, or it cannot be read. */
    @Nullable
    ReloadOutcome read() {
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            return lines.size() < 3
                    ? null
                    : new ReloadOutcome(
                            Instant.parse(lines.get(1)),
                            lines.get(0).equals(RELOADED),
                            String.join("\n", lines.subList(2, lines.size())));
        } catch (IOException | DateTimeParseException e) {
            return null;
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("cannot remove {}", file, e);
        }
    }
}
