package io.nurs.appliance.dashboards;

import io.nurs.appliance.lab.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One of the files in {@code dashboards/}, as Grafana's JSON has it. */
record Dashboard(String name, Map<String, Object> json) {
    static final Path DIRECTORY = Path.of(System.getProperty("nurs.root", ".."))
            .toAbsolutePath()
            .normalize()
            .resolve("dashboards");
    static final List<String> NAMES = List.of("overview", "traffic", "conntrack", "exporter");

    static Dashboard read(String name) throws IOException {
        return new Dashboard(name, Json.objects("[" + text(name) + "]").getFirst());
    }

    static String text(String name) throws IOException {
        return Files.readString(DIRECTORY.resolve(name + ".json"));
    }

    static List<Dashboard> all() throws IOException {
        List<Dashboard> all = new ArrayList<>();
        for (String name : NAMES) {
            all.add(read(name));
        }
        return all;
    }

    @Override
    public String toString() {
        return name;
    }

    List<Panel> panels() {
        return Json.objects(json.get("panels")).stream().map(Panel::new).toList();
    }

    /** Variables by name, each with the query that lists its values, or an empty one. */
    Map<String, String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
        for (Map<String, Object> variable :
                Json.objects(Json.object(json.get("templating")).get("list"))) {
            variables.put(Json.text(variable, "name"), String.valueOf(variable.getOrDefault("definition", "")));
        }
        return variables;
    }

    /** One of its panels. */
    record Panel(Map<String, Object> json) {
        String text(String key) {
            return String.valueOf(json.getOrDefault(key, ""));
        }

        Map<String, Object> defaults() {
            return Json.object(Json.object(json.get("fieldConfig")).get("defaults"));
        }

        List<Map<String, Object>> targets() {
            return Json.objects(json.get("targets"));
        }

        List<String> expressions() {
            return targets().stream().map(target -> Json.text(target, "expr")).toList();
        }

        int place(String key) {
            return Json.integer(Json.object(json.get("gridPos")), key);
        }

        boolean overlaps(Panel other) {
            return place("x") < other.place("x") + other.place("w")
                    && other.place("x") < place("x") + place("w")
                    && place("y") < other.place("y") + other.place("h")
                    && other.place("y") < place("y") + place("h");
        }
    }
}
