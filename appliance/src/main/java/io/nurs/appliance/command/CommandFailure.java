package io.nurs.appliance.command;

import picocli.CommandLine.ExitCode;

/** An expected failure: the message is one line for the operator that says what went wrong and what to do next. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    private CommandFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** The command line or the configuration asks for something that cannot be: exit code 2. */
    static CommandFailure usage(String message) {
        return new CommandFailure(ExitCode.USAGE, message);
    }

    /** The request is fine and this machine, now, cannot do it: exit code 1. */
    static CommandFailure runtime(String message) {
        return new CommandFailure(ExitCode.SOFTWARE, message);
    }

    int exitCode() {
        return exitCode;
    }
}
