package io.nurs.appliance.lab;

import io.nurs.appliance.metrics.ApplianceMetrics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a scrape has brought, read back from Prometheus's text. */
public record Scrape(String text, Map<String, Family> families, List<Sample> samples) {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** One metric. */
    public record Family(String name, String type, String help) {}

    public record Sample(String name, Map<String, String> labels, double value) {
        /** Whether it has these labels: name, value, … */
        public boolean has(String... labels) {
            for (int i = 0; i < labels.length; i += 2) {
                if (!labels[i + 1].equals(this.labels.get(labels[i]))) {
                    return false;
                }
            }
            return true;
        }
    }

    public static Scrape of(ApplianceMetrics metrics) {
        return parse(new String(metrics.scrape(null).text(), StandardCharsets.UTF_8));
    }

    public static Scrape parse(String text) {
        Map<String, String> helps = new LinkedHashMap<>();
        Map<String, Family> families = new TreeMap<>();
        List<Sample> samples = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ", 4);
            if (line.startsWith("# HELP ")) {
                helps.put(words[2], words[3]);
            } else if (line.startsWith("# TYPE ")) {
                families.put(words[2], new Family(words[2], words[3], helps.getOrDefault(words[2], "")));
            } else if (!line.isEmpty()) {
                samples.add(sample(line));
            }
        }
        return new Scrape(text, families, samples);
    }

    private static Sample sample(String line) {
        Matcher matcher = SAMPLE.matcher(line);
        if (!matcher.matches()) {
            throw new AssertionError("no sample: " + line);
        }
        Map<String, String> labels = new LinkedHashMap<>();
        @Nullable String braces = matcher.group(2);
        Matcher label = LABEL.matcher(braces == null ? "" : braces);
        while (label.find()) {
            labels.put(label.group(1), label.group(2));
        }
        return new Sample(
                matcher.group(1), labels, Double.parseDouble(matcher.group(3).replace("Inf", "Infinity")));
    }

    public List<Sample> all(String name, String... labels) {
        return samples.stream()
                .filter(sample -> sample.name.equals(name) && sample.has(labels))
                .toList();
    }

    /** Of all with these labels; fails if there is none. */
    public double sum(String name, String... labels) {
        List<Sample> found = all(name, labels);
        if (found.isEmpty()) {
            throw new AssertionError("no " + name + " " + List.of(labels) + " in\n" + text);
        }
        return found.stream().mapToDouble(Sample::value).sum();
    }
}
