package io.nurs.appliance.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.nurs.appliance.Finding;
import io.nurs.appliance.Finding.Level;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ConfigException;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.lab.Certificates;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.ReliableListener;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.StreamCollector;
import io.nurs.appliance.lab.TableWriter;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On the real kernel; what a mend says is done, and the finding is gone. */
@Tag("netns")
class DoctorTest {
    @TempDir
    Path directory;

    private Lab lab;

    @BeforeEach
    void openLab() throws Exception {
        lab = Lab.open();
    }

    @AfterEach
    void closeLab() {
        lab.close();
    }

    private static ApplianceConfig config(String namespace, String sourceOptions, String exporter)
            throws ConfigException {
        return ConfigLoader.parse("test.yaml", """
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %s%s }
                    exporters: [main]
                exporters:
                  main: { type: ipfix, %s }
                """.formatted(namespace, sourceOptions, exporter));
    }

    private static List<Finding> findings(ApplianceConfig config) throws Exception {
        return Checkup.findings(config, false, subject -> {});
    }

    private List<Finding> ofSource(String options) throws Exception {
        return findings(config(lab.router(), options, "collector: \"127.0.0.1:9\""));
    }

    private static Finding the(List<Finding> findings, String subject, Level level) {
        return findings.stream()
                .filter(finding -> finding.subject().equals(subject) && finding.level() == level)
                .findFirst()
                .orElseGet(() -> fail("no " + level + " of " + subject + " in " + String.join("\n", lines(findings))));
    }

    private static List<String> lines(List<Finding> findings) {
        return findings.stream().map(Finding::toString).toList();
    }

    private static void assertGone(List<Finding> findings, String subject) {
        assertTrue(
                findings.stream()
                        .noneMatch(finding -> finding.subject().equals(subject) && finding.level() != Level.OK),
                () -> String.join("\n", lines(findings)));
    }

    private static void mend(Finding finding) throws Exception {
        Program.run("sh", "-c", finding.mend());
    }

    @Test
    void aHealthyRouterIsNotWarnedOf() throws Exception {
        TableWriter.open(lab).create(50, 0, TableWriter::udp);
        List<Finding> findings = ofSource("");
        // Whether this machine keeps its clock right is its own affair.
        List<String> amiss = findings.stream()
                .filter(finding ->
                        finding.level() != Level.OK && !finding.subject().equals("clock"))
                .map(Finding::toString)
                .toList();
        assertEquals(List.of(), amiss);
        assertTrue(the(findings, "source flows: tracking", Level.OK).what().startsWith("50 entries"));
    }

    @ParameterizedTest
    @CsvSource({"acct, 0, FAIL", "timestamp, 0, WARN", "events, 0, FAIL", "events, 2, WARN"})
    void aSysctlThatIsOffIsSetByItsMend(String name, int value, Level level) throws Exception {
        lab.sysctl("net.netfilter.nf_conntrack_" + name, value);
        String subject = "source flows: nf_conntrack_" + name;
        mend(the(ofSource(""), subject, level));
        assertGone(ofSource(""), subject);
        assertEquals(1, lab.sysctl("net.netfilter.nf_conntrack_" + name));
    }

    @Test
    void aSysctlThatNursdSetsIsNotWarnedOf() throws Exception {
        lab.sysctl("net.netfilter.nf_conntrack_acct", 0);
        assertGone(ofSource(", set-sysctls: true"), "source flows: nf_conntrack_acct");
        assertEquals(0, lab.sysctl("net.netfilter.nf_conntrack_acct"), "the doctor changes nothing");
    }

    @Test
    void aTimeoutThatCutsConnectionsIsSetByItsMend() throws Exception {
        lab.sysctl("net.netfilter.nf_conntrack_tcp_timeout_established", 20);
        String subject = "source flows: nf_conntrack_tcp_timeout_established";
        mend(the(ofSource(""), subject, Level.WARN));
        assertGone(ofSource(""), subject);
    }

    @Test
    void aNamespaceThatIsNotThereIsNamed() throws Exception {
        List<Finding> findings = findings(config("nurs-nowhere", "", "collector: \"127.0.0.1:9\""));
        assertTrue(the(findings, "source flows", Level.FAIL).what().contains("/run/netns/nurs-nowhere"));
    }

    /** The lab's client has no rules. */
    @Test
    void aNamespaceThatTracksNothingDoesAfterItsMend() throws Exception {
        String subject = "source flows: tracking";
        ApplianceConfig config = config(lab.client(), "", "collector: \"127.0.0.1:9\"");
        mend(the(findings(config), subject, Level.FAIL));
        assertTrue(the(findings(config), subject, Level.OK).what().contains("rules that use conntrack"));
        Lab.in(lab.client(), () -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.send(new DatagramPacket(
                        new byte[1], 1, InetAddress.ofLiteral(Lab.ROUTER4), RecordingCollector.freePort()));
            }
            return true;
        });
        assertTrue(the(findings(config), subject, Level.OK).what().contains("entries"));
    }

    @Test
    void rulesOfIptablesStartTrackingToo() throws Exception {
        Requires.tools("iptables", "iptables-save");
        Program.run(
                Lab.within(lab.client(), "iptables", "-A", "FORWARD", "-m", "state", "--state", "NEW", "-j", "ACCEPT")
                        .toArray(String[]::new));
        ApplianceConfig config = config(lab.client(), "", "collector: \"127.0.0.1:9\"");
        the(findings(config), "source flows: tracking", Level.OK);
    }

    @Test
    void aListenerThatLagsIsNamedWithItsProcess() throws Exception {
        String subject = "source flows: listeners";
        ReliableListener listener = ReliableListener.open(lab, 4096);
        assertGone(ofSource(""), subject);
        TableWriter.open(lab).create(100, 0, TableWriter::udp);
        lab.inRouter("conntrack", "-F");
        Finding lags = the(ofSource(""), subject, Level.WARN);
        assertTrue(lags.what().contains("(pid " + ProcessHandle.current().pid() + ")"), lags::what);
        listener.close();
        assertGone(ofSource(""), subject);
    }

    @Test
    void aReceiveBufferIsGivenAsAsked() throws Exception {
        Finding buffer = the(ofSource(", receive-buffer: 64MiB"), "source flows: receive-buffer", Level.OK);
        assertTrue(buffer.what().startsWith("64 MiB, room for the ends of about 104,857 flows"), buffer::what);
    }

    @Test
    void bestEffortWithATableThatDoesNotFitIsWarnedOf() throws Exception {
        TableWriter.open(lab).create(50, 0, TableWriter::udp);
        the(ofSource(", receive-buffer: 8KiB, delivery: best-effort"), "source flows: receive-buffer", Level.WARN);
        assertGone(ofSource(", receive-buffer: 8KiB"), "source flows: receive-buffer");
    }

    @Test
    void overUdpARouteIsAllThatIsKnown() throws Exception {
        RecordingCollector collector = lab.closing(RecordingCollector.open());
        List<Finding> findings =
                findings(config(lab.router(), "", "collector: \"127.0.0.1:" + collector.port() + "\""));
        assertTrue(the(findings, "exporter main", Level.OK).what().contains("nothing was sent"));
        assertEquals(0, collector.datagrams());
    }

    @Test
    void aCollectorThatDoesNotResolveIsNamed() throws Exception {
        List<Finding> findings = findings(config(lab.router(), "", "collector: nowhere.invalid"));
        Finding lost = the(findings, "exporter main", Level.FAIL);
        assertTrue(lost.what().contains("nowhere.invalid"), lost::what);
        assertTrue(lost.mend().startsWith("getent hosts nowhere.invalid"), lost::mend);
    }

    @Test
    void aCollectorThatRefusesIsReachedOnceItListens() throws Exception {
        StreamCollector collector = lab.closing(StreamCollector.open());
        ApplianceConfig config =
                config(lab.router(), "", "transport: tcp, collector: \"127.0.0.1:" + collector.port() + "\"");
        assertTrue(the(findings(config), "exporter main", Level.OK).what().contains("connects"));
        collector.stop();
        Finding refused = the(findings(config), "exporter main", Level.FAIL);
        assertTrue(refused.what().contains("refused"), refused::what);
        collector.start();
        assertGone(findings(config), "exporter main");
    }

    @Test
    void certificatesThatEndSoonOrHaveEndedAreNamed() throws Exception {
        Certificates certificates = new Certificates(directory);
        StreamCollector collector = lab.closing(StreamCollector.open(certificates.server()));
        String tls = "transport: tls, collector: \"127.0.0.1:" + collector.port() + "\", tls: { %s }";

        List<Finding> soon = findings(config(lab.router(), "", tls.formatted(certificates.client())));
        assertTrue(the(soon, "exporter main", Level.OK).what().contains("both certificates are accepted"));
        assertTrue(the(soon, "exporter main", Level.WARN)
                .what()
                .contains("the collector's certificate expires in 1 days"));
        the(soon, "exporter main: tls", Level.WARN);

        List<Finding> expired = findings(config(lab.router(), "", tls.formatted(certificates.expiredClient())));
        assertTrue(the(expired, "exporter main: tls", Level.FAIL).what().contains("expired"));
        assertTrue(the(expired, "exporter main", Level.FAIL).what().contains("has expired"));

        List<Finding> stranger = findings(config(lab.router(), "", tls.formatted(certificates.strangersClient())));
        Finding refused = the(stranger, "exporter main", Level.FAIL);
        assertTrue(refused.what().contains("our certificate"), refused::what);
    }

    @Test
    void aKeyThatAllMayReadIsClosedByItsMend() throws Exception {
        Certificates certificates = new Certificates(directory);
        ApplianceConfig config = config(
                lab.router(), "", "transport: tls, collector: \"127.0.0.1:9\", tls: { " + certificates.client() + " }");
        Program.run("chmod", "644", directory.resolve("client.key").toString());
        Finding open = findings(config).stream()
                .filter(finding -> finding.what().contains("may be read by every user"))
                .findFirst()
                .orElseThrow();
        mend(open);
        assertTrue(
                findings(config).stream().noneMatch(finding -> finding.what().contains("may be read by every user")));
    }

    @Test
    void directoriesThatAreMissingAreMadeByTheirMend() throws Exception {
        Path state = directory.resolve("state/totals");
        Path spool = directory.resolve("spool");
        ApplianceConfig config = config(
                lab.router(),
                ", max-flows: 1000, state-file: " + state,
                "collector: \"127.0.0.1:9\", spool: { max-size: 1MiB, directory: " + spool + " }");
        List<Finding> findings = findings(config);
        mend(the(findings, "source flows: state-file", Level.FAIL));
        // nursd makes that one.
        assertGone(findings, "exporter main: spool");
        assertGone(findings(config), "source flows: state-file");
        assertFalse(Files.exists(spool));
    }

    @Test
    void aSpoolThatMayOutgrowItsDiskIsWarnedOf() throws Exception {
        ApplianceConfig config = config(
                lab.router(),
                "",
                "collector: \"127.0.0.1:9\", spool: { max-size: 1024GiB, directory: " + directory + " }");
        Finding small = the(findings(config), "exporter main: spool", Level.WARN);
        assertTrue(small.what().contains("1 TiB"), small::what);
    }
}
