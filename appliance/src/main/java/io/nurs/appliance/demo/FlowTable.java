package io.nurs.appliance.demo;

import static io.nurs.flow.IanaElements.*;

import io.nurs.appliance.collect.AddressText;
import io.nurs.appliance.collect.Numbers;
import io.nurs.appliance.terminal.Progress;
import io.nurs.flow.DataRecord;
import io.nurs.flow.InformationElement;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Prints flows as they arrive, a line each, and below them a line of progress that a terminal overwrites. */
public final class FlowTable {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneOffset.UTC);
    private static final String ROW = "%-12s %8s %-7s %-27s    %-27s %9s %11s %-9s %s%n";
    private static final String[] END_REASONS = {"-", "idle", "active", "end", "forced", "resources"};

    private final Progress out;
    private final int maxRows;
    private int rows;

    /**
     * A table without rows.
     *
     * @param terminal whether {@code out} is one
     * @param maxRows further flows are not printed
     */
    public FlowTable(PrintWriter out, boolean terminal, int maxRows) {
        this.out = new Progress(out, terminal);
        this.maxRows = maxRows;
    }

    public synchronized void add(DataRecord record) {
        rows++;
        if (rows == 1) {
            line(ROW.formatted(
                            "start (UTC)",
                            "seconds",
                            "proto",
                            "source",
                            "destination",
                            "packets",
                            "bytes",
                            "report",
                            "NAT")
                    .stripTrailing());
        }
        if (rows > maxRows) {
            if (rows == maxRows + 1) {
                line("... further flows are counted, but not listed");
            }
            return;
        }
        long start = record.unsigned(flowStartMilliseconds);
        long end = record.unsigned(flowEndMilliseconds);
        line(ROW.formatted(
                        TIME.format(Instant.ofEpochMilli(start)),
                        "%.3f".formatted((end - start) / 1000.0),
                        Numbers.protocol(record.unsigned(protocolIdentifier)),
                        endpoint(record, source(record), sourceTransportPort),
                        endpoint(record, destination(record), destinationTransportPort),
                        record.unsigned(packetDeltaCount),
                        record.unsigned(octetDeltaCount),
                        END_REASONS[(int) Math.min(record.unsigned(flowEndReason), END_REASONS.length - 1L)],
                        nat(record))
                .stripTrailing());
    }

    /** Only a terminal shows it. */
    public void progress(String text) {
        out.show(text);
    }

    /** A line of its own; the progress goes on below it. */
    public void line(String text) {
        out.above(text);
    }

    private static boolean isIpv6(DataRecord record) {
        return record.has(sourceIPv6Address);
    }

    private static InetAddress source(DataRecord record) {
        return record.address(isIpv6(record) ? sourceIPv6Address : sourceIPv4Address);
    }

    private static InetAddress destination(DataRecord record) {
        return record.address(isIpv6(record) ? destinationIPv6Address : destinationIPv4Address);
    }

    private static String endpoint(DataRecord record, InetAddress address, InformationElement port) {
        String host = isIpv6(record) ? "[" + AddressText.of(address) + "]" : AddressText.of(address);
        return record.has(port) ? host + ":" + record.unsigned(port) : host;
    }

    /** What NAT made of it, if anything. */
    private static String nat(DataRecord record) {
        boolean ipv6 = isIpv6(record);
        InetAddress source = record.address(ipv6 ? postNATSourceIPv6Address : postNATSourceIPv4Address);
        InetAddress destination = record.address(ipv6 ? postNATDestinationIPv6Address : postNATDestinationIPv4Address);
        boolean translated = !source.equals(source(record)) || !destination.equals(destination(record));
        return translated
                ? endpoint(record, source, postNAPTSourceTransportPort) + " -> "
                        + endpoint(record, destination, postNAPTDestinationTransportPort)
                : "";
    }
}
