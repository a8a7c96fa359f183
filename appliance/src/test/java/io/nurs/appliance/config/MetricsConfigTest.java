package io.nurs.appliance.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsConfigTest {
    private static final String TOKEN = MetricsConfig.tokenSha256("0123456789abcdef");

    private static ApplianceConfig parse(String metrics) throws ConfigException {
        return ConfigLoader.parse("nurs.yaml", """
                stacks: [{ name: flows, source: { type: conntrack }, exporters: [main] }]
                exporters: { main: { type: netflow9, collector: 192.0.2.10 } }
                %s
                """.formatted(metrics));
    }

    @Test
    void listensOnLoopbackUnlessToldOtherwise() throws ConfigException {
        MetricsConfig metrics = parse("").metrics();
        assertEquals("/127.0.0.1:9469", String.valueOf(metrics.listen()));
        assertFalse(metrics.isWritten());
        assertNull(parse("metrics: { listen: off }").metrics().listen());
        assertTrue(Objects.requireNonNull(
                        parse("metrics: { listen: \"[::1]:80\" }").metrics().listen())
                .getAddress()
                .isLoopbackAddress());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost:80", "127.0.0.1", "::1:80", "[::1]", "127.0.0.1:65536", "1.2.3.4.5:80", "on", ""})
    void refusesWhatIsNoAddressAndPort(String listen) {
        assertThrows(ConfigException.class, () -> parse("metrics: { listen: \"%s\" }".formatted(listen)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'127.0.0.1:80'|''|''",
                "'0.0.0.0:80'|''|write bearer-token-sha256",
                "'0.0.0.0:80'|', bearer-token-sha256: \"@\"'|write tls",
                "'[::]:80'|', bearer-token-sha256: \"@\", tls: { certificate: /c, key: /k }'|''"
            })
    void warnsOfAListenerThatGivesMoreThanMeant(String listen, String more, String warning) throws ConfigException {
        List<ConfigError> warnings = parse("metrics: { listen: \"%s\"%s }".formatted(listen, more.replace("@", TOKEN)))
                .warnings();
        assertEquals(warning.isEmpty() ? 0 : 1, warnings.size(), warnings::toString);
        assertTrue(warnings.toString().contains(warning), warnings::toString);
    }

    @Test
    void aPasswordsHashIsReadBackAndKnowsThePassword() {
        PasswordHash hash = PasswordHash.parse(PasswordHash.of("päss").toString());
        assertTrue(hash.matches("päss"));
        assertFalse(hash.matches("pass"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret",
                "pbkdf2-sha256:1000:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "pbkdf2-sha256:900000000:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            })
    void whatIsNoHashIsRefusedAndNotRepeated(String text) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> PasswordHash.parse(text));
        assertFalse(String.valueOf(refused.getMessage()).contains(text));
    }
}
