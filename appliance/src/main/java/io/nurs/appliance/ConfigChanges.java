package io.nurs.appliance;

import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.appliance.config.StackConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How one configuration differs from another, by the names of its parts. */
final class ConfigChanges {
    private ConfigChanges() {}

    static String describe(ApplianceConfig before, ApplianceConfig next) {
        List<String> changes = new ArrayList<>();
        describe("source", sources(before), sources(next), changes);
        describe("stack", stacks(before), stacks(next), changes);
        describe("exporter", before.exporters(), next.exporters(), changes);
        return changes.isEmpty() ? "nothing has changed" : String.join(", ", changes);
    }

    private static Map<String, SourceConfig> sources(ApplianceConfig config) {
        Map<String, SourceConfig> sources = new LinkedHashMap<>();
        config.sources().forEach(source -> sources.put(source.name(), source));
        return sources;
    }

    private static Map<String, StackConfig> stacks(ApplianceConfig config) {
        Map<String, StackConfig> stacks = new LinkedHashMap<>();
        config.stacks().forEach(stack -> stacks.put(stack.name(), stack));
        return stacks;
    }

    private static void describe(String kind, Map<String, ?> before, Map<String, ?> next, List<String> changes) {
        next.forEach((name, part) -> {
            Object old = before.get(name);
            if (old == null) {
                changes.add(kind + " " + name + " added");
            } else if (!old.equals(part)) {
                changes.add(kind + " " + name + " changed");
            }
        });
        before.keySet().stream()
                .filter(name -> !next.containsKey(name))
                .forEach(name -> changes.add(kind + " " + name + " removed"));
    }
}
