package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** How long certificates are good for. */
final class CertificateCheck {
    private static final Duration SOON = Duration.ofDays(30);

    private CertificateCheck() {}

    /**
     * Of the one that ends first.
     *
     * @param whose such as {@code the collector's certificate}
     */
    static Finding finding(String subject, String whose, List<X509Certificate> chain, Instant now) {
        X509Certificate first = chain.stream()
                .min(Comparator.comparing(
                        certificate -> certificate.getNotAfter().toInstant()))
                .orElseThrow();
        Instant end = first.getNotAfter().toInstant();
        long days = Duration.between(now, end).toDays();
        if (end.isBefore(now)) {
            return Finding.fail(
                    subject, whose + " expired on " + end + ": no connection is made", "renew " + name(first));
        }
        return end.isBefore(now.plus(SOON))
                ? Finding.warn(subject, whose + " expires in " + days + " days, on " + end, "renew " + name(first))
                : Finding.ok(subject, whose + " is good for " + days + " days");
    }

    private static String name(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }
}
