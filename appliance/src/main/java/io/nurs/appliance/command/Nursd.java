package io.nurs.appliance.command;

import io.nurs.appliance.config.ConfigError;
import io.nurs.appliance.config.ConfigException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** The command line. Exit codes: 0 clean, 1 run-time failure, 2 usage or configuration. */
@Command(
        name = "nursd",
        description = "Turns the Linux kernel's connection tracking into NetFlow v9.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Versions.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:clean", "1:run-time failure", "2:usage or configuration"})
public final class Nursd {
    /** In the order of the help. */
    private static final List<Subcommand> SUBCOMMANDS = List.of(
            new Subcommand("run", RunCommand::new),
            new Subcommand("reload", ReloadCommand::new),
            new Subcommand("demo", DemoCommand::new),
            new Subcommand("check", CheckCommand::new),
            new Subcommand("collect", CollectCommand::new),
            new Subcommand("verify", VerifyCommand::new),
            new Subcommand("hash", HashCommand::new),
            new Subcommand("doctor", DoctorCommand::new),
            new Subcommand("healthcheck", HealthcheckCommand::new),
            new Subcommand("rehearse", RehearseCommand::new));

    private record Subcommand(String name, Supplier<Object> command) {}

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Print stack traces with internal errors, and in the log.")
    private boolean verbose;

    private Nursd() {}

    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(execute(out, err, withoutScript(args)));
    }

    /** Where java itself reads the launcher ({@code #!java @options}), its path comes before what was written: execve(2). */
    static String[] withoutScript(String... args) {
        return args.length > 0 && args[0].endsWith("/nursd") ? Arrays.copyOfRange(args, 1, args.length) : args;
    }

    static int execute(PrintWriter out, PrintWriter err, String... args) {
        if (args.length > 0 && List.of("run", "rehearse").contains(args[0])) {
            EarlyStart.begin();
        }
        return commandLine(out, err, args).execute(args);
    }

    /** Whether stack traces are wanted. */
    boolean verbose() {
        return verbose;
    }

    /** All that there is, to be described. */
    public static CommandLine commandLine() {
        PrintWriter nobody = new PrintWriter(Writer.nullWriter());
        return commandLine(nobody, nobody);
    }

    /**
     * With the subcommand that {@code args} begin with, or all of them: picocli looks at each by reflection, which is a good part
     * of the time that nursd takes to start.
     */
    static CommandLine commandLine(PrintWriter out, PrintWriter err, String... args) {
        Nursd nursd = new Nursd();
        CommandLine line = new CommandLine(nursd);
        List<Subcommand> asked = SUBCOMMANDS.stream()
                .filter(subcommand -> args.length > 0 && subcommand.name().equals(args[0]))
                .toList();
        (asked.isEmpty() ? SUBCOMMANDS : asked)
                .forEach(subcommand -> line.addSubcommand(
                        subcommand.name(), subcommand.command().get()));
        return line.setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((e, given) -> usage(err, e))
                .setExecutionExceptionHandler((e, command, parsed) -> nursd.failure(err, e));
    }

    private static int usage(PrintWriter err, ParameterException e) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        err.println("nursd: " + e.getMessage() + "; see " + command + " --help");
        return ExitCode.USAGE;
    }

    private int failure(PrintWriter err, Exception e) {
        return switch (e) {
            case ConfigException config -> {
                for (ConfigError error : config.errors()) {
                    err.println(error);
                }
                yield ExitCode.USAGE;
            }
            case CommandFailure failure -> {
                err.println("nursd: " + failure.getMessage());
                yield failure.exitCode();
            }
            default -> {
                err.println("nursd: internal error: " + e + "; please report it"
                        + (verbose ? " with this:" : ", with what --verbose adds"));
                if (verbose) {
                    e.printStackTrace(err);
                }
                yield ExitCode.SOFTWARE;
            }
        };
    }
}
