package io.nurs.appliance.totals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The modules of this test on a class path, in a process of its own. */
public final class ChildJvm {
    private ChildJvm() {}

    public static Process start(Class<?> main, String... arguments) throws IOException {
        List<String> command = command(main);
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    public static List<String> command(Class<?> main) {
        List<String> path = new ArrayList<>(List.of("target/test-classes", "target/classes"));
        for (String property : List.of("jdk.module.path", "java.class.path")) {
            path.add(System.getProperty(property, ""));
        }
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-cp",
                String.join(File.pathSeparator, path),
                main.getName()));
    }
}
