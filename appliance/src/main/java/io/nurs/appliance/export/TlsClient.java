package io.nurs.appliance.export;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.TlsConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Our end of TLS, where both ends show a certificate: RFC 7011 §11.3, and RFC 8996 for what is older than 1.2. */
final class TlsClient {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private TlsClient() {}

    /**
     * Reads the files, of which the certificate has to be valid now: for a connection.
     *
     * @throws StartException that names the one that is missing, unreadable, expired or something else
     */
    static SslContext valid(String exporter, TlsConfig config) throws StartException {
        SslContext context = context(exporter, config);
        try {
            requireValid(config.certificate());
            return context;
        } catch (CertificateExpiredException e) {
            throw new StartException(
                    "exporter " + exporter + ": tls: the certificate in " + config.certificate()
                            + " has expired; renew it (" + e.getMessage() + ")",
                    e);
        } catch (CertificateNotYetValidException e) {
            throw new StartException(
                    "exporter " + exporter + ": tls: the certificate in " + config.certificate()
                            + " is not valid yet; is the clock right? (" + e.getMessage() + ")",
                    e);
        } catch (IOException | GeneralSecurityException e) {
            throw notPem(exporter, e);
        }
    }

    /**
     * Reads the files; whether the certificate is valid now is not asked, because that changes by itself.
     *
     * @throws StartException that names the one that is missing, unreadable or something else
     */
    static SslContext context(String exporter, TlsConfig config) throws StartException {
        for (Path file : List.of(config.certificate(), config.key(), config.trust())) {
            if (!Files.isReadable(file)) {
                throw new StartException(
                        "exporter " + exporter + ": tls: " + file + " is not there, or not readable by this user");
            }
        }
        try {
            return SslContextBuilder.forClient()
                    .keyManager(config.certificate().toFile(), config.key().toFile())
                    .trustManager(config.trust().toFile())
                    .endpointIdentificationAlgorithm("HTTPS")
                    .protocols(PROTOCOLS)
                    .build();
        } catch (IOException | IllegalArgumentException e) {
            throw notPem(exporter, e);
        }
    }

    private static StartException notPem(String exporter, Exception e) {
        return new StartException(
                "exporter " + exporter + ": tls: certificate, key and trust have to be PEM files, the"
                        + " key in PKCS#8 without a password and that of the certificate: "
                        + innermost(e).getMessage(),
                e);
    }

    private static void requireValid(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            X509Certificate own =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            own.checkValidity();
        }
    }

    /** Why a connection failed, in words for the operator. */
    static String explain(@Nullable Throwable failure, @Nullable TlsConfig tls) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String known = explainOne(cause, tls);
            if (known != null) {
                return known;
            }
        }
        return SocketOptions.reason(failure);
    }

    private static @Nullable String explainOne(Throwable cause, @Nullable TlsConfig tls) {
        String message = String.valueOf(cause.getMessage());
        boolean isAlert = message.contains("fatal alert");
        if (isAlert && (message.contains("certificate") || message.contains("unknown_ca"))) {
            return "the collector refused our certificate (" + message
                    + "): is it valid, and signed by an authority that the collector trusts?";
        }
        if (message.startsWith("No subject alternative") || message.startsWith("No name matching")) {
            return "the collector's certificate is for somebody else (" + message
                    + "); if that is right, write its name as tls: server-name";
        }
        return switch (cause) {
            case CertificateExpiredException expired -> "the collector's certificate has expired";
            case CertificateNotYetValidException early -> "the collector's certificate is not valid yet";
            case CertPathBuilderException unknown -> untrusted(tls);
            case CertPathValidatorException invalid
            when !(invalid.getCause() instanceof CertificateException) -> untrusted(tls) + " (" + message + ")";
            case NotSslRecordException plain -> "the collector does not speak TLS on that port";
            default -> null;
        };
    }

    private static String untrusted(@Nullable TlsConfig tls) {
        return "the collector's certificate is not signed by an authority in " + (tls == null ? "trust" : tls.trust());
    }

    private static Throwable innermost(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
