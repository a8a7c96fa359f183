package io.nurs.appliance.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lab as the launcher runs it: in a user, network and mount namespace of its own, where {@code lo} is down at first. */
@Tag("netns")
class UnprivilegedLabTest {
    private static final int LIMIT_SECONDS = 60;

    @TempDir
    Path directory;

    @BeforeEach
    void needsUnshare() throws Exception {
        boolean works;
        try {
            works = run("unshare", "-rnm", "true") == 0;
        } catch (IOException e) {
            works = false;
        }
        Privileges.require(works, "needs unshare(1) and a kernel that lets this user make namespaces");
    }

    @Test
    void worksBehindLoopbackUp() throws Exception {
        String script = java(LoopbackUp.class) + " && " + java(DemoLabProgram.class);
        assertEquals(0, run("unshare", "-rnm", "sh", "-c", script), this::output);
        assertTrue(output().contains("equal true, IPv6 true, NAT true"), this::output);
    }

    @Test
    void doesWithoutIpv6WhereTheJvmFoundNone() throws Exception {
        assertEquals(0, run("unshare", "-rnm", "sh", "-c", java(DemoLabProgram.class)), this::output);
        assertTrue(output().contains("equal true, IPv6 false, NAT true"), this::output);
    }

    private int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        return process.exitValue();
    }

    private String output() {
        try {
            return Files.readString(directory.resolve("output"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The modules of this test on a class path, its own classes first. */
    private static String java(Class<?> main) {
        List<String> path = new ArrayList<>(List.of("target/test-classes", "target/classes"));
        for (String property : List.of("jdk.module.path", "java.class.path")) {
            path.add(System.getProperty(property, ""));
        }
        return "'" + Path.of(System.getProperty("java.home"), "bin", "java")
                + "' --enable-native-access=ALL-UNNAMED -cp '" + String.join(File.pathSeparator, path) + "' "
                + main.getName();
    }
}
