package io.nurs.appliance.lab;

import io.nurs.appliance.lab.ConntrackWatch.Entry;
import io.nurs.flow.DataRecord;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import java.util.List;

/**
 * What one record of a translator's log says, in text: a session's tuples, or who has which ports of whom.
 *
 * @param octets of the record, without its share of headers
 */
public record NatFact(int natEvent, long millis, String about, int octets) {
    public static final int CREATE = 4;
    public static final int DELETE = 5;
    public static final int BINDING = 14;
    public static final int UNBINDING = 15;
    public static final int ALLOCATION = 16;
    public static final int DEALLOCATION = 17;

    /** Those among other records. */
    public static List<NatFact> of(List<DataRecord> records) {
        return records.stream()
                .filter(record -> record.has(IanaElements.natEvent))
                .map(NatFact::of)
                .toList();
    }

    private static NatFact of(DataRecord record) {
        return new NatFact(
                (int) record.unsigned(IanaElements.natEvent),
                record.unsigned(IanaElements.observationTimeMilliseconds),
                about(record),
                record.template().recordLength());
    }

    private static String about(DataRecord record) {
        if (record.has(IanaElements.natThresholdEvent) || record.has(IanaElements.natQuotaExceededEvent)) {
            return "the table";
        }
        boolean ipv6 = record.has(IanaElements.sourceIPv6Address);
        String outside =
                address(record, ipv6 ? IanaElements.postNATSourceIPv6Address : IanaElements.postNATSourceIPv4Address);
        if (!ipv6 && !record.has(IanaElements.sourceIPv4Address)) {
            return outside;
        }
        String inside = address(record, ipv6 ? IanaElements.sourceIPv6Address : IanaElements.sourceIPv4Address);
        if (record.has(IanaElements.portRangeStart)) {
            return inside + " on " + outside + " " + record.unsigned(IanaElements.portRangeStart) + "-"
                    + record.unsigned(IanaElements.portRangeEnd);
        }
        if (!record.has(IanaElements.sourceTransportPort)) {
            return inside + " on " + outside;
        }
        return session(
                (int) record.unsigned(IanaElements.protocolIdentifier),
                inside,
                record.unsigned(IanaElements.sourceTransportPort),
                outside,
                record.unsigned(IanaElements.postNAPTSourceTransportPort),
                address(record, ipv6 ? IanaElements.destinationIPv6Address : IanaElements.destinationIPv4Address),
                record.unsigned(IanaElements.destinationTransportPort),
                address(
                        record,
                        ipv6 ? IanaElements.postNATDestinationIPv6Address : IanaElements.postNATDestinationIPv4Address),
                record.unsigned(IanaElements.postNAPTDestinationTransportPort));
    }

    /** What a session's record has to say of an entry that conntrack(8) shows. */
    public static String session(Entry entry) {
        return session(
                entry.original().protocol(),
                canonical(entry.original().source()),
                entry.original().sourcePort(),
                canonical(entry.reply().destination()),
                entry.reply().destinationPort(),
                canonical(entry.original().destination()),
                entry.original().destinationPort(),
                canonical(entry.reply().source()),
                entry.reply().sourcePort());
    }

    /** Whether a rule has translated it. */
    public static boolean isTranslated(Entry entry) {
        return !entry.original().source().equals(entry.reply().destination())
                || !entry.original().destination().equals(entry.reply().source())
                || entry.original().sourcePort() != entry.reply().destinationPort()
                || entry.original().destinationPort() != entry.reply().sourcePort();
    }

    private static String session(
            int protocol,
            String source,
            long sourcePort,
            String postSource,
            long postSourcePort,
            String destination,
            long destinationPort,
            String postDestination,
            long postDestinationPort) {
        return protocol + " " + source + " " + sourcePort + " as " + postSource + " " + postSourcePort + " to "
                + destination + " " + destinationPort + " as " + postDestination + " " + postDestinationPort;
    }

    private static String canonical(String address) {
        return Traffic.address(address).getHostAddress();
    }

    private static String address(DataRecord record, InformationElement element) {
        return record.address(element).getHostAddress();
    }
}
