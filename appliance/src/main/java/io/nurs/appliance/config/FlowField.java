package io.nurs.appliance.config;

import java.util.Arrays;
import java.util.List;

/**
 * What a record can say of a conntrack flow: elements by IANA's names, and from {@code ctMark} on those of nurs. What each is
 * filled from is written where templates are made, and in docs/records.md.
 */
@SuppressWarnings("MemberName")
public enum FlowField {
    sourceIPv4Address(Presence.IPV4),
    destinationIPv4Address(Presence.IPV4),
    postNATSourceIPv4Address(Presence.IPV4),
    postNATDestinationIPv4Address(Presence.IPV4),
    sourceIPv6Address(Presence.IPV6),
    destinationIPv6Address(Presence.IPV6),
    postNATSourceIPv6Address(Presence.IPV6),
    postNATDestinationIPv6Address(Presence.IPV6),
    sourceTransportPort(Presence.PORTS),
    destinationTransportPort(Presence.PORTS),
    postNAPTSourceTransportPort(Presence.PORTS),
    postNAPTDestinationTransportPort(Presence.PORTS),
    icmpTypeCodeIPv4(Presence.ICMP_IPV4),
    icmpTypeIPv4(Presence.ICMP_IPV4),
    icmpCodeIPv4(Presence.ICMP_IPV4),
    icmpTypeCodeIPv6(Presence.ICMP_IPV6),
    icmpTypeIPv6(Presence.ICMP_IPV6),
    icmpCodeIPv6(Presence.ICMP_IPV6),
    protocolIdentifier(Presence.ALWAYS),
    ipVersion(Presence.ALWAYS),
    octetDeltaCount(Presence.ALWAYS),
    packetDeltaCount(Presence.ALWAYS),
    initiatorOctets(Presence.ALWAYS),
    responderOctets(Presence.ALWAYS),
    initiatorPackets(Presence.ALWAYS),
    responderPackets(Presence.ALWAYS),
    biflowDirection(Presence.ALWAYS),
    flowStartSysUpTime(Presence.ALWAYS),
    flowEndSysUpTime(Presence.ALWAYS),
    flowStartSeconds(Presence.ALWAYS),
    flowEndSeconds(Presence.ALWAYS),
    flowStartMilliseconds(Presence.ALWAYS),
    flowEndMilliseconds(Presence.ALWAYS),
    flowStartMicroseconds(Presence.ALWAYS),
    flowEndMicroseconds(Presence.ALWAYS),
    flowStartNanoseconds(Presence.ALWAYS),
    flowEndNanoseconds(Presence.ALWAYS),
    flowDurationMilliseconds(Presence.ALWAYS),
    observationTimeMilliseconds(Presence.ALWAYS),
    flowEndReason(Presence.ALWAYS),
    firewallEvent(Presence.ALWAYS),
    flowId(Presence.ALWAYS),
    ingressInterface(Presence.INTERFACES),
    egressInterface(Presence.INTERFACES),
    flowDirection(Presence.INTERFACES),
    ctMark(Presence.ALWAYS),
    ctZone(Presence.ALWAYS),
    ctLabels(Presence.ALWAYS),
    ctStatus(Presence.ALWAYS),
    ctHelper(Presence.ALWAYS),
    ctId(Presence.ALWAYS),
    netnsName(Presence.ALWAYS),
    flowEndEvidence(Presence.EVIDENCE),
    communityId(Presence.ALWAYS),
    postNatCommunityId(Presence.ALWAYS);

    /** Which flows have something to fill a field with. */
    public enum Presence {
        ALWAYS,
        IPV4,
        IPV6,
        /** Of a protocol with ports. */
        PORTS,
        ICMP_IPV4,
        ICMP_IPV6,
        /** Those of a stack with a filter that knows interfaces. */
        INTERFACES,
        /** Those whose end or its time is not certain. */
        EVIDENCE
    }

    private final Presence presence;

    FlowField(Presence presence) {
        this.presence = presence;
    }

    public Presence presence() {
        return presence;
    }

    /** Whether it speaks of both directions of a conversation. */
    public boolean isOfConversations() {
        return switch (this) {
            case initiatorOctets, responderOctets, initiatorPackets, responderPackets, biflowDirection -> true;
            default -> false;
        };
    }

    /** Whether no element of IANA's says it. */
    public boolean isOfNurs() {
        return compareTo(ctMark) >= 0;
    }

    static List<String> names() {
        return Arrays.stream(values()).map(FlowField::name).toList();
    }
}
