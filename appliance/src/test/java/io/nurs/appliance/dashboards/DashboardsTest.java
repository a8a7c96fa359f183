package io.nurs.appliance.dashboards;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.dashboards.Dashboard.Panel;
import io.nurs.appliance.lab.Json;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What can be seen of the dashboards without anything that runs. Whether their queries answer, see {@link DashboardsIT}. */
class DashboardsTest {
    private static final int COLUMNS = 24;
    private static final Set<String> BUILT_IN = Set.of("__range", "__rate_interval");

    static List<Dashboard> dashboards() throws IOException {
        return Dashboard.all();
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void asksOnlyForMetricsThatThereAre(Dashboard dashboard) throws IOException {
        for (Panel panel : dashboard.panels()) {
            for (String expression : panel.expressions()) {
                assertFalse(PromQl.metrics(expression).isEmpty(), expression);
                assertEquals(Set.of(), MetricsList.unknown(expression), () -> panel.text("title"));
            }
        }
        for (String query : dashboard.variables().values()) {
            assertEquals(Set.of(), metricsOfVariable(query), query);
        }
    }

    /** The label that it lists is no metric. */
    private static Set<String> metricsOfVariable(String query) throws IOException {
        return query.isEmpty() ? Set.of() : MetricsList.unknown(query.replaceFirst(", \\w+\\)$", ")"));
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void usesOnlyVariablesThatItDeclares(Dashboard dashboard) throws IOException {
        Set<String> known = new TreeSet<>(dashboard.variables().keySet());
        assertTrue(known.containsAll(Set.of("datasource", "job", "instance")), known::toString);
        known.addAll(BUILT_IN);
        Set<String> used = PromQl.variables(Dashboard.text(dashboard.name()));
        // A value of Grafana's: all.
        used.remove("__all");
        used.removeAll(known);
        assertEquals(Set.of(), used);
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void fillsTheGridWithoutOverlaps(Dashboard dashboard) {
        List<Panel> panels = dashboard.panels();
        assertEquals(
                panels.size(),
                new HashSet<>(panels.stream().map(panel -> panel.text("id")).toList()).size(),
                "ids");
        for (int i = 0; i < panels.size(); i++) {
            Panel panel = panels.get(i);
            assertTrue(panel.place("x") + panel.place("w") <= COLUMNS, () -> "sticks out: " + panel.text("title"));
            for (Panel other : panels.subList(0, i)) {
                assertFalse(panel.overlaps(other), () -> panel.text("title") + ", " + other.text("title"));
            }
        }
        int area = panels.stream()
                .mapToInt(panel -> panel.place("w") * panel.place("h"))
                .sum();
        int bottom = panels.stream()
                .mapToInt(panel -> panel.place("y") + panel.place("h"))
                .max()
                .orElseThrow();
        assertEquals(COLUMNS * bottom, area, "no gaps");
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void eachPanelSaysWhatItShowsAndInWhatUnit(Dashboard dashboard) {
        for (Panel panel : dashboard.panels()) {
            String title = panel.text("title");
            assertFalse(title.isBlank());
            assertTrue(panel.text("description").length() > 20, () -> title + ": what is a good value?");
            assertTrue(panel.defaults().containsKey("unit"), title);
            assertEquals(
                    "${datasource}", Json.object(panel.json().get("datasource")).get("uid"), title);
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void leadsToTheOthers(Dashboard dashboard) {
        assertEquals("nurs-" + dashboard.name(), dashboard.json().get("uid"));
        Set<String> links = new TreeSet<>(Json.objects(dashboard.json().get("links")).stream()
                .map(link -> Json.text(link, "url"))
                .toList());
        Set<String> others = new TreeSet<>(Dashboard.NAMES.stream()
                .filter(name -> !name.equals(dashboard.name()))
                .map(name -> "/d/nurs-" + name)
                .toList());
        assertEquals(others, links);
        assertTrue(Integer.parseInt(String.valueOf(dashboard.json().get("schemaVersion"))) >= 39);
        assertEquals(Map.of("from", "now-1h", "to", "now"), dashboard.json().get("time"));
    }
}
