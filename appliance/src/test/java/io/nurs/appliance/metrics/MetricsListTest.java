package io.nurs.appliance.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.NamingConvention;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.lab.AccountingObjects;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Scrape;
import io.nurs.appliance.lab.Scrape.Family;
import io.nurs.appliance.lab.Scrape.Sample;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything on, and each metric is in the lists that dashboards, alerts and readers go by. */
@Tag("netns")
class MetricsListTest {
    private static final Path ROOT = Path.of(System.getProperty("nurs.root", ".."));
    private static final Path LIST = ROOT.resolve("dashboards/metrics.txt");
    private static final Path DOC = ROOT.resolve("appliance/docs/metrics.md");
    private static final String BEGIN = "<!-- generated from here -->\n";
    private static final String REGENERATE =
            "; if that is meant, write both anew: ./mvnw test -pl appliance -am -Dtest=MetricsListTest"
                    + " -Dsurefire.failIfNoSpecifiedTests=false -Dnurs.write=metrics";

    private static final InetSocketAddress SERVER = Traffic.at(Lab.SERVER4, Lab.PLAIN);

    @TempDir
    Path directory;

    private Lab lab;
    private Subject subject;
    private ApplianceMetrics metrics;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        AccountingObjects.make(lab, List.of("all"));
        lab.nft("add quota inet lab cap { over 1 mbytes }");
        String yaml = """
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %1$s, delivery: reliable, events: nat, active-timeout: 1s }
                    exporters: [main]
                  - { name: acct, source: { type: nfacct, namespace: %1$s, interval: 1s }, exporters: [main] }
                  - { name: told, source: { type: conntrack-events, namespace: %1$s }, exporters: [main] }
                  - { name: counters, source: { type: conntrack-stats, namespace: %1$s, interval: 1s }, exporters: [main] }
                  - { name: rules, source: { type: nftables, namespace: %1$s, trace: true, interval: 1s }, exporters: [main] }
                  - { name: queues, source: { type: nfqueue, namespace: %1$s, queues: 5 }, exporters: [] }
                  - { name: packets, source: { type: nflog, namespace: %1$s, groups: [8] }, exporters: [main] }
                exporters:
                  main:
                    type: ipfix
                    collector: "127.0.0.1:9"
                    transport: tcp
                    spool: { directory: %2$s, max-size: 16MiB }
                metrics: { listen: off, top: { k: 5, interval: 1s } }
                """.formatted(lab.router(), directory);
        subject = Subject.start(yaml);
        metrics = new ApplianceMetrics(
                subject::appliance,
                ConfigLoader.parse("test.yaml", yaml).metrics().top());
    }

    @AfterEach
    void close() {
        if (metrics != null) {
            metrics.close();
        }
        if (subject != null) {
            subject.close();
        }
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void eachMetricIsInTheListsAndPromtoolHasNoComplaint() throws Exception {
        Requires.tools("promtool");
        Scrape scrape = everything();
        Path text = Files.writeString(directory.resolve("scrape"), scrape.text());
        assertEquals("", Program.run("sh", "-c", "promtool check metrics < " + text));
        String header = "# name\ttype\tlabels\tunit\thelp\n";
        compare(LIST, "", header + lines(scrape, "%s\t%s\t%s\t%s\t%s\n"));
        compare(
                DOC,
                Files.readString(DOC).split(BEGIN, 2)[0] + BEGIN,
                "\n| Name | Type | Labels | Unit | Meaning |\n|---|---|---|---|---|\n"
                        + lines(scrape, "| `%s` | %s | %s | %s | %s |\n"));
    }

    /** Has traffic and garbage, without which some do not show. */
    private Scrape everything() throws Exception {
        System.gc();
        Traffic traffic = new Traffic(lab);
        Wait.until(() -> "all kinds in " + Scrape.of(metrics).families().keySet(), () -> {
            traffic.manyUdpFlows(SERVER, 20_000, 10);
            Map<String, Family> families = Scrape.of(metrics).families();
            return families.containsKey("nurs_top_port_bytes")
                    && families.containsKey("nurs_conntrack_cpu_found_total")
                    && families.containsKey("nurs_nfacct_packets_total")
                    && families.containsKey("nurs_nftables_packets_total")
                    && families.containsKey("nurs_nftables_quota_bytes_total")
                    && families.containsKey("nurs_conntrack_level")
                    && families.containsKey("jvm_gc_pause_seconds");
        });
        return Scrape.of(metrics);
    }

    private static void compare(Path file, String before, String expected) throws Exception {
        if (System.getProperty("nurs.write", "").equals("metrics")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, before + expected);
        }
        assertEquals(before + expected, Files.readString(file), () -> file + " is not what there is" + REGENERATE);
    }

    private String lines(Scrape scrape, String format) {
        Map<String, String> units = units();
        StringBuilder lines = new StringBuilder();
        for (Family family : scrape.families().values()) {
            assertTrue(!family.help().isEmpty(), family.name() + " has no HELP");
            String unit = units.getOrDefault(family.name(), "");
            lines.append(format.formatted(
                    family.name(),
                    family.type(),
                    String.join(", ", labels(scrape, family)),
                    unit.isEmpty() ? "-" : unit,
                    family.help()));
        }
        return lines.toString();
    }

    private static List<String> labels(Scrape scrape, Family family) {
        TreeSet<String> labels = new TreeSet<>();
        for (Sample sample : scrape.samples()) {
            if (sample.name().startsWith(family.name())
                    && List.of("", "_count", "_sum")
                            .contains(sample.name().substring(family.name().length()))) {
                labels.addAll(sample.labels().keySet());
            }
        }
        return new ArrayList<>(labels);
    }

    private Map<String, String> units() {
        NamingConvention convention = metrics.registry().config().namingConvention();
        Map<String, String> units = new TreeMap<>();
        for (Meter meter : metrics.registry().getMeters()) {
            Meter.Id id = meter.getId();
            String name = convention.name(id.getName(), id.getType(), id.getBaseUnit());
            String unit =
                    Objects.requireNonNullElse(id.getBaseUnit(), id.getType() == Meter.Type.TIMER ? "seconds" : "");
            units.put(name, unit);
            units.put(name + "_total", unit);
            units.put(name + "_max", unit);
        }
        return units;
    }
}
