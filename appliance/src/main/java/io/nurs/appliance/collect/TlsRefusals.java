package io.nurs.appliance.collect;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** Why a handshake failed, in words for whoever has to put it right. */
final class TlsRefusals {
    private TlsRefusals() {}

    static String reason(Throwable failure) {
        if (cause(failure, CertificateExpiredException.class) != null) {
            return "its certificate has expired";
        }
        if (cause(failure, CertificateNotYetValidException.class) != null) {
            return "its certificate is not valid yet; is a clock wrong?";
        }
        if (cause(failure, CertPathBuilderException.class) != null
                || cause(failure, CertPathValidatorException.class) != null) {
            return "its certificate is not of an authority in --trust";
        }
        SSLHandshakeException handshake = cause(failure, SSLHandshakeException.class);
        String message = String.valueOf(handshake == null ? failure.getMessage() : handshake.getMessage());
        if (message.contains("Empty client certificate chain") || message.contains("certificate_required")) {
            return "it shows no certificate, and needs one of an authority in --trust";
        }
        return message;
    }

    private static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
        }
        return null;
    }
}
