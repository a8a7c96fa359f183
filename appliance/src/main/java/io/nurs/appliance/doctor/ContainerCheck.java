package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Whether this is a container: what findings advise is then mostly for its host, where the programs are that they name. */
final class ContainerCheck {
    /** podman's and docker's own. */
    private static final List<Path> FILES = List.of(Path.of("/run/.containerenv"), Path.of("/.dockerenv"));
    /** The first is the image's and podman's, <a href="https://systemd.io/CONTAINER_INTERFACE/">systemd's way</a>. */
    private static final List<String> VARIABLES = List.of("container", "KUBERNETES_SERVICE_HOST");

    private ContainerCheck() {}

    /** One, or none where nothing says so. */
    static List<Finding> findings() {
        return findings(FILES, System.getenv());
    }

    static List<Finding> findings(List<Path> files, Map<String, String> environment) {
        return files.stream().anyMatch(Files::exists) || VARIABLES.stream().anyMatch(environment::containsKey)
                ? List.of(Finding.ok(
                        "container",
                        "this is one: commands about sysctls, modules, rules and programs are for its host, as root, and a"
                                + " capability comes with --cap-add"))
                : List.of();
    }
}
