package io.nurs.appliance.export;

import static io.nurs.flow.IanaElements.*;

import io.nurs.appliance.nat.NatEvent;
import io.nurs.flow.Field;
import io.nurs.flow.Template;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The dictionary of what a translator logs: one template for each shape of event and family. Ids are from 512 on, apart from those
 * of traffic, so that both may go to one collector.
 */
final class NatTemplates {
    /** What a collector knows. */
    enum Form {
        /** RFC 8158 §5.6, for IPFIX and, with the same numbers, NetFlow v9. */
        RFC8158(512),
        /** Cisco's high-speed logging of IOS XE, NetFlow v9: fields in its order, and its numbers of the events that it has. */
        HSL(528);

        private final int firstId;

        Form(int firstId) {
            this.firstId = firstId;
        }
    }

    // natEvent(230) before RFC 8158, as Cisco's HSL has it.
    private static final int HSL_CREATE = 1;
    private static final int HSL_DELETE = 2;

    private final Form form;
    private final List<Template<NatEvent>> templates = new ArrayList<>();
    private final Map<NatEvent.Shape, Template<NatEvent>> ofIpv4 = new EnumMap<>(NatEvent.Shape.class);
    private final Map<NatEvent.Shape, Template<NatEvent>> ofIpv6 = new EnumMap<>(NatEvent.Shape.class);

    NatTemplates(Form form) {
        this.form = form;
        for (NatEvent.Shape shape : NatEvent.Shape.values()) {
            boolean ofEntry = switch (shape) {
                case SESSION, ADDRESS_BINDING, PORT_BLOCK -> true;
                case PORTS_EXHAUSTED, QUOTA, THRESHOLD -> false;
            };
            ofIpv4.put(shape, add(fields(shape, false)));
            if (ofEntry) {
                ofIpv6.put(shape, add(fields(shape, true)));
            }
        }
    }

    private Template<NatEvent> add(List<Field<NatEvent>> fields) {
        Template<NatEvent> template = new Template<>(form.firstId + templates.size(), fields);
        templates.add(template);
        return template;
    }

    List<Template<NatEvent>> all() {
        return List.copyOf(templates);
    }

    Template<NatEvent> of(NatEvent event) {
        Template<NatEvent> template = (event.isIpv6() ? ofIpv6 : ofIpv4).get(event.shape());
        if (template == null) {
            throw new IllegalStateException("no template for " + event.shape());
        }
        return template;
    }

    private List<Field<NatEvent>> fields(NatEvent.Shape shape, boolean ipv6) {
        if (form == Form.HSL && shape == NatEvent.Shape.SESSION) {
            return hslSession(ipv6);
        }
        if (form == Form.HSL && shape == NatEvent.Shape.PORTS_EXHAUSTED) {
            return hslExhaustion();
        }
        List<Field<NatEvent>> fields = new ArrayList<>();
        fields.add(Field.u64(observationTimeMilliseconds, NatEvent::timeMillis));
        fields.add(Field.u8(natEvent, NatEvent::natEvent));
        switch (shape) {
            case SESSION -> fields.addAll(session(ipv6));
            case ADDRESS_BINDING -> fields.addAll(pair(ipv6));
            case PORT_BLOCK -> {
                fields.addAll(pair(ipv6));
                fields.addAll(block());
            }
            case PORTS_EXHAUSTED -> fields.addAll(exhaustion());
            case QUOTA -> fields.addAll(quota());
            case THRESHOLD -> fields.addAll(threshold());
        }
        return fields;
    }

    private static List<Field<NatEvent>> session(boolean ipv6) {
        List<Field<NatEvent>> fields = new ArrayList<>(ipv6 ? addresses6() : addresses4());
        fields.add(Field.u8(protocolIdentifier, NatEvent::protocol));
        fields.addAll(ports());
        fields.add(Field.u8(natOriginatingAddressRealm, NatEvent::originatingRealm));
        fields.add(Field.u32(natInstanceID, NatEvent::zone));
        return fields;
    }

    private static List<Field<NatEvent>> hslSession(boolean ipv6) {
        List<Field<NatEvent>> fields = new ArrayList<>(ipv6 ? addresses6() : addresses4());
        fields.addAll(ports());
        fields.add(Field.u32(ingressVRFID, NatEvent::zone));
        fields.add(Field.u8(protocolIdentifier, NatEvent::protocol));
        fields.add(Field.u8(natEvent, event -> event.natEvent() == NatEvent.SESSION_CREATE ? HSL_CREATE : HSL_DELETE));
        fields.add(Field.u64(observationTimeMilliseconds, NatEvent::timeMillis));
        return fields;
    }

    /** HSL knows one kind of exhaustion, a pool's. */
    private static List<Field<NatEvent>> hslExhaustion() {
        return List.of(Field.u32(natPoolId, event -> 0), Field.u8(natEvent, event -> NatEvent.ADDRESSES_EXHAUSTED));
    }

    // In HSL's order, which RFC 8158 does not mind.
    private static List<Field<NatEvent>> addresses4() {
        return List.of(
                Field.octets(sourceIPv4Address, NatEvent::copySource),
                Field.octets(postNATSourceIPv4Address, NatEvent::copyPostNatSource),
                Field.octets(destinationIPv4Address, NatEvent::copyDestination),
                Field.octets(postNATDestinationIPv4Address, NatEvent::copyPostNatDestination));
    }

    private static List<Field<NatEvent>> addresses6() {
        return List.of(
                Field.octets(sourceIPv6Address, NatEvent::copySource),
                Field.octets(postNATSourceIPv6Address, NatEvent::copyPostNatSource),
                Field.octets(destinationIPv6Address, NatEvent::copyDestination),
                Field.octets(postNATDestinationIPv6Address, NatEvent::copyPostNatDestination));
    }

    private static List<Field<NatEvent>> ports() {
        return List.of(
                Field.u16(sourceTransportPort, NatEvent::sourcePort),
                Field.u16(postNAPTSourceTransportPort, NatEvent::postNaptSourcePort),
                Field.u16(destinationTransportPort, NatEvent::destinationPort),
                Field.u16(postNAPTDestinationTransportPort, NatEvent::postNaptDestinationPort));
    }

    private List<Field<NatEvent>> pair(boolean ipv6) {
        return List.of(
                Field.octets(ipv6 ? sourceIPv6Address : sourceIPv4Address, NatEvent::copyInside),
                Field.octets(ipv6 ? postNATSourceIPv6Address : postNATSourceIPv4Address, NatEvent::copyOutside),
                Field.u32(form == Form.HSL ? ingressVRFID : natInstanceID, NatEvent::zone));
    }

    private static List<Field<NatEvent>> block() {
        return List.of(
                Field.u16(portRangeStart, NatEvent::firstPort),
                Field.u16(portRangeEnd, NatEvent::lastPort),
                Field.u16(portRangeStepSize, event -> 1),
                Field.u16(portRangeNumPorts, NatEvent::ports));
    }

    private static List<Field<NatEvent>> exhaustion() {
        return List.of(
                Field.u32(postNATSourceIPv4Address, NatEvent::outsideAddress),
                Field.u8(protocolIdentifier, NatEvent::protocol));
    }

    private static List<Field<NatEvent>> quota() {
        return List.of(
                Field.u32(natQuotaExceededEvent, event -> NatEvent.QUOTA_SESSIONS),
                Field.u32(maxSessionEntries, NatEvent::limit));
    }

    private static List<Field<NatEvent>> threshold() {
        return List.of(
                Field.u32(natThresholdEvent, event -> NatEvent.THRESHOLD_GLOBAL),
                Field.u32(globalAddressMappingHighThreshold, NatEvent::limit));
    }
}
