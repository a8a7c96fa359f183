package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.CollectorDestination;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.Destination;
import io.nurs.appliance.config.ExporterConfig;
import io.nurs.appliance.config.FileDestination;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.MetricsConfig;
import io.nurs.appliance.config.OutputDestination;
import io.nurs.appliance.config.OutputSocket;
import io.nurs.appliance.config.ServerTls;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.appliance.config.SpoolConfig;
import io.nurs.appliance.config.TlsConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files that the configuration names: whether this user may do with them what nursd has to, and whether there is room. */
final class FilesCheck {
    /** A flow's part of a state file, more or less. */
    private static final long FLOW_BYTES = 100;

    private final List<Finding> findings = new ArrayList<>();

    private FilesCheck() {}

    static List<Finding> findings(ApplianceConfig config) throws IOException {
        FilesCheck check = new FilesCheck();
        for (SourceConfig source : config.sources()) {
            if (source instanceof ConntrackSourceConfig conntrack) {
                check.stateFile(conntrack);
            }
        }
        for (ExporterConfig exporter : config.exporters().values()) {
            switch (exporter) {
                case FlowExporterConfig flows -> check.destination("exporter " + flows.name(), flows.destination());
            }
        }
        check.metrics(config.metrics());
        return check.findings;
    }

    private void metrics(MetricsConfig metrics) throws IOException {
        InetSocketAddress listen = metrics.listen();
        if (listen == null) {
            return;
        }
        InetAddress address = listen.getAddress();
        if (!address.isAnyLocalAddress() && NetworkInterface.getByInetAddress(address) == null) {
            findings.add(Finding.fail(
                    "metrics: listen",
                    address.getHostAddress() + " is no address of this machine: nursd does not start",
                    "ip address, then write one of those as metrics.listen"));
        }
        ServerTls tls = metrics.tls();
        if (tls != null) {
            tls("metrics: tls", tls.certificate(), tls.key(), List.of(tls.certificate(), tls.key()));
        }
    }

    private void stateFile(ConntrackSourceConfig source) throws IOException {
        Path file = source.stateFile();
        if (file == null) {
            return;
        }
        String subject = "source " + source.name() + ": state-file";
        if (isUsable(subject, file, "nursd does not start")) {
            room(subject, directory(file), source.maxFlows() * FLOW_BYTES, "max-flows");
        }
    }

    private void destination(String subject, Destination destination) throws IOException {
        switch (destination) {
            case OutputDestination output -> {
                switch (output.place()) {
                    case FileDestination file -> destination(subject, file);
                    case OutputSocket socket -> tls(subject, socket.tls());
                }
            }
            case FileDestination file -> {
                if (!file.isStdout()
                        && isUsable(subject, file.path(), "nothing is written")
                        && file.rotateBytes() > 0) {
                    room(
                            subject,
                            directory(file.path()),
                            file.rotateBytes() * Math.max(1, file.keep()),
                            "rotate-size and keep");
                }
            }
            case CollectorDestination collector -> {
                SpoolConfig spool = collector.spool();
                if (spool != null) {
                    spool(subject + ": spool", spool);
                }
                tls(subject, collector.tls());
            }
        }
    }

    private void tls(String subject, @Nullable TlsConfig tls) throws IOException {
        if (tls != null) {
            tls(subject + ": tls", tls.certificate(), tls.key(), List.of(tls.certificate(), tls.key(), tls.trust()));
        }
    }

    /** nursd makes it, with what is missing above it. */
    private void spool(String subject, SpoolConfig spool) throws IOException {
        Path existing = spool.directory();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        if (isWritableDirectory(subject, existing, "nursd does not start")) {
            room(subject, existing, spool.maxBytes(), "max-size");
        }
    }

    private static Path directory(Path file) {
        Path parent = file.getParent();
        return parent == null ? Path.of("/") : parent;
    }

    /** In a directory that has to be there already. */
    private boolean isUsable(String subject, Path file, String cost) throws IOException {
        if (!isWritableDirectory(subject, directory(file), cost)) {
            return false;
        }
        if (Files.exists(file) && !(Files.isReadable(file) && Files.isWritable(file))) {
            findings.add(Finding.fail(
                    subject,
                    file + " may not be read and written by " + user() + ": " + cost,
                    "chown " + user() + " " + Place.quote(file.toString())));
            return false;
        }
        return true;
    }

    private boolean isWritableDirectory(String subject, Path directory, String cost) {
        String quoted = Place.quote(directory.toString());
        if (!Files.isDirectory(directory)) {
            findings.add(Finding.fail(
                    subject,
                    "there is no directory " + directory + ": " + cost,
                    "install -d -m 0750 -o " + user() + " " + quoted));
            return false;
        }
        if (!Files.isWritable(directory)) {
            findings.add(Finding.fail(
                    subject,
                    directory + " may not be written by " + user() + ": " + cost,
                    "chown " + user() + " " + quoted));
            return false;
        }
        return true;
    }

    private void room(String subject, Path directory, long wanted, String key) throws IOException {
        long free = Files.getFileStore(directory).getUsableSpace();
        findings.add(
                free >= wanted
                        ? Finding.ok(
                                subject,
                                "%s has room for %s (%s free)".formatted(directory, Octets.of(wanted), Octets.of(free)))
                        : Finding.warn(
                                subject,
                                "%s has %s free, and %s lets it take about %s: the rest is dropped when the disk is full"
                                        .formatted(directory, Octets.of(free), key, Octets.of(wanted)),
                                "make room, or write less as " + key));
    }

    private void tls(String subject, Path certificate, Path key, List<Path> files) throws IOException {
        boolean readable = true;
        for (Path file : files) {
            if (!Files.isReadable(file)) {
                readable = false;
                String quoted = Place.quote(file.toString());
                findings.add(Finding.fail(
                        subject,
                        file + (Files.exists(file) ? " may not be read by " + user() : " is not there")
                                + ": nursd does not start",
                        Files.exists(file) ? "chown " + user() + " " + quoted : "ls -l " + quoted));
            }
        }
        if (!readable) {
            return;
        }
        if (Files.getPosixFilePermissions(key).contains(PosixFilePermission.OTHERS_READ)) {
            findings.add(Finding.warn(
                    subject,
                    key + " may be read by every user of this machine, who can then pose as this one",
                    "chmod o= " + Place.quote(key.toString())));
        }
        List<X509Certificate> chain = certificates(certificate);
        findings.add(
                chain == null
                        ? Finding.fail(
                                subject,
                                certificate + " holds no certificate in PEM: nursd does not start",
                                "openssl x509 -noout -text -in " + Place.quote(certificate.toString()))
                        : CertificateCheck.finding(subject, certificate.toString(), chain, Instant.now()));
    }

    private static @Nullable List<X509Certificate> certificates(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            List<X509Certificate> chain = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            return chain.isEmpty() ? null : chain;
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    private static String user() {
        return System.getProperty("user.name", "nobody");
    }
}
