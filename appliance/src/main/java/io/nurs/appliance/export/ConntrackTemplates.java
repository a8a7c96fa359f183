package io.nurs.appliance.export;

import static io.nurs.flow.IanaElements.*;

import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.flow.Field;
import io.nurs.flow.SystemUptime;
import io.nurs.flow.Template;
import java.util.ArrayList;
import java.util.List;

/**
 * The dictionary from conntrack to IANA's elements: one template for each kind of flow, so that no record carries a field that
 * its protocol lacks. Ids from 256 on are those of flows without interfaces, from 262 on of those with; 12 more for the few
 * records that have something to say of how the flow's end is known.
 */
final class ConntrackTemplates {
    private static final int KINDS = 6;

    private final SystemUptime uptime;
    private final List<Template<Uniflow>> templates = new ArrayList<>();

    private enum Kind {
        PORTS,
        ICMP,
        OTHER
    }

    ConntrackTemplates(SystemUptime uptime) {
        this.uptime = uptime;
        for (boolean evidence : new boolean[] {false, true}) {
            for (boolean interfaces : new boolean[] {false, true}) {
                for (boolean ipv6 : new boolean[] {false, true}) {
                    for (Kind kind : Kind.values()) {
                        int id = Template.MIN_ID + templates.size();
                        templates.add(new Template<>(id, fields(kind, ipv6, interfaces, evidence)));
                    }
                }
            }
        }
    }

    List<Template<Uniflow>> all() {
        return List.copyOf(templates);
    }

    /** @param interfaces whether the stack knows them */
    Template<Uniflow> of(Uniflow flow, boolean interfaces) {
        int kind = flow.hasPorts() ? 0 : flow.isIcmp() ? 1 : 2;
        int evidence = flow.flowEndEvidence() == ConntrackFlow.END_SEEN ? 0 : 2 * KINDS;
        return templates.get(evidence + (interfaces ? KINDS : 0) + (flow.isIpv6() ? KINDS / 2 : 0) + kind);
    }

    private List<Field<Uniflow>> fields(Kind kind, boolean ipv6, boolean interfaces, boolean evidence) {
        List<Field<Uniflow>> fields = new ArrayList<>();
        fields.addAll(ipv6 ? addresses6() : addresses4());
        switch (kind) {
            case PORTS -> fields.addAll(ports());
            case ICMP -> fields.addAll(ipv6 ? icmp6() : icmp4());
            case OTHER -> {}
        }
        fields.addAll(List.of(
                Field.u8(protocolIdentifier, Uniflow::protocol),
                // Eight octets: the four that RFC 3954 starts from wrap at 4 GiB.
                Field.u64(octetDeltaCount, Uniflow::octets),
                Field.u64(packetDeltaCount, Uniflow::packets),
                Field.u32(flowStartSysUpTime, flow -> uptime.at(flow.startMillis())),
                Field.u32(flowEndSysUpTime, flow -> uptime.at(flow.endMillis())),
                // The two above wrap after 49.7 days; these never do.
                Field.u64(flowStartMilliseconds, Uniflow::startMillis),
                Field.u64(flowEndMilliseconds, Uniflow::endMillis),
                Field.u8(flowEndReason, Uniflow::flowEndReason)));
        if (interfaces) {
            fields.add(Field.u32(ingressInterface, Uniflow::ingressInterface));
            fields.add(Field.u32(egressInterface, Uniflow::egressInterface));
            fields.add(Field.u8(flowDirection, Uniflow::flowDirection));
        }
        if (evidence) {
            fields.add(Field.u8(NursElements.flowEndEvidence, Uniflow::flowEndEvidence));
        }
        return fields;
    }

    private static List<Field<Uniflow>> addresses4() {
        return List.of(
                Field.octets(sourceIPv4Address, Uniflow::copySource),
                Field.octets(destinationIPv4Address, Uniflow::copyDestination),
                Field.octets(postNATSourceIPv4Address, Uniflow::copyPostNatSource),
                Field.octets(postNATDestinationIPv4Address, Uniflow::copyPostNatDestination));
    }

    private static List<Field<Uniflow>> addresses6() {
        return List.of(
                Field.octets(sourceIPv6Address, Uniflow::copySource),
                Field.octets(destinationIPv6Address, Uniflow::copyDestination),
                Field.octets(postNATSourceIPv6Address, Uniflow::copyPostNatSource),
                Field.octets(postNATDestinationIPv6Address, Uniflow::copyPostNatDestination));
    }

    private static List<Field<Uniflow>> ports() {
        return List.of(
                Field.u16(sourceTransportPort, Uniflow::sourcePort),
                Field.u16(destinationTransportPort, Uniflow::destinationPort),
                Field.u16(postNAPTSourceTransportPort, Uniflow::postNaptSourcePort),
                Field.u16(postNAPTDestinationTransportPort, Uniflow::postNaptDestinationPort));
    }

    // Type and code together, which v9 collectors know from RFC 3954, and each for itself.
    private static List<Field<Uniflow>> icmp4() {
        return List.of(
                Field.u16(icmpTypeCodeIPv4, Uniflow::icmpTypeCode),
                Field.u8(icmpTypeIPv4, Uniflow::icmpType),
                Field.u8(icmpCodeIPv4, Uniflow::icmpCode));
    }

    private static List<Field<Uniflow>> icmp6() {
        return List.of(
                Field.u16(icmpTypeCodeIPv6, Uniflow::icmpTypeCode),
                Field.u8(icmpTypeIPv6, Uniflow::icmpType),
                Field.u8(icmpCodeIPv6, Uniflow::icmpCode));
    }
}
