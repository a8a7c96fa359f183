package io.nurs.appliance.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Who we are and whom we trust, PEM files all: RFC 7011 §11 has both sides show a certificate.
 *
 * @param certificate ours, with the intermediate ones after it
 * @param key of our certificate, PKCS#8, without a password
 * @param trust certificates of the authorities whose collectors are trusted
 * @param serverName what the collector's certificate has to say, if not the name that it is reached by
 */
public record TlsConfig(
        Path certificate, Path key, Path trust, @Nullable String serverName) {
    static @Nullable TlsConfig read(YamlSection section) {
        Path certificate = section.required("certificate", "write the file of our certificate (PEM)", TlsConfig::file);
        Path key = section.required("key", "write the file of our certificate's key (PEM, PKCS#8)", TlsConfig::file);
        Path trust = section.required("trust", "write the file of the collector's authority (PEM)", TlsConfig::file);
        String serverName = section.optional("server-name", text -> text);
        section.finish();
        return certificate == null || key == null || trust == null
                ? null
                : new TlsConfig(certificate, key, trust, serverName);
    }

    static Path file(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException(ScalarText.quote(text) + " is not an absolute path");
        }
        return Path.of(text);
    }
}
