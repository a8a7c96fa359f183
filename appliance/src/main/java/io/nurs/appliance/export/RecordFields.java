package io.nurs.appliance.export;

import static io.nurs.flow.IanaElements.*;

import io.nurs.appliance.config.FieldProfile;
import io.nurs.appliance.config.FlowField;
import io.nurs.appliance.config.FlowProtocol;
import io.nurs.appliance.config.InterfaceNumbers;
import io.nurs.appliance.config.RecordsConfig;
import io.nurs.flow.Field;
import io.nurs.flow.InformationElement;
import io.nurs.flow.SystemUptime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The dictionary from conntrack to elements, IANA's and ours: what each field that an operator may choose is on the wire, and
 * what it is filled with.
 */
final class RecordFields {
    /** 128 bits: nf_conntrack_labels.h */
    private static final int LABELS_BYTES = 16;
    /** NF_CT_HELPER_NAME_LEN */
    private static final int HELPER_BYTES = 16;

    private static final int NAMESPACE_BYTES = 32;

    private final FlowProtocol protocol;
    private final RecordsConfig config;
    private final @Nullable InterfaceNumbers numbers;
    private final SystemUptime uptime;
    private final SystemInit init;
    private final String namespace;
    private @Nullable CommunityId communityIds;

    /**
     * For one exporter.
     *
     * @param namespace name of the network namespace whose table it is; empty for nursd's own
     */
    RecordFields(FlowProtocol protocol, RecordsConfig config, SystemUptime uptime, String namespace) {
        this.protocol = protocol;
        this.config = config;
        this.numbers = config.interfaces();
        this.uptime = uptime;
        this.init = new SystemInit(uptime);
        this.namespace = namespace;
    }

    SystemInit systemInit() {
        return init;
    }

    /** More than one where a counter is told for both directions. */
    List<Field<Uniflow>> of(FlowField field) {
        List<Field<Uniflow>> fields = new ArrayList<>(List.of(single(field)));
        if (config.biflow() && config.fields().isCountedBothWays(field)) {
            if (protocol == FlowProtocol.IPFIX) {
                fields.add(reverse(field));
            } else {
                // NetFlow v9 has no reverse elements. The counter itself is the initiator's: 231 would say it again.
                fields.add(responder(field));
            }
        }
        return fields;
    }

    private static Field<Uniflow> reverse(FlowField counter) {
        return counter == FlowField.octetDeltaCount
                ? Field.u64(octetDeltaCount.reverse(), Uniflow::reverseOctets)
                : Field.u64(packetDeltaCount.reverse(), Uniflow::reversePackets);
    }

    private Field<Uniflow> responder(FlowField counter) {
        return single(counter == FlowField.octetDeltaCount ? FlowField.responderOctets : FlowField.responderPackets);
    }

    private Field<Uniflow> single(FlowField field) {
        return switch (field) {
            case sourceIPv4Address -> Field.octets(sourceIPv4Address, Uniflow::copySource);
            case destinationIPv4Address -> Field.octets(destinationIPv4Address, Uniflow::copyDestination);
            case postNATSourceIPv4Address -> Field.octets(postNATSourceIPv4Address, Uniflow::copyPostNatSource);
            case postNATDestinationIPv4Address ->
                Field.octets(postNATDestinationIPv4Address, Uniflow::copyPostNatDestination);
            case sourceIPv6Address -> Field.octets(sourceIPv6Address, Uniflow::copySource);
            case destinationIPv6Address -> Field.octets(destinationIPv6Address, Uniflow::copyDestination);
            case postNATSourceIPv6Address -> Field.octets(postNATSourceIPv6Address, Uniflow::copyPostNatSource);
            case postNATDestinationIPv6Address ->
                Field.octets(postNATDestinationIPv6Address, Uniflow::copyPostNatDestination);
            case sourceTransportPort -> Field.u16(sourceTransportPort, Uniflow::sourcePort);
            case destinationTransportPort -> Field.u16(destinationTransportPort, Uniflow::destinationPort);
            case postNAPTSourceTransportPort -> Field.u16(postNAPTSourceTransportPort, Uniflow::postNaptSourcePort);
            case postNAPTDestinationTransportPort ->
                Field.u16(postNAPTDestinationTransportPort, Uniflow::postNaptDestinationPort);
            case icmpTypeCodeIPv4 -> Field.u16(icmpTypeCodeIPv4, Uniflow::icmpTypeCode);
            case icmpTypeIPv4 -> Field.u8(icmpTypeIPv4, Uniflow::icmpType);
            case icmpCodeIPv4 -> Field.u8(icmpCodeIPv4, Uniflow::icmpCode);
            case icmpTypeCodeIPv6 -> Field.u16(icmpTypeCodeIPv6, Uniflow::icmpTypeCode);
            case icmpTypeIPv6 -> Field.u8(icmpTypeIPv6, Uniflow::icmpType);
            case icmpCodeIPv6 -> Field.u8(icmpCodeIPv6, Uniflow::icmpCode);
            case protocolIdentifier -> Field.u8(protocolIdentifier, Uniflow::protocol);
            case ipVersion -> Field.u8(ipVersion, Uniflow::ipVersion);
            // Eight octets: the four that RFC 3954 starts from wrap at 4 GiB.
            case octetDeltaCount -> Field.u64(octetDeltaCount, Uniflow::octets);
            case packetDeltaCount -> Field.u64(packetDeltaCount, Uniflow::packets);
            case initiatorOctets -> Field.u64(initiatorOctets, Uniflow::octets);
            case responderOctets -> Field.u64(responderOctets, Uniflow::reverseOctets);
            case initiatorPackets -> Field.u64(initiatorPackets, Uniflow::packets);
            case responderPackets -> Field.u64(responderPackets, Uniflow::reversePackets);
            case biflowDirection -> biflowDirection();
            case flowStartSysUpTime ->
                Field.u32(
                        flowStartSysUpTime,
                        protocol == FlowProtocol.IPFIX
                                ? flow -> init.at(flow.startMillis())
                                : flow -> uptime.at(flow.startMillis()));
            case flowEndSysUpTime ->
                Field.u32(
                        flowEndSysUpTime,
                        protocol == FlowProtocol.IPFIX
                                ? flow -> init.at(flow.endMillis())
                                : flow -> uptime.at(flow.endMillis()));
            case flowStartSeconds -> Field.u32(flowStartSeconds, Uniflow::startSeconds);
            case flowEndSeconds -> Field.u32(flowEndSeconds, Uniflow::endSeconds);
            case flowStartMilliseconds -> Field.u64(flowStartMilliseconds, Uniflow::startMillis);
            case flowEndMilliseconds -> Field.u64(flowEndMilliseconds, Uniflow::endMillis);
            case flowStartMicroseconds -> Field.ntpTime(flowStartMicroseconds, Uniflow::startNanos);
            case flowEndMicroseconds -> Field.ntpTime(flowEndMicroseconds, Uniflow::endNanos);
            case flowStartNanoseconds -> Field.ntpTime(flowStartNanoseconds, Uniflow::startNanos);
            case flowEndNanoseconds -> Field.ntpTime(flowEndNanoseconds, Uniflow::endNanos);
            case flowDurationMilliseconds -> Field.u32(flowDurationMilliseconds, Uniflow::durationMillis);
            case observationTimeMilliseconds -> Field.u64(observationTimeMilliseconds, Uniflow::endMillis);
            case flowEndReason -> Field.u8(flowEndReason, Uniflow::flowEndReason);
            case firewallEvent -> Field.u8(firewallEvent, Uniflow::firewallEvent);
            case flowId -> flowId();
            case ingressInterface -> Field.u32(ingressInterface, flow -> flow.ingressInterface(numbers));
            case egressInterface -> Field.u32(egressInterface, flow -> flow.egressInterface(numbers));
            case flowDirection -> Field.u8(flowDirection, Uniflow::flowDirection);
            case ctMark -> Field.u32(own(NursElement.ctMark), Uniflow::mark);
            case ctZone -> Field.u16(own(NursElement.ctZone), Uniflow::zone);
            case ctLabels -> Field.octets(own(NursElement.ctLabels), LABELS_BYTES, Uniflow::copyLabels);
            case ctStatus -> Field.u32(own(NursElement.ctStatus), Uniflow::status);
            case ctHelper -> string(NursElement.ctHelper, HELPER_BYTES, Uniflow::helper);
            case ctId -> Field.u32(own(NursElement.ctId), Uniflow::id);
            case netnsName -> string(NursElement.netnsName, NAMESPACE_BYTES, flow -> namespace);
            case flowEndEvidence -> Field.u8(own(NursElement.flowEndEvidence), Uniflow::flowEndEvidence);
            case communityId -> {
                CommunityId id = communityIds();
                yield Field.octets(
                        own(NursElement.communityId),
                        CommunityId.LENGTH,
                        (flow, datagram, at) -> flow.writeCommunityId(id, datagram, at));
            }
            case postNatCommunityId -> {
                CommunityId id = communityIds();
                yield Field.octets(
                        own(NursElement.postNatCommunityId),
                        CommunityId.LENGTH,
                        (flow, datagram, at) -> flow.writePostNatCommunityId(id, datagram, at));
            }
        };
    }

    /** The originator is the source: conntrack knows which of the two was first. RFC 5103 §6.3 */
    static Field<Uniflow> biflowDirection() {
        return Field.u8(biflowDirection, flow -> 1);
    }

    /** Whose records, which option records tell of, this one was chosen by. */
    Field<Uniflow> sampler() {
        return Field.u8(samplerId, flow -> FlowSampling.ID);
    }

    // What Cisco ASA calls its connection's id has four octets.
    private Field<Uniflow> flowId() {
        return config.fields().profile() == FieldProfile.NSEL
                ? Field.integer(flowId, Integer.BYTES, Uniflow::id)
                : Field.u64(flowId, Uniflow::flowId);
    }

    /** Made for those who want it, and used on one event loop only. */
    private CommunityId communityIds() {
        CommunityId ids = communityIds;
        if (ids == null) {
            ids = communityIds = new CommunityId();
        }
        return ids;
    }

    private InformationElement own(NursElement element) {
        return element.in(protocol, config.enterpriseNumber());
    }

    /** NetFlow v9 has no values of their own length. */
    private Field<Uniflow> string(NursElement element, int bytes, Function<Uniflow, String> value) {
        return protocol == FlowProtocol.IPFIX
                ? Field.string(own(element), value)
                : Field.string(own(element), bytes, value);
    }
}
