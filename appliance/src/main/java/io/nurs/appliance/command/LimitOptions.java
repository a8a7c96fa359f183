package io.nurs.appliance.command;

import io.nurs.flow.DecoderLimits;
import picocli.CommandLine.Option;

/** What exporters may make a collector remember. */
final class LimitOptions {
    @Option(
            names = "--max-senders",
            paramLabel = "N",
            defaultValue = "64",
            description =
                    "Exporters' domains to remember; the one not heard of for longest is forgotten (${DEFAULT-VALUE}).")
    private int maxSenders;

    @Option(
            names = "--max-templates",
            paramLabel = "N",
            defaultValue = "64",
            description = "Templates to remember of each; further ones are refused (${DEFAULT-VALUE}).")
    private int maxTemplates;

    @Option(
            names = "--max-fields",
            paramLabel = "N",
            defaultValue = "128",
            description = "Fields of a template; longer ones are refused (${DEFAULT-VALUE}).")
    private int maxFields;

    DecoderLimits limits() {
        try {
            return new DecoderLimits(maxSenders, maxTemplates, maxFields);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--max-senders, --max-templates and --max-fields are at least 1");
        }
    }
}
