package io.nurs.appliance.export;

import static io.nurs.appliance.export.NursElement.*;
import static io.nurs.flow.IanaElements.*;

import io.nurs.appliance.source.ObservedPacket;
import io.nurs.flow.BigEndian;
import io.nurs.flow.Field;
import io.nurs.flow.InformationElement;
import io.nurs.flow.Template;
import io.nurs.netlink.packet.PacketField;
import io.nurs.netlink.packet.PacketHeaders;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The dictionary of packets: a record tells of one, by its headers, as RFC 5476 has it. There is a template for each kind of headers,
 * and what a packet lacks beyond that is 0 in it. Nothing in it counts: see decision 0012.
 */
final class PacketTemplates {
    /** After those of {@link CounterTemplates}. */
    private static final int FIRST_ID = 620;

    /** Of NetFlow v9; iptables takes no longer ones, nft 127 octets. */
    private static final int PREFIX_BYTES = 64;

    /** IFNAMSIZ */
    private static final int NAME_BYTES = 16;

    private static final int MAC_BYTES = 6;

    // What stands behind the headers of IP: places in the two arrays.
    private static final int TCP = 0;
    private static final int PORTS = 1;
    private static final int ICMP = 2;
    private static final int NOTHING = 3;
    private static final int KINDS = 4;

    private final ObservationFields own;
    private final boolean named;
    private final Template<ObservedPacket>[] ipv4;
    private final Template<ObservedPacket>[] ipv6;
    private final Template<ObservedPacket> other;

    /** @param named whether records have the names of interfaces beside their numbers: where no options tell them */
    PacketTemplates(ObservationFields own, boolean named) {
        this.own = own;
        this.named = named;
        this.ipv4 = family(FIRST_ID, false);
        this.ipv6 = family(FIRST_ID + KINDS, true);
        this.other = own.template(
                FIRST_ID + 2 * KINDS,
                joined(
                        time(),
                        List.of(Field.u16(
                                ethernetType, packet -> packet.message().protocol())),
                        around()));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private Template<ObservedPacket>[] family(int firstId, boolean v6) {
        Template<ObservedPacket>[] templates = new Template[KINDS];
        for (int behind = 0; behind < KINDS; behind++) {
            templates[behind] = own.template(
                    firstId + behind, joined(time(), v6 ? ipv6() : ipv4(), ip(v6), behind(behind, v6), around()));
        }
        return templates;
    }

    private static Field<ObservedPacket> u8(InformationElement element, PacketField field) {
        return Field.u8(element, packet -> (int) packet.headers().value(field));
    }

    private static Field<ObservedPacket> u16(InformationElement element, PacketField field) {
        return Field.u16(element, packet -> (int) packet.headers().value(field));
    }

    private static Field<ObservedPacket> u32(InformationElement element, PacketField field) {
        return Field.u32(element, packet -> packet.headers().value(field));
    }

    /** NetFlow v9's collectors do not read NTP's format. */
    private List<Field<ObservedPacket>> time() {
        return List.of(
                own.isIpfix()
                        ? Field.ntpTime(observationTimeMicroseconds, ObservedPacket::timeNanos)
                        : Field.u64(observationTimeMilliseconds, packet -> packet.timeNanos() / 1_000_000));
    }

    private static List<Field<ObservedPacket>> ipv4() {
        return List.of(
                Field.u32(sourceIPv4Address, packet -> packet.headers().sourceLow()),
                Field.u32(destinationIPv4Address, packet -> packet.headers().destinationLow()));
    }

    private List<Field<ObservedPacket>> ipv6() {
        return List.of(
                Field.octets(sourceIPv6Address, (packet, to, at) -> {
                    PacketHeaders headers = packet.headers();
                    putAddress(headers.sourceHigh(), headers.sourceLow(), to, at);
                }),
                Field.octets(destinationIPv6Address, (packet, to, at) -> {
                    PacketHeaders headers = packet.headers();
                    putAddress(headers.destinationHigh(), headers.destinationLow(), to, at);
                }),
                // RFC 3954 §8 has three octets.
                own.isIpfix()
                        ? u32(flowLabelIPv6, PacketField.IPV6_FLOW_LABEL)
                        : Field.integer(
                                flowLabelIPv6, 3, packet -> packet.headers().value(PacketField.IPV6_FLOW_LABEL)));
    }

    private static void putAddress(long high, long low, MemorySegment to, long at) {
        BigEndian.putU64(to, at, high);
        BigEndian.putU64(to, at + Long.BYTES, low);
    }

    private List<Field<ObservedPacket>> ip(boolean v6) {
        return joined(
                List.of(
                        Field.u64(ipTotalLength, ObservedPacket::packetLength),
                        u8(ipClassOfService, v6 ? PacketField.IPV6_TRAFFIC_CLASS : PacketField.IPV4_TYPE_OF_SERVICE),
                        u8(ipTTL, v6 ? PacketField.IPV6_HOP_LIMIT : PacketField.IPV4_TTL)),
                identification(v6),
                fragment(v6));
    }

    /** NetFlow v9 has IPv4's two octets alone: RFC 3954 §8. */
    private List<Field<ObservedPacket>> identification(boolean v6) {
        if (own.isIpfix()) {
            return List.of(u32(
                    fragmentIdentification,
                    v6 ? PacketField.IPV6_FRAGMENT_IDENTIFICATION : PacketField.IPV4_IDENTIFICATION));
        }
        return v6 ? List.of() : List.of(u16(fragmentIdentification, PacketField.IPV4_IDENTIFICATION));
    }

    private static List<Field<ObservedPacket>> fragment(boolean v6) {
        return List.of(
                Field.u8(fragmentFlags, packet -> fragmentFlags(packet.headers())),
                u16(fragmentOffset, v6 ? PacketField.IPV6_FRAGMENT_OFFSET : PacketField.IPV4_FRAGMENT_OFFSET),
                Field.u8(protocolIdentifier, packet -> packet.headers().protocol()));
    }

    /** As in the header: bit 1 (0x40) is DF, bit 2 (0x20) MF. */
    private static int fragmentFlags(PacketHeaders headers) {
        return (int) (headers.value(PacketField.IPV4_DONT_FRAGMENT) << 6
                | (headers.value(PacketField.IPV4_MORE_FRAGMENTS) | headers.value(PacketField.IPV6_MORE_FRAGMENTS))
                        << 5);
    }

    private List<Field<ObservedPacket>> behind(int behind, boolean v6) {
        return switch (behind) {
            case TCP ->
                joined(
                        ports(),
                        List.of(
                                u32(tcpSequenceNumber, PacketField.TCP_SEQUENCE),
                                u32(tcpAcknowledgementNumber, PacketField.TCP_ACKNOWLEDGEMENT),
                                tcpControlBits(own, packet -> packet.headers().value(PacketField.TCP_FLAGS)),
                                u16(tcpWindowSize, PacketField.TCP_WINDOW),
                                u16(tcpUrgentPointer, PacketField.TCP_URGENT_POINTER)));
            case PORTS -> joined(ports(), List.of(u16(udpMessageLength, PacketField.UDP_LENGTH)));
            case ICMP -> icmp(v6);
            default -> List.of();
        };
    }

    /** One octet in NetFlow v9, where RFC 3954 §8 has no room for the flags above. */
    static <S> Field<S> tcpControlBits(ObservationFields own, ToLongFunction<S> flags) {
        return own.isIpfix()
                ? Field.u16(tcpControlBits, source -> (int) flags.applyAsLong(source))
                : Field.u8(tcpControlBits, source -> (int) flags.applyAsLong(source) & 0xff);
    }

    private static List<Field<ObservedPacket>> ports() {
        return List.of(
                u16(sourceTransportPort, PacketField.SOURCE_PORT),
                u16(destinationTransportPort, PacketField.DESTINATION_PORT));
    }

    /** Collectors of NetFlow v9 know the two in one. */
    private List<Field<ObservedPacket>> icmp(boolean v6) {
        PacketField type = v6 ? PacketField.ICMPV6_TYPE : PacketField.ICMP_TYPE;
        PacketField code = v6 ? PacketField.ICMPV6_CODE : PacketField.ICMP_CODE;
        if (own.isIpfix()) {
            return List.of(u8(v6 ? icmpTypeIPv6 : icmpTypeIPv4, type), u8(v6 ? icmpCodeIPv6 : icmpCodeIPv4, code));
        }
        return List.of(Field.u16(v6 ? icmpTypeCodeIPv6 : icmpTypeCodeIPv4, packet ->
                (int) (packet.headers().value(type) << 8 | packet.headers().value(code))));
    }

    /** What the kernel tells of the packet, whatever it is. */
    private List<Field<ObservedPacket>> around() {
        return joined(interfaces(own, named), link(), selection(), netfilter(own), own.namespace(), prefix(own));
    }

    static List<Field<ObservedPacket>> interfaces(ObservationFields own, boolean named) {
        List<Field<ObservedPacket>> fields = new ArrayList<>(List.of(
                Field.u32(ingressInterface, packet -> packet.message().inputInterface()),
                Field.u32(egressInterface, packet -> packet.message().outputInterface()),
                Field.u32(ingressPhysicalInterface, packet -> packet.message().physicalInputInterface()),
                Field.u32(egressPhysicalInterface, packet -> packet.message().physicalOutputInterface()),
                Field.u8(flowDirection, packet -> packet.isOutbound() ? 1 : 0)));
        if (named) {
            fields.add(own.string(
                    ingressInterfaceName,
                    NAME_BYTES,
                    packet -> packet.interfaceName(packet.message().inputInterface())));
            fields.add(own.string(
                    egressInterfaceName,
                    NAME_BYTES,
                    packet -> packet.interfaceName(packet.message().outputInterface())));
            fields.add(own.string(
                    ingressPhysicalInterfaceName,
                    NAME_BYTES,
                    packet -> packet.interfaceName(packet.message().physicalInputInterface())));
            fields.add(own.string(
                    egressPhysicalInterfaceName,
                    NAME_BYTES,
                    packet -> packet.interfaceName(packet.message().physicalOutputInterface())));
        }
        return fields;
    }

    private static List<Field<ObservedPacket>> link() {
        return List.of(
                Field.octets(sourceMacAddress, MAC_BYTES, (packet, to, at) -> putMac(packet.sourceMac(), to, at)),
                Field.octets(
                        destinationMacAddress, MAC_BYTES, (packet, to, at) -> putMac(packet.destinationMac(), to, at)),
                Field.u16(dot1qVlanId, packet -> packet.vlanTci() & 0xfff),
                Field.u8(dot1qPriority, packet -> packet.vlanTci() >>> 13));
    }

    private static void putMac(long address, MemorySegment to, long at) {
        BigEndian.putU16(to, at, (int) (address >>> 32));
        BigEndian.putU32(to, at + 2, address);
    }

    /** RFC 5477 §8.1: by which way of selecting packets it was found, which a group or a queue is. */
    static List<Field<ObservedPacket>> selection() {
        return List.of(Field.u64(selectionSequenceId, ObservedPacket::number));
    }

    private static List<Field<ObservedPacket>> netfilter(ObservationFields own) {
        List<Field<ObservedPacket>> fields = new ArrayList<>(List.of(
                own.number(packetSequence, ObservedPacket::sequence),
                own.number(packetGlobalSequence, ObservedPacket::globalSequence),
                own.number(packetMark, packet -> packet.message().mark()),
                own.number(packetUid, ObservedPacket::uid),
                own.number(packetGid, ObservedPacket::gid),
                own.number(packetFamily, packet -> packet.message().family()),
                own.number(packetHook, packet -> packet.message().hook()),
                own.number(packetVerdict, ObservedPacket::verdict),
                own.number(packetConntrackInfo, ObservedPacket::conntrackInfo),
                own.number(ctId, ObservedPacket::conntrackId)));
        fields.addAll(own.numberOfOurs(ctMark, ObservedPacket::conntrackMark));
        return fields;
    }

    static List<Field<ObservedPacket>> prefix(ObservationFields own) {
        return List.of(own.text(
                packetPrefix,
                PREFIX_BYTES,
                packet -> packet.prefix().length(),
                (packet, to, at) -> packet.prefix().write(to, at),
                (packet, to, at) -> packet.prefix().writePadded(to, at, PREFIX_BYTES)));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    static List<Field<ObservedPacket>> joined(List<Field<ObservedPacket>>... parts) {
        return List.of(parts).stream().flatMap(List::stream).toList();
    }

    /** Those of packets with a protocol that most have. */
    List<Template<ObservedPacket>> usual() {
        return List.of(ipv4[TCP], ipv4[PORTS], ipv4[ICMP], ipv6[TCP], ipv6[PORTS], ipv6[ICMP]);
    }

    List<Template<ObservedPacket>> all() {
        List<Template<ObservedPacket>> all = new ArrayList<>(List.of(ipv4));
        all.addAll(List.of(ipv6));
        all.add(other);
        return all;
    }

    /** One that was cut before its addresses end is one of the others. */
    Template<ObservedPacket> of(ObservedPacket packet) {
        PacketHeaders headers = packet.headers();
        if (!headers.hasDestination()) {
            return other;
        }
        return (headers.isIpv6() ? ipv6 : ipv4)[behind(headers)];
    }

    private static int behind(PacketHeaders headers) {
        if (headers.hasPorts()) {
            return headers.protocol() == PacketHeaders.TCP ? TCP : PORTS;
        }
        return headers.has(PacketField.ICMP_CODE) || headers.has(PacketField.ICMPV6_CODE) ? ICMP : NOTHING;
    }
}
