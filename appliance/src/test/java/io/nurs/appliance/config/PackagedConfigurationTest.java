package io.nurs.appliance.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The file that the Debian package brings: {@code #key: value} is a default, {@code ##key: value} an example. */
class PackagedConfigurationTest {
    private static final Path FILE = Path.of("../docker/package/nursd.yaml");
    private static final Pattern DEFAULT = Pattern.compile(" *#(?=[a-z-]+:| {2,}[a-z-]+:)(?!#).*");
    private static final Pattern EXAMPLE = Pattern.compile(" *##.*");

    @Test
    void isValid() throws IOException, ConfigException {
        assertEquals(List.of(), parse(lines(), line -> false).warnings());
    }

    @Test
    void namesEveryKey() throws IOException {
        String text = String.join("\n", lines());
        for (String key : ConfigurationDocTest.knownKeys()) {
            assertTrue(
                    Pattern.compile("(?m)^ *#{0,2}(?: *- )? *" + key + ":")
                            .matcher(text)
                            .find(),
                    key + " is not in " + FILE);
        }
    }

    @Test
    void theDefaultsInItAreTheDefaults() throws IOException, ConfigException {
        List<String> lines = lines();
        IntPredicate isDefault = line -> DEFAULT.matcher(lines.get(line)).matches();

        assertTrue(IntStream.range(0, lines.size()).filter(isDefault).count() > 25);
        ApplianceConfig shipped = parse(lines, line -> false);
        ApplianceConfig withDefaults = parse(lines, isDefault);

        assertEquals(shipped.stacks(), withDefaults.stacks());
        assertEquals(shipped.exporters(), withDefaults.exporters());
        // The record also knows whether the file says so.
        assertEquals(shipped.metrics().listen(), withDefaults.metrics().listen());
        assertEquals(shipped.metrics().maxConnections(), withDefaults.metrics().maxConnections());
        assertEquals(shipped.transport(), withDefaults.transport());
    }

    @Test
    void eachExampleCanBeSwitchedOn() throws IOException, ConfigException {
        List<String> lines = lines();
        ApplianceConfig shipped = parse(lines, line -> false);
        List<IntPredicate> blocks = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            int first = i;
            while (i < lines.size() && EXAMPLE.matcher(lines.get(i)).matches()) {
                i++;
            }
            int end = i;
            if (end > first) {
                blocks.add(line -> line >= first && line < end);
            }
        }

        assertTrue(blocks.size() > 10);
        for (IntPredicate block : blocks) {
            assertFalse(shipped.equals(parse(lines, block)), () -> "no effect:\n" + text(lines, block));
        }
    }

    private static ApplianceConfig parse(List<String> lines, IntPredicate switchedOn) throws ConfigException {
        return ConfigLoader.parse("nursd.yaml", text(lines, switchedOn));
    }

    private static String text(List<String> lines, IntPredicate switchedOn) {
        return IntStream.range(0, lines.size())
                .mapToObj(i -> switchedOn.test(i) ? lines.get(i).replaceFirst("#{1,2}", "") : lines.get(i))
                .collect(Collectors.joining("\n"));
    }

    private static List<String> lines() throws IOException {
        return Files.readAllLines(FILE);
    }
}
