package io.nurs.appliance.http;

import io.nurs.appliance.config.BasicAuth;
import io.nurs.appliance.config.MetricsConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who may read: whoever shows the token (RFC 6750) or name and password (RFC 7617). Any thread. */
final class Door {
    private static final String BEARER = "Bearer ";
    private static final String BASIC = "Basic ";

    private final byte @Nullable [] tokenDigest;
    private final @Nullable BasicAuth basic;
    /** Of the header that was right, so that its slow check is done once and not at each scrape. */
    private volatile byte @Nullable [] remembered;

    Door(MetricsConfig config) {
        String token = config.bearerTokenSha256();
        this.tokenDigest = token == null ? null : HexFormat.of().parseHex(token);
        this.basic = config.basicAuth();
    }

    /** Whether nothing is asked of anybody. */
    boolean isOpen() {
        return tokenDigest == null && basic == null;
    }

    /** What WWW-Authenticate is to say. */
    List<String> challenges() {
        List<String> challenges = new ArrayList<>();
        if (basic != null) {
            challenges.add("Basic realm=\"nurs\", charset=\"UTF-8\"");
        }
        if (tokenDigest != null) {
            challenges.add("Bearer realm=\"nurs\"");
        }
        return challenges;
    }

    /** Whether this is known to be right, without a slow check. */
    boolean knows(String authorization) {
        byte[] known = remembered;
        if (known != null && MessageDigest.isEqual(known, sha256(authorization))) {
            return true;
        }
        return tokenDigest != null
                && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && MessageDigest.isEqual(
                        tokenDigest,
                        sha256(authorization.substring(BEARER.length()).strip()));
    }

    /** Whether it may be right all the same, which {@link #check} finds out. */
    boolean isWorthChecking(String authorization) {
        return basic != null && authorization.regionMatches(true, 0, BASIC, 0, BASIC.length());
    }

    /** The slow check, some hundred milliseconds of one core. Not on an event loop. */
    boolean check(String authorization) {
        String[] pair = pair(authorization.substring(BASIC.length()).strip());
        if (basic == null || pair.length != 2) {
            return false;
        }
        // Both, always: how long it takes tells nothing of which was wrong.
        boolean isPassword = basic.password().matches(pair[1]);
        boolean right = MessageDigest.isEqual(sha256(basic.user()), sha256(pair[0])) && isPassword;
        if (right) {
            remembered = sha256(authorization);
        }
        return right;
    }

    private static String[] pair(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8).split(":", 2);
        } catch (IllegalArgumentException e) {
            return new String[0];
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
