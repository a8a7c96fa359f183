package io.nurs.appliance.collect;

import java.net.InetSocketAddress;

/**
 * A finding, and who is to blame.
 *
 * @param version 9 or 10; 0 if what came is neither
 * @param domain observation domain, in version 9 the source id; meaningless with version 0
 */
public record Complaint(Finding finding, int version, InetSocketAddress exporter, long domain) {
    public ComplaintKind kind() {
        return finding.kind();
    }

    public String rule() {
        String rule = finding.rule();
        return rule == null ? kind().rule(version) : rule;
    }

    /** What is wrong, without the exporter. */
    public String what() {
        return finding.subject().isEmpty() ? finding.what() : finding.subject() + ": " + finding.what();
    }

    /** The same with more words. */
    Complaint followedBy(String more) {
        Finding longer = new Finding(finding.kind(), finding.subject(), finding.what() + more, finding.rule());
        return new Complaint(longer, version, exporter, domain);
    }

    /** Alike for the repetition of a complaint. */
    Object fact() {
        return new Fact(finding.kind(), finding.subject(), exporter, domain);
    }

    private record Fact(ComplaintKind kind, String subject, InetSocketAddress exporter, long domain) {}

    /** One line. */
    @Override
    public String toString() {
        String of = version == 0 ? "" : ", domain " + domain;
        return kind() + ": " + AddressText.of(exporter) + of + ": " + what() + " (" + rule() + ")";
    }
}
