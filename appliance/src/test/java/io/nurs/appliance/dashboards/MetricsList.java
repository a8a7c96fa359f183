package io.nurs.appliance.dashboards;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.TreeSet;

/** What {@code dashboards/metrics.txt} says that there is, and what Prometheus adds. */
final class MetricsList {
    private MetricsList() {}

    static Set<String> names() throws IOException {
        Set<String> names = new TreeSet<>(Set.of("up"));
        for (String line : Files.readAllLines(Dashboard.DIRECTORY.resolve("metrics.txt"))) {
            String[] columns = line.split("\t", -1);
            if (line.startsWith("#") || columns.length < 2) {
                continue;
            }
            names.add(columns[0]);
            if (columns[1].equals("summary") || columns[1].equals("histogram")) {
                names.add(columns[0] + "_count");
                names.add(columns[0] + "_sum");
            }
        }
        return names;
    }

    /** Of those that an expression asks for, those that there are not. */
    static Set<String> unknown(String expression) throws IOException {
        Set<String> unknown = PromQl.metrics(expression);
        unknown.removeAll(names());
        return unknown;
    }
}
