package io.nurs.appliance.config;

import static io.nurs.appliance.config.FlowField.*;

import java.util.Arrays;
import java.util.List;

/** Choices of fields with a name. */
public enum FieldProfile {
    DEFAULT("default"),
    /** Who with whom, how much and when. */
    MINIMAL("minimal"),
    /** All that conntrack tells. */
    FULL("full"),
    /** What the predecessor of nurs sent, in its order. */
    CTFLOW9("ctflow9"),
    /** Cisco ASA's NetFlow Secure Event Logging. */
    NSEL("nsel"),
    /** RFC 8158: events only, no flows. */
    NAT_EVENTS("nat-events"),
    /** Cisco IOS XE's High-Speed Logging: events only, no flows. */
    HSL("hsl"),
    /** A list in the configuration. */
    LISTED("");

    private static final List<FlowField> MINIMAL_FIELDS = List.of(
            sourceIPv4Address,
            destinationIPv4Address,
            sourceIPv6Address,
            destinationIPv6Address,
            sourceTransportPort,
            destinationTransportPort,
            protocolIdentifier,
            octetDeltaCount,
            packetDeltaCount,
            flowStartMilliseconds,
            flowEndMilliseconds);

    /** What {@code default} has before the times, and after them. */
    private static final List<FlowField> FLOW = List.of(
            sourceIPv4Address,
            destinationIPv4Address,
            postNATSourceIPv4Address,
            postNATDestinationIPv4Address,
            sourceIPv6Address,
            destinationIPv6Address,
            postNATSourceIPv6Address,
            postNATDestinationIPv6Address,
            sourceTransportPort,
            destinationTransportPort,
            postNAPTSourceTransportPort,
            postNAPTDestinationTransportPort,
            // Type and code together, which v9 collectors know from RFC 3954, and each for itself.
            icmpTypeCodeIPv4,
            icmpTypeIPv4,
            icmpCodeIPv4,
            icmpTypeCodeIPv6,
            icmpTypeIPv6,
            icmpCodeIPv6,
            protocolIdentifier,
            octetDeltaCount,
            packetDeltaCount);

    private static final List<FlowField> MILLISECONDS = List.of(flowStartMilliseconds, flowEndMilliseconds);
    private static final List<FlowField> INTERFACES = List.of(ingressInterface, egressInterface, flowDirection);

    /** RFC 3954's own times, which wrap after 49.7 days; milliseconds never do. */
    private static final List<FlowField> UPTIMES = List.of(flowStartSysUpTime, flowEndSysUpTime);

    private static final List<FlowField> CONNTRACK = List.of(
            ipVersion, flowDurationMilliseconds, flowId, ctMark, ctZone, ctLabels, ctStatus, ctHelper, ctId, netnsName);

    private static final List<FlowField> CTFLOW9_FIELDS = List.of(
            flowDirection,
            egressInterface,
            ingressInterface,
            icmpTypeCodeIPv4,
            flowEndSysUpTime,
            flowStartSysUpTime,
            postNATDestinationIPv6Address,
            postNATSourceIPv6Address,
            destinationIPv6Address,
            sourceIPv6Address,
            postNAPTDestinationTransportPort,
            postNAPTSourceTransportPort,
            postNATDestinationIPv4Address,
            postNATSourceIPv4Address,
            packetDeltaCount,
            octetDeltaCount,
            destinationTransportPort,
            sourceTransportPort,
            protocolIdentifier,
            destinationIPv4Address,
            sourceIPv4Address);

    /** In the order of the templates in Cisco's "ASA NetFlow Implementation Guide"; the end, which nfdump wants, is ours. */
    private static final List<FlowField> EVENT = List.of(
            flowId,
            sourceIPv4Address,
            sourceIPv6Address,
            sourceTransportPort,
            ingressInterface,
            destinationIPv4Address,
            destinationIPv6Address,
            destinationTransportPort,
            egressInterface,
            protocolIdentifier,
            icmpTypeIPv4,
            icmpCodeIPv4,
            icmpTypeIPv6,
            icmpCodeIPv6,
            postNATSourceIPv4Address,
            postNATDestinationIPv4Address,
            postNATSourceIPv6Address,
            postNATDestinationIPv6Address,
            postNAPTSourceTransportPort,
            postNAPTDestinationTransportPort,
            firewallEvent,
            observationTimeMilliseconds,
            flowStartMilliseconds,
            flowEndMilliseconds);

    private static final List<FlowField> CONVERSATION_COUNTERS =
            List.of(initiatorOctets, responderOctets, initiatorPackets, responderPackets);
    private static final List<FlowField> COUNTERS = List.of(octetDeltaCount, packetDeltaCount);

    private final String word;

    FieldProfile(String word) {
        this.word = word;
    }

    /** In the order of a record; none if there are no records of flows. */
    List<FlowField> fields(FlowProtocol protocol, EnterpriseElements elements) {
        return switch (this) {
            case DEFAULT ->
                defaultFields(protocol, elements == EnterpriseElements.ALL ? List.of(flowEndEvidence) : List.of());
            case MINIMAL -> MINIMAL_FIELDS;
            case FULL -> defaultFields(protocol, joined(CONNTRACK, List.of(flowEndEvidence)));
            case CTFLOW9 -> CTFLOW9_FIELDS;
            // Cisco has NetFlow v9 only; collectors of IPFIX take initiator's and responder's counters for none.
            case NSEL -> joined(EVENT, protocol == FlowProtocol.NETFLOW9 ? CONVERSATION_COUNTERS : COUNTERS);
            case NAT_EVENTS, HSL, LISTED -> List.of();
        };
    }

    private static List<FlowField> defaultFields(FlowProtocol protocol, List<FlowField> more) {
        List<FlowField> uptimes = protocol == FlowProtocol.NETFLOW9 ? UPTIMES : List.of();
        return joined(FLOW, uptimes, MILLISECONDS, List.of(flowEndReason), INTERFACES, more);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static List<FlowField> joined(List<FlowField>... parts) {
        return Arrays.stream(parts).flatMap(List::stream).toList();
    }

    /** Whether it is about events instead of flows. */
    public boolean isOfEvents() {
        return this == NAT_EVENTS || this == HSL;
    }

    static List<FieldProfile> named() {
        return Arrays.stream(values()).filter(profile -> profile != LISTED).toList();
    }

    @Override
    public String toString() {
        return word;
    }
}
