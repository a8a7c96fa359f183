package io.nurs.appliance.command;

import io.nurs.appliance.config.MetricsConfig;
import io.nurs.appliance.config.PasswordHash;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "hash",
        description = "Read a secret from the terminal, or the first line of standard input, and print what the"
                + " configuration has in its place (metrics.bearer-token-sha256, metrics.basic-auth.password-hash).")
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class HashCommand implements Callable<Integer> {
    private static final int MIN_TOKEN = 16;

    @ArgGroup(multiplicity = "1")
    private Kind kind;

    static final class Kind {
        @Option(names = "--password", description = "A password, such as a person types: PBKDF2 with a salt.")
        private boolean password;

        @Option(
                names = "--token",
                description =
                        "A token, such as a program keeps: SHA-256. Make it long and random: openssl rand -hex 32")
        private boolean token;
    }

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        String secret = secret();
        if (secret == null || secret.isEmpty()) {
            throw CommandFailure.usage("nothing was read; write the secret on standard input");
        }
        if (kind.token && secret.length() < MIN_TOKEN) {
            throw CommandFailure.usage("a token of less than " + MIN_TOKEN
                    + " characters can be guessed; take what `openssl rand -hex 32` prints, or --password");
        }
        spec.commandLine()
                .getOut()
                .println(kind.password ? PasswordHash.of(secret).toString() : MetricsConfig.tokenSha256(secret));
        return ExitCode.OK;
    }

    // Which of its implementations a JDK has decides whether there is a console without a terminal.
    @SuppressWarnings("SystemConsoleNull")
    private static @Nullable String secret() throws IOException {
        Console console = System.console();
        if (console != null && console.isTerminal()) {
            char[] typed = console.readPassword("Secret: ");
            return typed == null ? null : new String(typed);
        }
        return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    }
}
