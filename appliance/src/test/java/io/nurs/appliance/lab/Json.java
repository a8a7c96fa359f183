package io.nurs.appliance.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** JSON as nfdump and tshark write it; YAML's parser reads it. */
public final class Json {
    private Json() {}

    public static List<Map<String, Object>> objects(String json) {
        LoadSettings settings =
                LoadSettings.builder().setCodePointLimit(64 << 20).build();
        // YAML forbids the tabs that nfdump indents with.
        return objects(new Load(settings).loadFromString(json.replace('\t', ' ')));
    }

    @SuppressWarnings("unchecked")
    public static List<Map<String, Object>> objects(@Nullable Object value) {
        return (List<Map<String, Object>>) Objects.requireNonNull(value);
    }

    @SuppressWarnings("unchecked")
    public static Map<String, Object> object(@Nullable Object value) {
        return (Map<String, Object>) Objects.requireNonNull(value);
    }

    /** What must be there, as text. */
    public static String text(Map<String, Object> object, String key) {
        return Objects.requireNonNull(object.get(key), () -> key + " in " + object)
                .toString();
    }

    public static List<?> list(Map<String, Object> object, String key) {
        return (List<?>) Objects.requireNonNull(object.get(key), () -> key + " in " + object);
    }

    /** A number, written as one or as a string, once or several times alike; -1 if there is none. */
    public static long number(Map<String, Object> object, String key) {
        Object value = object.get(key);
        if (value instanceof List<?> several) {
            assertEquals(1, several.stream().distinct().count(), () -> key + " in " + object);
            value = several.getFirst();
        }
        return value == null ? -1 : Long.decode(value.toString());
    }

    public static int integer(Map<String, Object> object, String key) {
        return (int) number(object, key);
    }

    /** Of two keys, one for each family. */
    public static String either(Map<String, Object> object, String ipv4, String ipv6) {
        Object value = object.containsKey(ipv4) ? object.get(ipv4) : object.get(ipv6);
        if (value == null) {
            throw new IllegalStateException("neither " + ipv4 + " nor " + ipv6 + " in " + object);
        }
        return value.toString();
    }
}
