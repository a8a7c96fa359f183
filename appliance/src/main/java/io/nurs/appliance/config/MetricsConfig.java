package io.nurs.appliance.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the status page and the metrics are, and who may read them.
 *
 * @param listen null: nowhere. Port 0 is one of the kernel's choice
 * @param isWritten whether the file says where; what it does not say may fail without harm
 * @param tls null: plain HTTP
 * @param bearerTokenSha256 in lower-case hex, or null
 * @param maxConnections at once; others are closed
 * @param top null: metrics name no addresses and ports
 */
public record MetricsConfig(
        @Nullable InetSocketAddress listen,
        boolean isWritten,
        @Nullable ServerTls tls,
        @Nullable String bearerTokenSha256,
        @Nullable BasicAuth basicAuth,
        int maxConnections,
        @Nullable TopConfig top) {
    public static final int PORT = 9469;

    private static final int MAX_CONNECTIONS = 32;
    private static final String OFF = "off";
    private static final Pattern ADDRESS = Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([0-9.]+)):([0-9]{1,5})");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");
    private static final String EXAMPLES = "write it as 127.0.0.1:9469, 0.0.0.0:9469 or [::1]:9469, or off";

    /** Loopback, for whoever is on this machine. */
    public static MetricsConfig defaults() {
        return new MetricsConfig(
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), PORT),
                false,
                null,
                null,
                null,
                MAX_CONNECTIONS,
                null);
    }

    static MetricsConfig read(YamlSection section) {
        MetricsConfig fallback = defaults();
        YamlValue place = section.value("listen");
        String text = section.read("listen", "", MetricsConfig::listen);
        InetSocketAddress listen = text.equals(OFF) ? null : text.isEmpty() ? fallback.listen : address(text);
        YamlSection tls = section.section("tls");
        YamlSection basicAuth = section.section("basic-auth");
        YamlSection top = section.section("top");
        MetricsConfig config = new MetricsConfig(
                listen,
                place != null,
                tls == null ? null : ServerTls.read(tls),
                section.optional("bearer-token-sha256", MetricsConfig::sha256),
                basicAuth == null ? null : BasicAuth.read(basicAuth),
                (int) section.integer("max-connections", fallback.maxConnections, 1, 10_000),
                top == null ? null : TopConfig.read(top));
        section.finish();
        if (place != null) {
            config.warn(place, tls != null, basicAuth != null || section.value("bearer-token-sha256") != null);
        }
        return config;
    }

    private void warn(YamlValue place, boolean isEncrypted, boolean isGuarded) {
        if (listen == null || listen.getAddress().isLoopbackAddress()) {
            return;
        }
        if (!isGuarded) {
            place.warning(
                    "everybody who reaches this address may read the page and the metrics; write bearer-token-sha256 (`nursd hash"
                            + " --token`) or basic-auth (`nursd hash --password`), or listen on 127.0.0.1");
        } else if (!isEncrypted) {
            place.warning(
                    "tokens and passwords cross the network in the clear here; write tls: { certificate: FILE, key: FILE }");
        }
    }

    /** The text, if it can be read. */
    private static String listen(String text) {
        if (!text.equals(OFF)) {
            address(text);
        }
        return text;
    }

    private static InetSocketAddress address(String text) {
        Matcher matcher = ADDRESS.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(ScalarText.quote(text) + " is no address and port; " + EXAMPLES);
        }
        int port = Integer.parseInt(matcher.group(3));
        if (port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is outside 0 to 65535");
        }
        try {
            String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            return new InetSocketAddress(InetAddress.ofLiteral(host), port);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(ScalarText.quote(text) + " is no address and port; " + EXAMPLES, e);
        }
    }

    private static String sha256(String text) {
        if (!SHA256.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "not 64 hexadecimal digits; `nursd hash --token` makes a token's from standard input");
        }
        return HexFormat.of().formatHex(HexFormat.of().parseHex(text));
    }

    /** What the file has in a token's place. */
    public static String tokenSha256(String token) {
        try {
            byte[] octets = token.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /** Whether a token or a password is asked for. */
    public boolean isGuarded() {
        return bearerTokenSha256 != null || basicAuth != null;
    }
}
