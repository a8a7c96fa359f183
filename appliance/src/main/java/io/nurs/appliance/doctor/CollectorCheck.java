package io.nurs.appliance.doctor;

import io.netty.channel.EventLoop;
import io.nurs.appliance.Finding;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.CollectorDestination;
import io.nurs.appliance.config.CollectorTransport;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.export.CollectorTrial;
import io.nurs.appliance.export.CollectorTrial.Outcome;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a collector can be reached from here, with all that its exporter is told about sockets. */
final class CollectorCheck {
    private static final int UDP_HEADER = 8;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;

    private CollectorCheck() {}

    static List<Finding> findings(
            FlowExporterConfig exporter, CollectorDestination destination, EventLoop loop, Transports transport)
            throws IOException, InterruptedException {
        Outcome outcome = CollectorTrial.attempt(exporter.name(), destination, loop, transport);
        String subject = "exporter " + exporter.name();
        List<Finding> findings = new ArrayList<>();
        if (outcome.failure() != null) {
            findings.add(unreachable(subject, destination, outcome));
        } else {
            findings.add(reached(subject, destination, outcome));
        }
        if (!outcome.certificates().isEmpty()) {
            findings.add(CertificateCheck.finding(
                    subject, "the collector's certificate", outcome.certificates(), Instant.now()));
        }
        Finding size = size(subject, exporter, destination, outcome.local());
        if (size != null) {
            findings.add(size);
        }
        return findings;
    }

    private static Finding reached(String subject, CollectorDestination destination, Outcome outcome) {
        String from = outcome.local() == null
                ? ""
                : " from " + outcome.local().getAddress().getHostAddress();
        return Finding.ok(
                subject,
                destination
                        + switch (destination.transport()) {
                            case UDP ->
                                ": there is a route" + from + ". Whether anybody listens is unknown: nothing was sent";
                            case TCP -> ": connects" + from;
                            case TLS -> ": connects" + from + ", and both certificates are accepted";
                        });
    }

    private static Finding unreachable(String subject, CollectorDestination destination, Outcome outcome) {
        String failure = String.valueOf(outcome.failure());
        String cost = destination.spool() == null ? "; records are lost meanwhile" : "; records wait in the spool";
        InetSocketAddress address = outcome.address();
        if (address == null) {
            return Finding.fail(
                    subject,
                    destination.address().host() + " does not resolve, so its exporter stays down" + cost,
                    "getent hosts " + Place.quote(destination.address().host())
                            + ", then correct /etc/resolv.conf or /etc/hosts, or write the address");
        }
        if (outcome.local() != null || failure.contains("tls:")) {
            return Finding.fail(
                    subject, destination + ": " + failure + cost, "correct what tls: names, on the side that it says");
        }
        return Finding.fail(
                subject,
                destination + ": " + failure + cost,
                destination.transport() == CollectorTransport.UDP
                        ? "ip route get " + address.getAddress().getHostAddress()
                        : "start the collector, or let port " + address.getPort()
                                + " pass; on its host: ss -ltn 'sport = :" + address.getPort() + "'");
    }

    /** A datagram that does not fit into a frame goes in fragments, and is lost with any of them. */
    private static @Nullable Finding size(
            String subject,
            FlowExporterConfig exporter,
            CollectorDestination destination,
            @Nullable InetSocketAddress local)
            throws IOException {
        if (destination.transport() != CollectorTransport.UDP || local == null || exporter.isSizedByPath()) {
            return null;
        }
        NetworkInterface way = NetworkInterface.getByInetAddress(local.getAddress());
        if (way == null) {
            return null;
        }
        int headers = UDP_HEADER + (local.getAddress() instanceof Inet6Address ? IPV6_HEADER : IPV4_HEADER);
        int room = way.getMTU() - headers;
        return exporter.maxMessageBytes() <= room
                ? null
                : Finding.warn(
                        subject,
                        "datagrams of up to %d octets do not fit through %s (MTU %d): each goes in fragments, and is lost with any of them"
                                .formatted(exporter.maxMessageBytes(), way.getName(), way.getMTU()),
                        "write max-datagram-bytes: auto, or " + room);
    }
}
