package io.nurs.appliance.http;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ServerTls;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/** Reads what {@code metrics.tls} names. */
final class Certificate {
    /** RFC 8996 has put an end to older ones. */
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private Certificate() {}

    static SslContext context(ServerTls tls) throws StartException {
        try {
            return SslContextBuilder.forServer(readable(tls.certificate()), readable(tls.key()))
                    .sslProvider(SslProvider.JDK)
                    .protocols(PROTOCOLS)
                    .build();
        } catch (SSLException | IllegalArgumentException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new StartException(
                    "metrics.tls: cannot use %s with the key %s: %s; both are to be PEM, the key PKCS #8 without a password (openssl pkcs8 -topk8 -nocrypt)"
                            .formatted(tls.certificate(), tls.key(), cause.getMessage()),
                    e);
        }
    }

    private static File readable(Path file) throws StartException {
        if (!Files.isReadable(file)) {
            throw new StartException("metrics.tls: " + file + " is not there, or cannot be read");
        }
        return file.toFile();
    }
}
