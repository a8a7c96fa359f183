package io.nurs.appliance.export;

import io.nurs.appliance.config.FlowField;
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
 * that its protocol lacks. Ids from 256 on are those of flows without interfaces, from 262 on of those with; if flowEndEvidence is
 * chosen, 12 more are for the few records whose end is not certain.
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

    /** None if the exporter is one of events, or of NetFlow v5, which has none. */
    ConntrackTemplates(FlowProtocol protocol, RecordsConfig config, RecordFields dictionary) {
        this.protocol = protocol;
        this.config = config;
        if (config.fields().profile().isOfEvents() || protocol == FlowProtocol.NETFLOW5) {
            return;
        }
        boolean[] evidences =
                config.fields().has(FlowField.flowEndEvidence) ? new boolean[] {false, true} : new boolean[] {false};
        for (boolean evidence : evidences) {
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

    /** Those that most flows have: of a stack that knows interfaces, or of one that does not. */
    List<Template<Uniflow>> usual(boolean interfaces) {
        int first = interfaces ? KINDS : 0;
        return isEmpty() ? List.of() : List.copyOf(templates.subList(first, first + KINDS));
    }

    boolean isEmpty() {
        return templates.isEmpty();
    }

    /** @param interfaces whether the stack knows them */
    Template<Uniflow> of(Uniflow flow, boolean interfaces) {
        int kind = flow.hasPorts() ? 0 : flow.isIcmp() ? 1 : 2;
        boolean isCertain = templates.size() == 2 * KINDS || flow.flowEndEvidence() == ConntrackFlow.END_SEEN;
        int evidence = isCertain ? 0 : 2 * KINDS;
        return templates.get(evidence + (interfaces ? KINDS : 0) + (flow.isIpv6() ? KINDS / 2 : 0) + kind);
    }

    private List<Field<Uniflow>> fields(
            RecordFields dictionary, Kind kind, boolean ipv6, boolean interfaces, boolean evidence) {
        List<Field<Uniflow>> fields = new ArrayList<>();
        for (FlowField field : config.fields().fields()) {
            if (isPresent(field, kind, ipv6, interfaces, evidence)) {
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

    private boolean isPresent(FlowField field, Kind kind, boolean ipv6, boolean interfaces, boolean evidence) {
        return switch (field.presence()) {
            case ALWAYS -> true;
            case IPV4 -> !ipv6;
            case IPV6 -> ipv6;
            case PORTS -> kind == Kind.PORTS;
            case ICMP_IPV4 -> kind == Kind.ICMP && !ipv6;
            case ICMP_IPV6 -> kind == Kind.ICMP && ipv6;
            case INTERFACES -> interfaces || (config.interfaces() != null && field != FlowField.flowDirection);
            case EVIDENCE -> evidence;
        };
    }
}
