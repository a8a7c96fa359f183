package io.nurs.appliance.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A {@code nursd run} of this user's, or for root of anybody's, that sees the same processes as we do: none in a container.
 *
 * @param config the file that it runs with, or null with {@code --collector}
 */
record RunningNursd(long pid, @Nullable Path config) {
    private static final String MAIN = "io.nurs.appliance/" + Nursd.class.getName();
    private static final Path PROC = Path.of("/proc");

    /** What there is; those that end meanwhile are left out. */
    static List<RunningNursd> all() {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .flatMap(pid -> of(pid).stream())
                .toList();
    }

    static Optional<RunningNursd> of(long pid) {
        try {
            Path process = PROC.resolve(Long.toString(pid));
            List<String> words = List.of(text(process.resolve("cmdline")).split("\0", -1));
            int main = main(words);
            if (main < 0 || !isOurs(process)) {
                return Optional.empty();
            }
            List<String> arguments = words.subList(main + 1, words.size());
            String config = config(arguments);
            return arguments.contains("run")
                    ? Optional.of(new RunningNursd(
                            pid,
                            config == null
                                    ? null
                                    : Files.readSymbolicLink(process.resolve("cwd"))
                                            .resolve(config)))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Where java reads an installed launcher (docker/rootfs.sh), the class stands in the file of options. */
    private static int main(List<String> words) {
        int main = words.indexOf(MAIN);
        return main < 0 && words.size() > 1 && words.get(1).matches("@/.*/nursd\\.options") ? 1 : main;
    }

    private static @Nullable String config(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.startsWith("--config=")) {
                return argument.substring("--config=".length());
            }
            if (argument.equals("--config") && i + 1 < arguments.size()) {
                return arguments.get(i + 1);
            }
        }
        return null;
    }

    /** Only who may signal a process may read this. */
    private static boolean isOurs(Path process) throws IOException {
        return Files.readSymbolicLink(process.resolve("ns/pid"))
                .equals(Files.readSymbolicLink(PROC.resolve("self/ns/pid")));
    }

    /** As the process was given it. */
    Map<String, String> environment() {
        try {
            Map<String, String> environment = new HashMap<>();
            for (String entry : text(PROC.resolve(pid + "/environ")).split("\0", -1)) {
                int equals = entry.indexOf('=');
                if (equals > 0) {
                    environment.put(entry.substring(0, equals), entry.substring(equals + 1));
                }
            }
            return environment;
        } catch (IOException e) {
            return Map.of();
        }
    }

    /** The kernel's files have no length. */
    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    boolean runsWith(Path file) {
        try {
            return config != null && Files.isSameFile(config, file);
        } catch (IOException e) {
            return config != null
                    && config.normalize().equals(file.toAbsolutePath().normalize());
        }
    }

    /** Still there, and the same. */
    boolean isRunning() {
        return of(pid).isPresent();
    }

    static String list(List<RunningNursd> several) {
        return several.stream()
                .map(one -> one.pid + (one.config == null ? " (--collector)" : " (" + one.config + ")"))
                .collect(Collectors.joining(", "));
    }
}
