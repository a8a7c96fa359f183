package io.nurs.appliance.collect;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.nurs.appliance.StartException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/**
 * Who we are to an exporter, and whom we believe: RFC 7011 §11.3 has both sides show certificates. PEM files.
 *
 * @param certificate ours, those of its issuers behind it
 * @param key PKCS #8, without a password
 * @param trust the authorities whose exporters are let in
 */
public record TlsFiles(Path certificate, Path key, Path trust) {
    /** RFC 8996 has put an end to older ones. */
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    SslContext serverContext() throws StartException {
        try {
            return SslContextBuilder.forServer(readable(certificate), readable(key))
                    .sslProvider(SslProvider.JDK)
                    .protocols(PROTOCOLS)
                    .trustManager(readable(trust))
                    .clientAuth(ClientAuth.REQUIRE)
                    .build();
        } catch (SSLException | IllegalArgumentException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new StartException(
                    "cannot use %s with the key %s and the authorities %s: %s; certificates are to be PEM, the key PKCS #8 without a password (openssl pkcs8 -topk8 -nocrypt)"
                            .formatted(certificate, key, trust, cause.getMessage()),
                    e);
        }
    }

    private static File readable(Path file) throws StartException {
        if (!Files.isReadable(file)) {
            throw new StartException(file + " is not there, or cannot be read");
        }
        return file.toFile();
    }
}
