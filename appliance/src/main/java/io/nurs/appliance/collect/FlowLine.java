package io.nurs.appliance.collect;

import static io.nurs.flow.IanaElements.*;

import io.nurs.flow.DataRecord.DataField;
import io.nurs.flow.InformationElement;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One record as one line of text. What it does not have is a dash. */
final class FlowLine {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final String ROW = "%-12s %9s %-7s %-27s    %-27s %9s %12s  %s";
    private static final String NONE = "-";

    private static final List<InformationElement> OCTETS =
            List.of(octetDeltaCount, octetTotalCount, initiatorOctets, postOctetDeltaCount);
    private static final List<InformationElement> PACKETS =
            List.of(packetDeltaCount, packetTotalCount, initiatorPackets, postPacketDeltaCount);
    private static final List<InformationElement> REVERSE_OCTETS =
            List.of(octetDeltaCount.reverse(), octetTotalCount.reverse(), responderOctets);
    private static final List<InformationElement> REVERSE_PACKETS =
            List.of(packetDeltaCount.reverse(), packetTotalCount.reverse(), responderPackets);

    /** What the columns say already. */
    private static final Set<InformationElement> SHOWN = Stream.of(
                    List.of(
                            protocolIdentifier,
                            sourceIPv4Address,
                            sourceIPv6Address,
                            destinationIPv4Address,
                            destinationIPv6Address,
                            sourceTransportPort,
                            destinationTransportPort,
                            flowEndReason,
                            natEvent),
                    List.of(
                            postNATSourceIPv4Address,
                            postNATSourceIPv6Address,
                            postNATDestinationIPv4Address,
                            postNATDestinationIPv6Address,
                            postNAPTSourceTransportPort,
                            postNAPTDestinationTransportPort),
                    OCTETS,
                    PACKETS,
                    REVERSE_OCTETS,
                    REVERSE_PACKETS)
            .flatMap(List::stream)
            .collect(Collectors.toUnmodifiableSet());

    private FlowLine() {}

    static String header() {
        return ROW.formatted(
                "start (UTC)", "seconds", "proto", "source", "destination", "packets", "octets", "and more");
    }

    static String of(ReadRecord record, FlowTimes times) {
        Instant start = times.bestStart();
        return ROW.formatted(
                        start == null ? NONE : TIME.format(start),
                        seconds(start, times.bestEnd()),
                        protocol(record),
                        endpoint(record, sourceIPv4Address, sourceIPv6Address, sourceTransportPort),
                        endpoint(record, destinationIPv4Address, destinationIPv6Address, destinationTransportPort),
                        first(record, PACKETS),
                        first(record, OCTETS),
                        more(record))
                .stripTrailing();
    }

    /** All that {@link #of} leaves out, by name. */
    static String rest(ReadRecord record) {
        return record.fields().stream()
                .filter(field -> !SHOWN.contains(field.element()))
                .map(FlowLine::named)
                .collect(Collectors.joining(" "));
    }

    static String options(ReadRecord record) {
        return "options %d: %s"
                .formatted(
                        record.templateId(),
                        record.fields().stream().map(FlowLine::named).collect(Collectors.joining(" ")));
    }

    private static String named(DataField field) {
        return field.element().name() + "=" + printable(ValueText.of(field.value()));
    }

    /** A stranger's text is not to move the cursor of a terminal. */
    private static String printable(String text) {
        return text.codePoints()
                .map(character -> Character.isISOControl(character) ? '?' : character)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String seconds(@Nullable Instant start, @Nullable Instant end) {
        return start == null || end == null ? NONE : TimeChecks.seconds(Duration.between(start, end));
    }

    private static String protocol(ReadRecord record) {
        Long number = record.number(protocolIdentifier);
        return number == null ? NONE : Numbers.protocol(number);
    }

    private static String endpoint(
            ReadRecord record, InformationElement ipv4, InformationElement ipv6, InformationElement port) {
        InetAddress address = record.address(ipv4, ipv6);
        Long number = record.number(port);
        if (address == null) {
            return NONE;
        }
        return number == null ? AddressText.of(address) : AddressText.of(address, number);
    }

    private static String first(ReadRecord record, List<InformationElement> elements) {
        return elements.stream()
                .filter(record::has)
                .findFirst()
                .map(element -> String.valueOf(record.value(element)))
                .orElse(NONE);
    }

    private static String more(ReadRecord record) {
        StringBuilder more = new StringBuilder();
        Long reason = record.number(flowEndReason);
        if (reason != null) {
            more.append(Numbers.endReason(reason));
        }
        if (REVERSE_OCTETS.stream().anyMatch(record::has)) {
            more.append(", back ")
                    .append(first(record, REVERSE_PACKETS))
                    .append("/")
                    .append(first(record, REVERSE_OCTETS));
        }
        Long event = record.number(natEvent);
        if (event != null) {
            more.append(", ").append(Numbers.natEvent(event));
        }
        String nat = nat(record);
        if (!nat.isEmpty()) {
            more.append(", NAT ").append(nat);
        }
        return more.indexOf(", ") == 0 ? more.substring(2) : more.toString();
    }

    /** What NAT made of it, if anything. */
    private static String nat(ReadRecord record) {
        String source =
                endpoint(record, postNATSourceIPv4Address, postNATSourceIPv6Address, postNAPTSourceTransportPort);
        String destination = endpoint(
                record, postNATDestinationIPv4Address, postNATDestinationIPv6Address, postNAPTDestinationTransportPort);
        boolean translated = (!source.equals(NONE)
                        && !source.equals(endpoint(record, sourceIPv4Address, sourceIPv6Address, sourceTransportPort)))
                || (!destination.equals(NONE)
                        && !destination.equals(endpoint(
                                record, destinationIPv4Address, destinationIPv6Address, destinationTransportPort)));
        return translated ? source + " -> " + destination : "";
    }
}
