package io.nurs.appliance.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Names of files that are complete: {@code flows.ipfix} becomes {@code flows-20261125T021308Z.ipfix}, whose order is that of time. */
final class RotatedNames {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Path directory;
    private final String stem;
    private final String suffix;
    private final Pattern pattern;

    RotatedNames(Path path) {
        Path absolute = path.toAbsolutePath();
        String name = absolute.getFileName().toString();
        int dot = name.lastIndexOf('.');
        this.directory = Objects.requireNonNullElse(absolute.getParent(), absolute);
        this.stem = dot > 0 ? name.substring(0, dot) : name;
        this.suffix = dot > 0 ? name.substring(dot) : "";
        this.pattern = Pattern.compile(Pattern.quote(stem) + "-\\d{8}T\\d{6}Z(?:_(\\d{3,9}))?" + Pattern.quote(suffix));
    }

    /** One that is free and sorts behind all that there are: a second file of the same second gets a number. */
    Path next(Instant end) throws IOException {
        String base = stem + "-" + TIME.format(end);
        int number = 0;
        for (Path file : all()) {
            if (file.getFileName().toString().startsWith(base)) {
                number = number(file) + 1;
            }
        }
        return directory.resolve(number == 0 ? base + suffix : "%s_%03d%s".formatted(base, number, suffix));
    }

    private int number(Path file) {
        Matcher matcher = pattern.matcher(file.getFileName().toString());
        return matcher.matches() && matcher.group(1) != null ? Integer.parseInt(matcher.group(1)) : 0;
    }

    /** The oldest first. */
    List<Path> all() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file ->
                            pattern.matcher(file.getFileName().toString()).matches())
                    .sorted()
                    .toList();
        }
    }

    void prune(int keep) throws IOException {
        List<Path> files = all();
        for (Path file : files.subList(0, Math.max(0, files.size() - keep))) {
            Files.deleteIfExists(file);
        }
    }
}
