package io.nurs.appliance.command;

import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ConfigException;
import io.nurs.appliance.config.ConfigLoader;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "check",
        description =
                "Read a configuration and list every mistake in it, or what it would run. Opens no socket, resolves no name.")
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class CheckCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The configuration (YAML).")
    private Path config;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigException {
        ApplianceConfig parsed = ConfigLoader.load(config);
        parsed.warnings().forEach(warning -> spec.commandLine().getErr().println("warning: " + warning));
        ConfigSummary.lines(parsed).forEach(spec.commandLine().getOut()::println);
        return ExitCode.OK;
    }
}
