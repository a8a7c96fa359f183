package io.nurs.appliance.collect;

import static io.nurs.flow.IanaElements.*;

import io.nurs.flow.DecodedTemplate;
import io.nurs.flow.DecodedTemplate.FieldSpecifier;
import io.nurs.flow.InformationElement;
import java.util.Set;
import java.util.function.Consumer;

/** What a template says that no record of it can put right. */
final class TemplateChecks {
    private static final Set<InformationElement> COUNTERS = Set.of(
            octetDeltaCount,
            packetDeltaCount,
            octetTotalCount,
            packetTotalCount,
            postOctetDeltaCount,
            postPacketDeltaCount,
            initiatorOctets,
            responderOctets,
            initiatorPackets,
            responderPackets);

    /** Keys that swap when a flow is looked at from its other end. RFC 5103 §4 */
    private static final Set<InformationElement> DIRECTIONAL = Set.of(
            sourceIPv4Address,
            destinationIPv4Address,
            sourceIPv4Prefix,
            destinationIPv4Prefix,
            sourceIPv6Address,
            destinationIPv6Address,
            sourceIPv6Prefix,
            destinationIPv6Prefix,
            sourceTransportPort,
            destinationTransportPort,
            sourceIPv4PrefixLength,
            destinationIPv4PrefixLength,
            sourceIPv6PrefixLength,
            destinationIPv6PrefixLength,
            udpSourcePort,
            udpDestinationPort,
            tcpSourcePort,
            tcpDestinationPort,
            bgpSourceAsNumber,
            bgpDestinationAsNumber,
            postNATSourceIPv4Address,
            postNATDestinationIPv4Address,
            postNATSourceIPv6Address,
            postNATDestinationIPv6Address,
            postNAPTSourceTransportPort,
            postNAPTDestinationTransportPort,
            sourceMacAddress,
            destinationMacAddress,
            ingressInterface,
            egressInterface,
            ingressPhysicalInterface,
            egressPhysicalInterface,
            ingressVRFID,
            egressVRFID);

    private TemplateChecks() {}

    static void check(DecodedTemplate template, int version, Consumer<Finding> findings) {
        if (version == Version.NETFLOW9) {
            template.fields().stream()
                    .skip(template.scopeFields())
                    .distinct()
                    .filter(FieldLengths::isOddInNetflow9)
                    .forEach(field -> findings.accept(
                            FieldLengths.finding(template.id(), field.element(), field.length(), Version.NETFLOW9)));
        }
        if (!template.isOptions()) {
            checkNatEvent(template, findings);
            checkBiflow(template, findings);
        }
    }

    private static void checkNatEvent(DecodedTemplate template, Consumer<Finding> findings) {
        if (has(template, natEvent) && COUNTERS.stream().anyMatch(counter -> has(template, counter))) {
            findings.accept(Finding.inTemplate(
                    ComplaintKind.NAT_EVENT,
                    template.id(),
                    "has natEvent(230) beside counters: nfdump and pmacct take its records for events, and drop what"
                            + " they count"));
        }
    }

    private static void checkBiflow(DecodedTemplate template, Consumer<Finding> findings) {
        boolean hasReverse = template.fields().stream()
                .anyMatch(field -> field.element().enterprise() == InformationElement.REVERSE);
        if (hasReverse && DIRECTIONAL.stream().noneMatch(key -> has(template, key))) {
            findings.accept(Finding.inTemplate(
                    ComplaintKind.BIFLOW,
                    template.id(),
                    "counts a reverse direction, and has no address, port or interface that tells the two apart"));
        }
    }

    private static boolean has(DecodedTemplate template, InformationElement element) {
        return template.fields().stream().map(FieldSpecifier::element).anyMatch(element::matches);
    }
}
