package io.nurs.appliance.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Keys and values of one level. Each method reads one key; a key that is absent gives the fallback, a bad one is reported and gives
 * the fallback too, so that reading goes on. {@link #finish} then reports the keys nobody asked for.
 */
final class YamlSection {
    private final YamlValue place;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Set<String> known = new LinkedHashSet<>();

    private record Entry(YamlValue key, YamlValue value) {}

    YamlSection(YamlValue place, MappingNode mapping) {
        this.place = place;
        for (NodeTuple tuple : mapping.getValue()) {
            YamlValue key = new YamlValue(tuple.getKeyNode(), place.path(), place.problems());
            if (tuple.getKeyNode() instanceof ScalarNode scalar) {
                add(scalar.getValue(), key, tuple);
            } else {
                key.error("a key must be plain text");
            }
        }
    }

    private void add(String name, YamlValue key, NodeTuple tuple) {
        String path = (place.path().isEmpty() ? "" : place.path() + ".") + ScalarText.printable(name);
        Entry entry = new Entry(key, new YamlValue(tuple.getValueNode(), path, place.problems()));
        Entry first = entries.putIfAbsent(name, entry);
        if (first != null) {
            String where = first.key
                    .node()
                    .getStartMark()
                    .map(mark -> "; the first one is on line " + (mark.getLine() + 1))
                    .orElse("");
            key.error("key " + ScalarText.quote(name) + " is here twice" + where);
        }
    }

    YamlValue place() {
        return place;
    }

    /** Every value by its key, for a section whose keys are names of the operator's choice. */
    Map<String, YamlValue> named() {
        Map<String, YamlValue> values = new LinkedHashMap<>();
        entries.forEach((name, entry) -> values.put(name, entry.value));
        known.addAll(entries.keySet());
        return values;
    }

    @Nullable
    YamlValue value(String key) {
        known.add(key);
        Entry entry = entries.get(key);
        return entry == null ? null : entry.value;
    }

    <T> @Nullable T optional(String key, Function<String, T> parser) {
        YamlValue value = value(key);
        return value == null ? null : value.parse(parser);
    }

    <T> T read(String key, T fallback, Function<String, T> parser) {
        T parsed = optional(key, parser);
        return parsed == null ? fallback : parsed;
    }

    <T> @Nullable T required(String key, String advice, Function<String, T> parser) {
        YamlValue value = value(key);
        if (value == null) {
            missing(key, advice);
            return null;
        }
        return value.parse(parser);
    }

    void missing(String key, String advice) {
        place.error("key \"" + key + "\" is missing: " + advice);
    }

    /** A required word that decides which other keys there are. */
    @Nullable
    String kind(String key, String... words) {
        String choices = String.join(", ", words);
        return required(key, "one of " + choices, text -> oneOf(text, List.of(words)));
    }

    /** One of an enum's words, which are what its constants print as. */
    <E extends Enum<E>> E choice(String key, E fallback) {
        E[] constants = fallback.getDeclaringClass().getEnumConstants();
        List<String> words = Arrays.stream(constants).map(Enum::toString).toList();
        return read(key, fallback, text -> constants[words.indexOf(oneOf(text, words))]);
    }

    private static String oneOf(String text, List<String> words) {
        if (!words.contains(text)) {
            throw new IllegalArgumentException(
                    ScalarText.quote(text) + " is unknown; " + NearestName.hint(text, words, "known values"));
        }
        return text;
    }

    boolean flag(String key, boolean fallback) {
        return read(key, fallback, ScalarText::flag);
    }

    long integer(String key, long fallback, long min, long max) {
        return read(key, fallback, text -> {
            long value = ScalarText.integer(text);
            checkRange(value >= min && value <= max, text, min + " to " + max);
            return value;
        });
    }

    Duration duration(String key, Duration fallback, Duration min, Duration max) {
        return read(key, fallback, text -> {
            Duration value = ScalarText.duration(text);
            checkRange(
                    value.compareTo(min) >= 0 && value.compareTo(max) <= 0,
                    text,
                    ScalarText.print(min) + " to " + ScalarText.print(max));
            return value;
        });
    }

    long sizeBytes(String key, long fallback, long min, long max) {
        return read(key, fallback, text -> {
            long value = ScalarText.sizeBytes(text);
            checkRange(
                    value >= min && value <= max, text, ScalarText.printSize(min) + " to " + ScalarText.printSize(max));
            return value;
        });
    }

    private static void checkRange(boolean inside, String text, String range) {
        if (!inside) {
            throw new IllegalArgumentException(ScalarText.printable(text) + " is outside " + range);
        }
    }

    List<YamlValue> items(String key) {
        YamlValue value = value(key);
        return value == null ? List.of() : value.items();
    }

    @Nullable
    YamlSection section(String key) {
        YamlValue value = value(key);
        return value == null ? null : value.section();
    }

    void finish() {
        entries.forEach((name, entry) -> {
            if (!known.contains(name)) {
                entry.key.error(
                        "unknown key " + ScalarText.quote(name) + ": " + NearestName.hint(name, known, "known keys"));
            }
        });
    }
}
