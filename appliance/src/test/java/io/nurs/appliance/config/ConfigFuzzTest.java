package io.nurs.appliance.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConfigFuzzTest {
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            ":",
            ": ",
            "- ",
            ",",
            "&a ",
            "*a",
            "!!int ",
            "<<: ",
            "? ",
            "|\n",
            ">\n",
            "\"",
            "'",
            "#",
            "\n",
            "  ",
            "\t",
            "%YAML 1.3\n",
            "---\n",
            "...\n",
            "~",
            "null",
            "0x",
            "99999999999999999999",
            "\u0000",
            "\ufeff",
            "\ud800",
            "\\x",
            "é");

    @Test
    void aDamagedFileGivesOnlyConfigErrors() {
        for (int seed = 0; seed < 5_000; seed++) {
            String yaml = damage(seed % 2 == 0 ? ConfigSamples.FULL : ConfigSamples.MINIMAL, new Random(seed));
            try {
                ConfigLoader.parse("nurs.yaml", yaml);
            } catch (ConfigException e) {
                assertFalse(e.errors().isEmpty());
                e.errors()
                        .forEach(error ->
                                assertEquals(1, error.toString().lines().count(), error::toString));
            } catch (RuntimeException | StackOverflowError e) {
                fail("seed " + seed + ":\n" + yaml, e);
            }
        }
    }

    @Test
    void aDamagedUrlGivesOnlyConfigErrors() {
        String url = "netflow9://[2001:db8::1]:9995/?observation-domain=7&nat-view=wire&flush-interval=1s";
        for (int seed = 0; seed < 5_000; seed++) {
            String damaged = damage(url, new Random(seed));
            try {
                ApplianceConfig.forCollector(damaged);
            } catch (ConfigException e) {
                assertFalse(e.errors().isEmpty());
            } catch (RuntimeException e) {
                fail("seed " + seed + ": " + damaged, e);
            }
        }
    }

    private static String damage(String text, Random random) {
        StringBuilder damaged = new StringBuilder(text);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int from = random.nextInt(damaged.length());
            int to = Math.min(damaged.length(), from + random.nextInt(8));
            switch (random.nextInt(4)) {
                case 0 -> damaged.delete(from, Math.max(to, Math.min(from + 1, damaged.length() - 1)));
                case 1 -> damaged.insert(from, PIECES.get(random.nextInt(PIECES.size())));
                case 2 -> damaged.setCharAt(from, (char) random.nextInt(256));
                default -> damaged.insert(random.nextInt(damaged.length()), damaged.substring(from, to));
            }
        }
        return damaged.toString();
    }
}
