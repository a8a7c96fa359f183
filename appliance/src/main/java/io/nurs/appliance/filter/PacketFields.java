package io.nurs.appliance.filter;

import static io.nurs.flow.IanaElements.*;

import io.nurs.appliance.filter.AddressField.Families;
import io.nurs.appliance.filter.NumberField.Value;
import io.nurs.netlink.packet.PacketField;
import io.nurs.netlink.packet.PacketHeaders;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/** The dictionary from IANA's elements, and from shorter words, to what a packet's headers say and the kernel tells of it. */
final class PacketFields {
    private static final long U6 = 0x3f;
    private static final long U8 = 0xff;
    private static final long U12 = 0xfff;
    private static final long U16 = 0xffff;
    private static final long U32 = 0xffff_ffffL;

    static final FieldDictionary<PacketView> ALL =
            new FieldDictionary<>("packets have", "mark, tcpControlBits and tcpFlags have bits");

    // RFC 9293, RFC 3168
    private static final Map<String, Long> TCP_FLAGS =
            FieldDictionary.words("fin", 1, "syn", 2, "rst", 4, "psh", 8, "ack", 16, "urg", 32, "ece", 64, "cwr", 128);

    // linux/netfilter.h
    private static final Map<String, Long> HOOKS =
            FieldDictionary.words("prerouting", 0, "input", 1, "forward", 2, "output", 3, "postrouting", 4);

    static {
        Value<PacketView> protocol =
                packet -> packet.headers().hasProtocol() ? packet.headers().protocol() : NumberField.ABSENT;
        both(
                protocolIdentifier.name(),
                "protocol",
                NumberField.of("", "protocol", U8, protocol).withWords(FieldDictionary.PROTOCOLS));
        addAddresses();
        addPorts();
        header(icmpTypeIPv4.name(), "type", U8, PacketField.ICMP_TYPE);
        header(icmpCodeIPv4.name(), "code", U8, PacketField.ICMP_CODE);
        header(icmpTypeIPv6.name(), "type", U8, PacketField.ICMPV6_TYPE);
        header(icmpCodeIPv6.name(), "code", U8, PacketField.ICMPV6_CODE);
        Value<PacketView> flags = either(PacketField.TCP_FLAGS, PacketField.TCP_FLAGS);
        both(
                tcpControlBits.name(),
                "tcpFlags",
                NumberField.of("", "number", U12, flags).withWords(TCP_FLAGS).withBits());
        add(NumberField.of(ipVersion.name(), "version", U8, PacketFields::version));
        both(
                ipTTL.name(),
                "ttl",
                NumberField.of("", "number", U8, either(PacketField.IPV4_TTL, PacketField.IPV6_HOP_LIMIT)));
        both(ipDiffServCodePoint.name(), "dscp", NumberField.of("", "code point", U6, PacketFields::dscp));
        both(ipTotalLength.name(), "length", NumberField.of("", "number", U32, PacketFields::length));
        header(flowLabelIPv6.name(), "label", 0xf_ffff, PacketField.IPV6_FLOW_LABEL);
        add(NumberField.of("fragmented", "number", 1, packet -> packet.headers().isFragment() ? 1 : 0));
        addKernels();
    }

    private PacketFields() {}

    private static void addAddresses() {
        Source source = new Source();
        Destination destination = new Destination();
        address(sourceIPv4Address.name(), Families.IPV4, List.of(source));
        address(sourceIPv6Address.name(), Families.IPV6, List.of(source));
        address("sourceAddress", Families.BOTH, List.of(source));
        address(destinationIPv4Address.name(), Families.IPV4, List.of(destination));
        address(destinationIPv6Address.name(), Families.IPV6, List.of(destination));
        address("destinationAddress", Families.BOTH, List.of(destination));
        address("address", Families.BOTH, List.of(source, destination));
    }

    private static void addPorts() {
        Value<PacketView> source = either(PacketField.SOURCE_PORT, PacketField.SOURCE_PORT);
        Value<PacketView> destination = either(PacketField.DESTINATION_PORT, PacketField.DESTINATION_PORT);
        add(NumberField.of(sourceTransportPort.name(), "port", U16, source));
        add(NumberField.of(destinationTransportPort.name(), "port", U16, destination));
        add(NumberField.of("port", "port", U16, source, destination));
    }

    /** What stands in no header. */
    private static void addKernels() {
        add(NumberField.<PacketView>of(
                        "mark", "mark", U32, packet -> unsigned(packet.message().mark()))
                .withBits());
        kernel(ingressInterface.name(), packet -> packet.message().inputInterface());
        kernel(egressInterface.name(), packet -> packet.message().outputInterface());
        kernel(ingressPhysicalInterface.name(), packet -> packet.message().physicalInputInterface());
        kernel(egressPhysicalInterface.name(), packet -> packet.message().physicalOutputInterface());
        add(NumberField.<PacketView>of(
                        "hook", "hook", U8, packet -> packet.message().hook())
                .withWords(HOOKS));
        add(NumberField.of(
                "uid",
                "user's number",
                U32,
                packet -> packet.message().hasUid() ? unsigned(packet.message().uid()) : NumberField.ABSENT));
        add(NumberField.of(
                "gid",
                "group's number",
                U32,
                packet -> packet.message().hasUid() ? unsigned(packet.message().gid()) : NumberField.ABSENT));
    }

    private static long unsigned(int number) {
        return Integer.toUnsignedLong(number);
    }

    /** 0 where there is none. */
    private static void kernel(String name, ToIntFunction<PacketView> index) {
        add(NumberField.of(name, "interface", U32, packet -> unsigned(index.applyAsInt(packet))));
    }

    private static void header(String name, String noun, long max, PacketField field) {
        add(NumberField.of(name, noun, max, either(field, field)));
    }

    /** The first of two that is there. */
    private static Value<PacketView> either(PacketField one, PacketField other) {
        return packet -> {
            PacketHeaders headers = packet.headers();
            PacketField there = headers.has(one) ? one : other;
            return headers.has(there) ? headers.value(there) : NumberField.ABSENT;
        };
    }

    private static long version(PacketView packet) {
        return packet.headers().isIpv6() ? 6 : packet.headers().isIpv4() ? 4 : NumberField.ABSENT;
    }

    private static long dscp(PacketView packet) {
        PacketHeaders headers = packet.headers();
        PacketField field = headers.isIpv6() ? PacketField.IPV6_TRAFFIC_CLASS : PacketField.IPV4_TYPE_OF_SERVICE;
        return headers.has(field) ? headers.value(field) >>> 2 : NumberField.ABSENT;
    }

    /** Header included; of a packet that is to be cut up later, all of it. */
    private static long length(PacketView packet) {
        PacketHeaders headers = packet.headers();
        if (headers.has(PacketField.IPV4_TOTAL_LENGTH)) {
            return headers.value(PacketField.IPV4_TOTAL_LENGTH);
        }
        return headers.has(PacketField.IPV6_PAYLOAD_LENGTH)
                ? headers.value(PacketField.IPV6_PAYLOAD_LENGTH) + 40
                : NumberField.ABSENT;
    }

    private static final class Source implements AddressField.Side<PacketView> {
        @Override
        public boolean isIpv6(PacketView packet) {
            return packet.headers().isIpv6() && packet.headers().hasSource();
        }

        @Override
        public boolean isIpv4(PacketView packet) {
            return packet.headers().isIpv4() && packet.headers().hasSource();
        }

        @Override
        public long high(PacketView packet) {
            return packet.headers().sourceHigh();
        }

        @Override
        public long low(PacketView packet) {
            return packet.headers().sourceLow();
        }
    }

    private static final class Destination implements AddressField.Side<PacketView> {
        @Override
        public boolean isIpv6(PacketView packet) {
            return packet.headers().isIpv6() && packet.headers().hasDestination();
        }

        @Override
        public boolean isIpv4(PacketView packet) {
            return packet.headers().isIpv4() && packet.headers().hasDestination();
        }

        @Override
        public long high(PacketView packet) {
            return packet.headers().destinationHigh();
        }

        @Override
        public long low(PacketView packet) {
            return packet.headers().destinationLow();
        }
    }

    private static void address(String name, Families families, List<AddressField.Side<PacketView>> sides) {
        add(new AddressField<>(name, families, sides));
    }

    /** Under IANA's name and a shorter one. */
    private static void both(String name, String shorter, NumberField<PacketView> field) {
        add(field.named(name));
        add(field.named(shorter));
    }

    private static void add(ExpressionField<PacketView, ?> field) {
        ALL.add(field);
    }
}
