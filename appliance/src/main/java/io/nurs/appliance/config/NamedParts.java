package io.nurs.appliance.config;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The sources or the exporters of a file: found by name, and warned about when nothing refers to them. */
final class NamedParts<T> {
    private final String label;
    private final Map<String, Part<T>> parts = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();

    /** The config is null when it could not be read: its name still resolves, so that one mistake is reported once. */
    private record Part<T>(YamlValue place, @Nullable T config) {}

    NamedParts(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    void add(String name, YamlValue place, @Nullable T config) {
        parts.put(name, new Part<>(place, config));
    }

    boolean contains(String name) {
        return parts.containsKey(name);
    }

    /** What this value names; null when there is no such part, or none that could be read, after the reason has been reported. */
    @Nullable
    T resolve(YamlValue reference) {
        String name = reference.text();
        if (name == null) {
            return null;
        }
        Part<T> part = parts.get(name);
        if (part == null) {
            reference.error(ScalarText.quote(name) + " is not one of the " + label + "; "
                    + NearestName.hint(name, parts.keySet(), label));
            return null;
        }
        used.add(name);
        return part.config;
    }

    void forEach(BiConsumer<YamlValue, T> action) {
        for (Part<T> part : parts.values()) {
            T config = part.config;
            if (config != null) {
                action.accept(part.place, config);
            }
        }
    }

    Map<String, T> byName() {
        Map<String, T> configs = new LinkedHashMap<>();
        parts.forEach((name, part) -> {
            T config = part.config;
            if (config != null) {
                configs.put(name, config);
            }
        });
        return configs;
    }

    void warnUnused() {
        parts.forEach((name, part) -> {
            if (!used.contains(name)) {
                part.place.warning("no stack uses it");
            }
        });
    }
}
