package io.nurs.appliance.dashboards;

import io.nurs.appliance.lab.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The rules of {@code dashboards/alerts.yaml}. */
final class Alerts {
    static final Path RULES = Dashboard.DIRECTORY.resolve("alerts.yaml");
    static final Path TESTS = Dashboard.DIRECTORY.resolve("alerts_test.yaml");

    private Alerts() {}

    /** One of them. */
    record Alert(String name, String expression, Map<String, Object> labels, Map<String, Object> annotations) {}

    static List<Alert> all() throws IOException {
        return Json.objects(yaml(RULES).get("groups")).stream()
                .flatMap(group -> Json.objects(group.get("rules")).stream())
                .map(rule -> new Alert(
                        Json.text(rule, "alert"),
                        Json.text(rule, "expr"),
                        Json.object(rule.get("labels")),
                        Json.object(rule.get("annotations"))))
                .toList();
    }

    /** The rules with seconds for minutes and hours, so that nobody waits for them. */
    static String hurried() throws IOException {
        return Files.readString(RULES).replaceAll("for: \\d+m", "for: 1s").replaceAll("\\[\\d+[mh]]", "[5s]");
    }

    static Map<String, Object> yaml(Path file) throws IOException {
        return Json.object(new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file)));
    }
}
