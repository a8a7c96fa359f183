package io.nurs.appliance.export;

import io.nurs.appliance.config.FlowField;
import io.nurs.appliance.config.FlowField.Presence;
import io.nurs.appliance.config.FlowProtocol;
import io.nurs.appliance.config.RecordsConfig;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.flow.Field;
import io.nurs.flow.InformationElement;
import io.nurs.flow.Template;
import java.util.ArrayList;
import java.util.List;

/**
 * One template for each kind of flow, with those of the chosen fields that the kind has, so that no record carries a field
 * that its protocol lacks. Ids from 256 on are those of flows without interfaces, from 262 on of those with; 12 more for the few
 * records that have something to say of how the flow's end is known.
 */
final class ConntrackTemplates {
    private static final int KINDS = 6;

    private final FlowProtocol protocol;
    private final RecordsConfig config;
    private final List<Template<Uniflow>> templates = new ArrayList<>();

    private enum Kind {
        PORTS,
        ICMP,
        OTHER
    }

    /** None if the exporter is one of events. */
    ConntrackTemplates(FlowProtocol protocol, RecordsConfig config, RecordFields dictionary) {
        this.protocol = protocol;
        this.config = config;
        if (config.fields().profile().isOfEvents()) {
            return;
        }
        for (boolean evidence : new boolean[] {false, true}) {
            for (boolean interfaces : new boolean[] {false, true}) {
                for (boolean ipv6 : new boolean[] {false, true}) {
                    for (Kind kind : Kind.values()) {
                        int id = Template.MIN_ID + templates.size();
                        templates.add(new Template<>(id, fields(dictionary, kind, ipv6, interfaces, evidence)));
                    }
                }
            }
        }
    }

    List<Template<Uniflow>> all() {
        return List.copyOf(templates);
    }

    boolean isEmpty() {
        return templates.isEmpty();
    }

    /** @param interfaces whether the stack knows them */
    Template<Uniflow> of(Uniflow flow, boolean interfaces) {
        int kind = flow.hasPorts() ? 0 : flow.isIcmp() ? 1 : 2;
        int evidence = flow.flowEndEvidence() == ConntrackFlow.END_SEEN ? 0 : 2 * KINDS;
        return templates.get(evidence + (interfaces ? KINDS : 0) + (flow.isIpv6() ? KINDS / 2 : 0) + kind);
    }

    private List<Field<Uniflow>> fields(
            RecordFields dictionary, Kind kind, boolean ipv6, boolean interfaces, boolean evidence) {
        List<Field<Uniflow>> fields = new ArrayList<>();
        for (FlowField field : config.fields().fields()) {
            if (isPresent(field.presence(), kind, ipv6, interfaces, evidence)) {
                fields.addAll(dictionary.of(field));
            }
        }
        if (needsDirection(fields)) {
            fields.add(RecordFields.biflowDirection());
        }
        if (config.sampling() > 1) {
            fields.add(dictionary.sampler());
        }
        return fields;
    }

    /** RFC 5103 §6.3 wants it said who is the source; NetFlow v9's elements say so by their names. */
    private boolean needsDirection(List<Field<Uniflow>> fields) {
        return protocol == FlowProtocol.IPFIX
                && !config.fields().has(FlowField.biflowDirection)
                && fields.stream().anyMatch(field -> field.element().enterprise() == InformationElement.REVERSE);
    }

    private static boolean isPresent(Presence presence, Kind kind, boolean ipv6, boolean interfaces, boolean evidence) {
        return switch (presence) {
            case ALWAYS -> true;
            case IPV4 -> !ipv6;
            case IPV6 -> ipv6;
            case PORTS -> kind == Kind.PORTS;
            case ICMP_IPV4 -> kind == Kind.ICMP && !ipv6;
            case ICMP_IPV6 -> kind == Kind.ICMP && ipv6;
            case INTERFACES -> interfaces;
            case EVIDENCE -> evidence;
        };
    }
}
