package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import io.nurs.appliance.config.ConntrackEventSourceConfig;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.source.ConntrackSysctls;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The settings of conntrack that decide what there is to export, and timeouts that cut flows in pieces. */
final class SysctlCheck {
    private static final String NETFILTER = "net.netfilter.";
    private static final String ESTABLISHED = "nf_conntrack_tcp_timeout_established";
    private static final long ESTABLISHED_DEFAULT_SECONDS = 432_000;
    /** RFC 5382 REQ-5 asks for two hours and four minutes; less than this cuts connections that merely wait. */
    private static final long ESTABLISHED_SHORT_SECONDS = 300;

    private static final String UDP = "nf_conntrack_udp_timeout";
    private static final String UDP_STREAM = "nf_conntrack_udp_timeout_stream";
    private static final long UDP_SHORT_SECONDS = 10;

    private SysctlCheck() {}

    static List<Finding> findings(ConntrackSourceConfig source, Place place, ConntrackSysctls sysctls)
            throws IOException {
        List<Finding> findings = new ArrayList<>();
        for (Finding finding : sysctls.findings(source.accounting())) {
            findings.add(source.setSysctls() ? setAtStart(place, finding) : at(place, finding));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok(
                    place.subject("sysctls"),
                    "nf_conntrack_acct, nf_conntrack_timestamp and nf_conntrack_events are 1"));
        }
        findings.addAll(timeouts(place));
        return findings;
    }

    static List<Finding> findings(ConntrackEventSourceConfig source, Place place, ConntrackSysctls sysctls) {
        List<Finding> findings = new ArrayList<>();
        for (Finding finding : sysctls.eventFindings(source.events())) {
            findings.add(at(place, finding));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok(
                    place.subject("sysctls"),
                    "nf_conntrack_events is %d; ends have %s and %s"
                            .formatted(
                                    sysctls.events(),
                                    sysctls.accounting() ? "counters" : "no counters (nf_conntrack_acct is 0)",
                                    sysctls.timestamps() ? "times" : "no times (nf_conntrack_timestamp is 0)")));
        }
        return findings;
    }

    private static Finding at(Place place, Finding finding) {
        return new Finding(
                finding.level(),
                place.subject(finding.subject()),
                finding.what() + ". Setting it holds for connections made afterwards",
                place.setSysctl(NETFILTER + finding.subject(), 1));
    }

    private static Finding setAtStart(Place place, Finding finding) throws IOException {
        String subject = place.subject(finding.subject());
        return place.maySet(NETFILTER + finding.subject())
                ? Finding.ok(subject, "not 1 now; nursd sets it when it starts (set-sysctls: true)")
                : Finding.fail(
                        subject,
                        finding.what()
                                + "; and nursd may not set it here as set-sysctls: true has it do, so it does not start",
                        place.setSysctl(NETFILTER + finding.subject(), 1));
    }

    private static List<Finding> timeouts(Place place) throws IOException {
        List<Finding> findings = new ArrayList<>();
        Long established = place.sysctl(NETFILTER + ESTABLISHED);
        if (established != null && established < ESTABLISHED_SHORT_SECONDS) {
            findings.add(Finding.warn(
                    place.subject(ESTABLISHED),
                    established
                            + " s: a connection that is idle for longer loses its entry, and is exported as two flows",
                    place.setSysctl(NETFILTER + ESTABLISHED, ESTABLISHED_DEFAULT_SECONDS)));
        }
        Long udp = place.sysctl(NETFILTER + UDP);
        if (udp != null && udp < UDP_SHORT_SECONDS) {
            findings.add(Finding.warn(
                    place.subject(UDP),
                    udp + " s: an answer that comes later begins a flow of its own, in the other direction",
                    place.setSysctl(NETFILTER + UDP, 30)));
        }
        Long stream = place.sysctl(NETFILTER + UDP_STREAM);
        if (udp != null && stream != null && stream < udp) {
            findings.add(Finding.warn(
                    place.subject(UDP_STREAM),
                    stream + " s, less than the " + udp
                            + " s of a flow that was not answered: long flows over UDP are cut",
                    place.setSysctl(NETFILTER + UDP_STREAM, Math.max(120, udp))));
        }
        return findings;
    }
}
