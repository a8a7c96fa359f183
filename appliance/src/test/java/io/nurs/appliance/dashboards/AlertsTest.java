package io.nurs.appliance.dashboards;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.dashboards.Alerts.Alert;
import io.nurs.appliance.lab.Json;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The alerts by themselves. Whether they fire when something is amiss, see {@link DashboardsIT}. */
class AlertsTest {
    @Test
    void promtoolHasNoComplaint() throws Exception {
        Requires.tools("promtool");
        Program.run("promtool", "check", "rules", "--lint=all", "--lint-fatal", Alerts.RULES.toString());
    }

    @Test
    void eachFiresWhenItShouldAndNotBefore() throws Exception {
        Requires.tools("promtool");
        Program.run("promtool", "test", "rules", Alerts.TESTS.toString());
        assertEquals(names(), tested(false), "fires in a test");
        assertEquals(names(), tested(true), "is silent in a test");
    }

    private static Set<String> names() throws IOException {
        return new TreeSet<>(Alerts.all().stream().map(Alert::name).toList());
    }

    private static Set<String> tested(boolean silent) throws IOException {
        Set<String> names = new TreeSet<>();
        for (Map<String, Object> test : Json.objects(Alerts.yaml(Alerts.TESTS).get("tests"))) {
            for (Map<String, Object> look : Json.objects(test.get("alert_rule_test"))) {
                if (Json.list(look, "exp_alerts").isEmpty() == silent) {
                    names.add(Json.text(look, "alertname"));
                }
            }
        }
        return names;
    }

    @Test
    void eachAsksForMetricsThatThereAreAndSaysWhatToDo() throws Exception {
        String readme = Files.readString(Dashboard.DIRECTORY.resolve("README.md"));
        for (Alert alert : Alerts.all()) {
            assertEquals(Set.of(), MetricsList.unknown(alert.expression()), alert::name);
            assertTrue(Set.of("critical", "warning").contains(alert.labels().get("severity")), alert::name);
            assertTrue(alert.annotations().keySet().containsAll(Set.of("summary", "description")), alert::name);
            assertEquals(
                    "dashboards/README.md#" + alert.name().toLowerCase(Locale.ROOT),
                    alert.annotations().get("docs"));
            assertTrue(readme.contains("\n### " + alert.name() + "\n"), () -> alert.name() + " is not in README.md");
        }
    }
}
