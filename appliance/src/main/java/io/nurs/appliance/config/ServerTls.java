package io.nurs.appliance.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Who we are to browsers and scrapers, PEM files both.
 *
 * @param certificate ours, with the intermediate ones after it
 * @param key of our certificate, PKCS#8, without a password
 */
public record ServerTls(Path certificate, Path key) {
    static @Nullable ServerTls read(YamlSection section) {
        Path certificate = section.required("certificate", "write the file of our certificate (PEM)", TlsConfig::file);
        Path key = section.required("key", "write the file of our certificate's key (PEM, PKCS#8)", TlsConfig::file);
        section.finish();
        return certificate == null || key == null ? null : new ServerTls(certificate, key);
    }
}
