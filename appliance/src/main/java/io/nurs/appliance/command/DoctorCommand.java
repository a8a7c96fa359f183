package io.nurs.appliance.command;

import io.nurs.appliance.Finding;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ConfigError;
import io.nurs.appliance.config.ConfigException;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.StackConfig;
import io.nurs.appliance.config.Transport;
import io.nurs.appliance.doctor.Checkup;
import io.nurs.appliance.doctor.FindingJson;
import io.nurs.appliance.doctor.FindingTable;
import io.nurs.appliance.terminal.Progress;
import io.nurs.appliance.terminal.Terminal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "doctor",
        description =
                "Look at all that nursd depends on, change nothing, and say what is amiss, what that costs and how to mend it:"
                        + " privileges, kernel, sysctls, connection table, collectors, files, clock.",
        exitCodeList = {"0:nothing fails", "1:something fails", "2:usage or configuration"})
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class DoctorCommand implements Callable<Integer> {
    @ArgGroup
    private @Nullable What what;

    static final class What {
        @Option(names = "--config", paramLabel = "FILE", description = "The configuration (YAML).")
        private @Nullable Path config;

        @Option(
                names = "--collector",
                paramLabel = "URL",
                description = "Instead of a configuration: as for run. Without either: this machine's conntrack alone.")
        private @Nullable String collector;
    }

    @Option(names = "--json", description = "Print an object instead of a table.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        ApplianceConfig config;
        try {
            config = config();
        } catch (ConfigException e) {
            print(e.errors().stream().map(DoctorCommand::finding).toList());
            return ExitCode.USAGE;
        }
        List<Finding> findings = findings(config);
        print(findings);
        boolean fails = findings.stream().anyMatch(finding -> finding.level() == Finding.Level.FAIL);
        return fails ? ExitCode.SOFTWARE : ExitCode.OK;
    }

    private List<Finding> findings(ApplianceConfig config) throws InterruptedException {
        Progress progress = Progress.onStderr(spec.commandLine().getErr());
        try {
            return Checkup.findings(config, !RunningNursd.all().isEmpty(), progress::show);
        } catch (StartException e) {
            throw CommandFailure.runtime(e.advice());
        } finally {
            progress.hide();
        }
    }

    private void print(List<Finding> findings) {
        if (json) {
            spec.commandLine().getOut().println(FindingJson.of(findings));
        } else {
            new FindingTable(Terminal.ofStdout())
                    .lines(findings)
                    .forEach(spec.commandLine().getOut()::println);
        }
    }

    private static Finding finding(ConfigError error) {
        return Finding.fail("configuration", error.toString(), "change what line and key name");
    }

    private ApplianceConfig config() throws ConfigException {
        if (what != null && what.config != null) {
            return ConfigLoader.load(what.config);
        }
        if (what != null && what.collector != null) {
            return ApplianceConfig.forCollector(what.collector);
        }
        StackConfig stack = new StackConfig("flows", ConntrackSourceConfig.defaults("flows"), List.of(), List.of());
        return new ApplianceConfig(Transport.EPOLL, List.of(stack), Map.of());
    }
}
