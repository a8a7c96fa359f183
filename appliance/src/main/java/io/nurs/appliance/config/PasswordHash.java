package io.nurs.appliance.config;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** A password that can be recognised but not read: PBKDF2 with HMAC-SHA-256, RFC 8018 §5.2. Slow by intent. */
public final class PasswordHash {
    /** What OWASP's password storage cheat sheet asks of PBKDF2-HMAC-SHA256. */
    private static final int ITERATIONS = 600_000;

    private static final int MIN_ITERATIONS = 100_000;
    /** A few seconds of one core: whoever guesses must not be able to ask for more. */
    private static final int MAX_ITERATIONS = 5_000_000;

    private static final String SCHEME = "pbkdf2-sha256";
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final Pattern TEXT =
            Pattern.compile(SCHEME + ":([1-9][0-9]{0,8}):([A-Za-z0-9+/]{22,86}):([A-Za-z0-9+/]{43})");

    private final int iterations;
    private final byte[] salt;
    private final byte[] hash;

    private PasswordHash(int iterations, byte[] salt, byte[] hash) {
        this.iterations = iterations;
        this.salt = salt;
        this.hash = hash;
    }

    /** With a new salt. */
    public static PasswordHash of(String password) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        return new PasswordHash(ITERATIONS, salt, derive(password, salt, ITERATIONS));
    }

    /** Reads {@code pbkdf2-sha256:ITERATIONS:SALT:HASH}; the messages do not repeat the text. */
    static PasswordHash parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a password's hash; `nursd hash --password` makes one");
        }
        int iterations = Integer.parseInt(matcher.group(1));
        if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
            throw new IllegalArgumentException(
                    iterations + " iterations are outside " + MIN_ITERATIONS + " to " + MAX_ITERATIONS);
        }
        Base64.Decoder decoder = Base64.getDecoder();
        try {
            return new PasswordHash(iterations, decoder.decode(matcher.group(2)), decoder.decode(matcher.group(3)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("cut off or changed; `nursd hash --password` makes another", e);
        }
    }

    /** Takes a good part of a second: not for an event loop. */
    public boolean matches(String password) {
        return MessageDigest.isEqual(hash, derive(password, salt, iterations));
    }

    private static byte[] derive(String password, byte[] salt, int iterations) {
        // The JDK's PBKDF2 takes no empty password; a blank that nobody can have chosen stands for it.
        PBEKeySpec spec = new PBEKeySpec(
                password.isEmpty() ? new char[] {0} : password.toCharArray(), salt, iterations, HASH_BYTES * Byte.SIZE);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has PBKDF2WithHmacSHA256", e);
        } finally {
            spec.clearPassword();
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PasswordHash that && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        Base64.Encoder encoder = Base64.getEncoder().withoutPadding();
        return SCHEME + ":" + iterations + ":" + encoder.encodeToString(salt) + ":" + encoder.encodeToString(hash);
    }
}
