package io.nurs.appliance.dashboards;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.nurs.appliance.dashboards.Alerts.Alert;
import io.nurs.appliance.dashboards.Dashboard.Panel;
import io.nurs.appliance.lab.ConntrackMax;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Nfcapd;
import io.nurs.appliance.lab.Prometheus.Sample;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.TableWriter;
import io.nurs.appliance.lab.Wait;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Asks a Prometheus what dashboards and alerts ask, while nursd reads a router with traffic: by one source as it should, by another
 * with a receive buffer that is far too small; and sends to a collector that listens and to two that are not there.
 */
@Tag("netns")
@Tag("alone") // sets nf_conntrack_max, which is the whole host's
class DashboardsIT {
    /** Of Grafana's variables: all that there is, and ranges that fit a scrape each second. */
    private static final Map<String, String> ALL = Map.of(
            "job", ".*", "instance", ".*", "source", ".*", "exporter", ".*", "__range", "1m", "__rate_interval", "5s");

    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.*), (\\w+)\\)");
    private static final int ENTRIES = 10_000;
    /** With {@link #ENTRIES} more than 80 % full and less than 95 %. */
    private static final int LIMIT = 11_500;

    @TempDir
    static Path directory;

    private static Scene scene;
    private static Nfcapd collector;

    @BeforeAll
    static void open() throws Exception {
        Requires.root();
        collector = Nfcapd.start(directory.resolve("flows"));
        scene = Scene.open(directory, stacks(collector.port(), directory.resolve("spool")), Alerts.hurried());
    }

    private static String stacks(int port, Path spool) {
        return """
            stacks:
              - name: flows
                source: { type: conntrack, namespace: ROUTER, delivery: reliable, events: nat, active-timeout: 1s }
                exporters: [main, away, kept, nat]
              - name: hurried
                source: { type: conntrack, namespace: ROUTER, delivery: best-effort, receive-buffer: 4KiB, active-timeout: 1s }
                exporters: [second]
            exporters:
              main: { type: netflow9, collector: "127.0.0.1:%1$d" }
              second: { type: netflow9, collector: "127.0.0.1:%1$d", observation-domain: 20 }
              nat: { type: ipfix, collector: "127.0.0.1:%1$d", observation-domain: 30, fields: nat-events }
              away: { type: ipfix, collector: "127.0.0.1:9", transport: tcp, observation-domain: 40 }
              kept: { type: netflow9, collector: "127.0.0.1:9", observation-domain: 50, spool: { directory: %2$s, max-size: 16MiB } }
            """.formatted(port, spool);
    }

    @AfterAll
    static void close() throws IOException {
        if (scene != null) {
            scene.close();
        }
        if (collector != null) {
            collector.close();
        }
    }

    @Test
    void eachPanelsQueriesAreAnswered() throws Exception {
        List<String> questions = new ArrayList<>();
        for (Dashboard dashboard : Dashboard.all()) {
            for (Panel panel : dashboard.panels()) {
                panel.expressions().forEach(expression -> questions.add(PromQl.with(ALL, expression)));
            }
        }
        waitForAnswers(questions);
    }

    /** A rule is silent where nothing is amiss; whether there is anything to compare is asked here. */
    @Test
    void eachAlertHasSomethingToCompare() throws Exception {
        waitForAnswers(
                Alerts.all().stream().map(Alert::expression).map(PromQl::asBool).toList());
    }

    private static void waitForAnswers(List<String> questions) {
        Wait.until(
                () -> "answers to " + String.join("\n", Wait.unchecked(() -> unanswered(questions))),
                () -> unanswered(questions).isEmpty());
    }

    private static List<String> unanswered(List<String> questions) throws IOException {
        List<String> unanswered = new ArrayList<>();
        for (String question : questions) {
            List<Sample> answer = scene.prometheus().query(question);
            if (answer.isEmpty() || answer.stream().anyMatch(sample -> !Double.isFinite(sample.value()))) {
                unanswered.add(question + "  =>  " + answer);
            }
        }
        return unanswered;
    }

    @Test
    void eachVariableHasValues() throws Exception {
        for (Dashboard dashboard : Dashboard.all()) {
            for (String query : dashboard.variables().values()) {
                Matcher matcher = LABEL_VALUES.matcher(query);
                if (matcher.matches()) {
                    String selector = PromQl.with(ALL, matcher.group(1));
                    Wait.until(
                            query,
                            () -> !scene.prometheus()
                                    .labelValues(selector, matcher.group(2))
                                    .isEmpty());
                }
            }
        }
        assertEquals(
                Set.of("main", "second", "nat", "away", "kept"),
                scene.prometheus().labelValues("nurs_collector_up", "exporter"));
    }

    @Test
    void collectorsThatAreNotThereSetAlertsOff() throws Exception {
        waitUntilFires("NursCollectorDown");
        waitUntilFires("NursCollectorLosingRecords");
        assertEquals(
                List.of("away", "kept"),
                scene.prometheus().query("ALERTS{alertname=\"NursCollectorDown\", alertstate=\"firing\"}").stream()
                        .map(sample -> sample.labels().get("exporter"))
                        .sorted()
                        .toList());
        assertFalse(scene.prometheus().firing().contains("NursDown"));
    }

    @Test
    void aTableThatIsNearlyFullAndEventsThatAreLostSetAlertsOff() throws Exception {
        Lab lab = scene.lab();
        TableWriter table = TableWriter.open(lab);
        table.create(ENTRIES, 0, TableWriter::udp);
        ConntrackMax limit = ConntrackMax.lowered(LIMIT);
        try {
            waitUntilFires("NursTableNearFull");
        } finally {
            limit.close();
        }
        Wait.until(
                "the table has room again", () -> !scene.prometheus().firing().contains("NursTableNearFull"));
        // All of them at once: far more than a buffer of 4 KiB takes.
        lab.inRouter("conntrack", "-F");
        waitUntilFires("NursEventsLost");
        assertEquals(
                List.of("hurried"),
                scene.prometheus().query("ALERTS{alertname=\"NursEventsLost\", alertstate=\"firing\"}").stream()
                        .map(sample -> sample.labels().get("source"))
                        .toList());
    }

    private static void waitUntilFires(String alert) {
        Wait.until(
                () -> alert + ", here are "
                        + Wait.unchecked(() -> scene.prometheus().firing()),
                () -> scene.prometheus().firing().contains(alert));
    }
}
