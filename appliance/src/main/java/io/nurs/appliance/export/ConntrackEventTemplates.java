package io.nurs.appliance.export;

import static io.nurs.appliance.export.NursElement.*;
import static io.nurs.flow.IanaElements.*;

import io.nurs.appliance.source.ConntrackEvent;
import io.nurs.flow.Field;
import io.nurs.flow.Template;
import io.nurs.netlink.conntrack.ConntrackMessage;
import io.nurs.netlink.conntrack.TupleView;
import java.util.ArrayList;
import java.util.List;

/**
 * The dictionary of what the kernel tells of entries: a template for each protocol's fields, family, and what a message has beside them.
 * Its counters are totals, and have elements of our own: a flow's deltas, which another source may report, would be added to IANA's.
 */
final class ConntrackEventTemplates {
    /** After those of other observations. */
    private static final int FIRST_ID = 660;

    private enum Kind {
        PORTS,
        ICMP,
        OTHER
    }

    /** What a message has beside the entry. */
    private enum Content {
        /** A begin, a change, or an end of which conntrack kept neither times nor counts. */
        PLAIN,
        /** An end with its times. */
        TIMED,
        /** An end with its counts. */
        COUNTED
    }

    private final List<Template<ConntrackEvent>> templates = new ArrayList<>();
    private final List<Template<ConntrackEvent>> usual = new ArrayList<>();

    ConntrackEventTemplates(ObservationFields own) {
        for (Content content : Content.values()) {
            for (boolean ipv6 : new boolean[] {false, true}) {
                for (Kind kind : Kind.values()) {
                    Template<ConntrackEvent> template =
                            own.template(FIRST_ID + templates.size(), fields(own, content, ipv6, kind));
                    templates.add(template);
                    if (kind != Kind.OTHER) {
                        usual.add(template);
                    }
                }
            }
        }
    }

    List<Template<ConntrackEvent>> all() {
        return List.copyOf(templates);
    }

    /** Those of protocols that most entries have. */
    List<Template<ConntrackEvent>> usual() {
        return List.copyOf(usual);
    }

    Template<ConntrackEvent> of(ConntrackEvent event) {
        ConntrackMessage entry = event.entry();
        TupleView tuple = entry.original();
        // Not Kind.ordinal() of an enum's values(), which are copied each time they are asked for.
        int kind = tuple.hasPorts() ? 0 : isIcmp(tuple) ? 1 : 2;
        int content = entry.hasCounters() ? 2 : entry.hasStart() ? 1 : 0;
        return templates.get(content * 6 + (tuple.isIpv6() ? 3 : 0) + kind);
    }

    private static boolean isIcmp(TupleView tuple) {
        return tuple.protocol() == (tuple.isIpv6() ? IpProtocol.ICMPV6 : IpProtocol.ICMP);
    }

    private static List<Field<ConntrackEvent>> fields(ObservationFields own, Content content, boolean ipv6, Kind kind) {
        List<Field<ConntrackEvent>> fields = new ArrayList<>();
        fields.add(Field.u64(observationTimeMilliseconds, ConntrackEvent::timeMillis));
        fields.add(Field.u8(firewallEvent, ConntrackEvent::firewallEvent));
        fields.addAll(ipv6 ? addresses6() : addresses4());
        fields.add(
                Field.u8(protocolIdentifier, event -> event.entry().original().protocol()));
        switch (kind) {
            case PORTS -> fields.addAll(ports(own));
            case ICMP -> fields.addAll(icmp(own, ipv6));
            case OTHER -> {
                // Addresses are all there is.
            }
        }
        fields.addAll(ofEntry(own));
        if (content != Content.PLAIN) {
            fields.add(Field.u64(flowStartMilliseconds, ConntrackEvent::startMillis));
            fields.add(Field.u64(flowEndMilliseconds, ConntrackEvent::endMillis));
        }
        if (content == Content.COUNTED) {
            fields.addAll(totals(own));
        }
        fields.addAll(own.namespace());
        return fields;
    }

    // Behind NAT is what the answer's tuple says, backwards.
    private static List<Field<ConntrackEvent>> addresses4() {
        return List.of(
                Field.octets(
                        sourceIPv4Address, (event, to, at) -> original(event).copySource(to, at)),
                Field.octets(
                        destinationIPv4Address,
                        (event, to, at) -> original(event).copyDestination(to, at)),
                Field.octets(
                        postNATSourceIPv4Address,
                        (event, to, at) -> reply(event).copyDestination(to, at)),
                Field.octets(
                        postNATDestinationIPv4Address,
                        (event, to, at) -> reply(event).copySource(to, at)));
    }

    private static List<Field<ConntrackEvent>> addresses6() {
        return List.of(
                Field.octets(
                        sourceIPv6Address, (event, to, at) -> original(event).copySource(to, at)),
                Field.octets(
                        destinationIPv6Address,
                        (event, to, at) -> original(event).copyDestination(to, at)),
                Field.octets(
                        postNATSourceIPv6Address,
                        (event, to, at) -> reply(event).copyDestination(to, at)),
                Field.octets(
                        postNATDestinationIPv6Address,
                        (event, to, at) -> reply(event).copySource(to, at)));
    }

    private static List<Field<ConntrackEvent>> ports(ObservationFields own) {
        return List.of(
                Field.u16(sourceTransportPort, event -> original(event).sourcePort()),
                Field.u16(destinationTransportPort, event -> original(event).destinationPort()),
                Field.u16(postNAPTSourceTransportPort, event -> reply(event).destinationPort()),
                Field.u16(
                        postNAPTDestinationTransportPort, event -> reply(event).sourcePort()),
                own.number(ctTcpState, event -> event.entry().tcpState()));
    }

    private static List<Field<ConntrackEvent>> icmp(ObservationFields own, boolean ipv6) {
        return List.of(
                Field.u8(
                        ipv6 ? icmpTypeIPv6 : icmpTypeIPv4,
                        event -> original(event).icmpType()),
                Field.u8(
                        ipv6 ? icmpCodeIPv6 : icmpCodeIPv4,
                        event -> original(event).icmpCode()),
                own.number(ctIcmpId, event -> original(event).icmpId()),
                own.number(ctPostNatIcmpId, event -> reply(event).icmpId()));
    }

    private static List<Field<ConntrackEvent>> ofEntry(ObservationFields own) {
        return List.of(
                Field.u64(
                        flowId,
                        event -> TupleHash.flowId(
                                original(event),
                                event.entry().zone(),
                                event.entry().id())),
                own.number(ctId, event -> event.entry().id()),
                own.number(ctMark, event -> event.entry().mark()),
                own.number(ctStatus, event -> event.entry().status()),
                own.number(ctZone, event -> TupleView.zone(event.entry().zone(), original(event), reply(event))),
                own.number(ctTimeout, event -> event.entry().timeoutSeconds()));
    }

    private static List<Field<ConntrackEvent>> totals(ObservationFields own) {
        return List.of(
                own.number(ctOriginalPacketTotal, event -> event.entry().originalPackets()),
                own.number(ctOriginalOctetTotal, event -> event.entry().originalBytes()),
                own.number(ctReplyPacketTotal, event -> event.entry().replyPackets()),
                own.number(ctReplyOctetTotal, event -> event.entry().replyBytes()));
    }

    private static TupleView original(ConntrackEvent event) {
        return event.entry().original();
    }

    private static TupleView reply(ConntrackEvent event) {
        return event.entry().reply();
    }
}
