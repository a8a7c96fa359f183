package io.nurs.appliance.command;

import io.nurs.appliance.log.LogFormat;
import io.nurs.appliance.log.LogLevel;
import io.nurs.appliance.log.Logs;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** How the log looks, and how much of it there is. */
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class LogOptions {
    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text, or json: an object a line (${DEFAULT-VALUE}).")
    private String format;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "info",
            description = "error, warn, info or debug; debug adds stack traces (${DEFAULT-VALUE}).")
    private String level;

    /** @param verbose adds stack traces */
    Logs start(boolean verbose) {
        return Logs.start(
                choice("--log-format", format, LogFormat.values()),
                choice("--log-level", level, LogLevel.values()),
                verbose);
    }

    private static <T extends Enum<T>> T choice(String option, String word, T[] choices) {
        return Arrays.stream(choices)
                .filter(choice -> choice.toString().equals(word))
                .findFirst()
                .orElseThrow(() -> CommandFailure.usage(option + " " + word + " is unknown; there are "
                        + Arrays.stream(choices).map(Enum::toString).collect(Collectors.joining(", "))));
    }
}
