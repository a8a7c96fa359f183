package io.nurs.appliance.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A file of messages, RFC 5655, or of text, that gives way to the next one.
 *
 * @param path where the file that is being written stands, or {@link #STDOUT}
 * @param rotateBytes 0 for never
 * @param rotateInterval zero for never
 * @param keep how many rotated files are kept; 0 for all
 */
public record FileDestination(Path path, long rotateBytes, Duration rotateInterval, int keep)
        implements Destination, OutputPlace {
    public static final Path STDOUT = Path.of("-");

    private static final long MIN_ROTATE_BYTES = 64 << 10;
    private static final int MAX_KEPT = 100_000;

    static @Nullable FileDestination read(YamlSection section) {
        Path path = section.required(
                "path",
                "write where the file is to be, such as /var/lib/nurs/flows.ipfix, or - for standard output",
                FileDestination::path);
        FileDestination destination = new FileDestination(
                path == null ? STDOUT : path,
                section.sizeBytes("rotate-size", 0, MIN_ROTATE_BYTES, 1L << 40),
                section.duration("rotate-interval", Duration.ZERO, Duration.ofSeconds(1), Duration.ofDays(366)),
                (int) section.integer("keep", 0, 0, MAX_KEPT));
        section.finish();
        return path == null ? null : destination;
    }

    private static Path path(String text) {
        if (!text.startsWith("/") && !text.equals("-")) {
            throw new IllegalArgumentException(ScalarText.quote(text)
                    + " is neither an absolute path such as /var/lib/nurs/flows.ipfix nor - for standard output");
        }
        return Path.of(text);
    }

    @Override
    public FileDestination file() {
        return this;
    }

    /**
     * Where messages of one of the exporter's domains go.
     *
     * @param first the exporter's first domain, whose file has no number in its name
     */
    public Path path(long domain, long first) {
        if (domain == first) {
            return path;
        }
        String name = String.valueOf(path.getFileName());
        int dot = name.lastIndexOf('.');
        return path.resolveSibling(
                dot > 0 ? name.substring(0, dot) + "." + domain + name.substring(dot) : name + "." + domain);
    }

    public boolean isStdout() {
        return path.equals(STDOUT);
    }

    @Override
    public String toString() {
        return isStdout() ? "standard output" : path.toString();
    }
}
