package io.nurs.appliance.filter;

import static io.nurs.flow.IanaElements.*;

import io.nurs.appliance.filter.AddressField.Families;
import io.nurs.appliance.filter.NumberField.Value;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.flow.InformationElement;
import io.nurs.netlink.conntrack.TupleView;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The dictionary from IANA's elements, and from words of our own where IANA has none or two, to what conntrack tells of a
 * conversation, as its originator sees it.
 */
final class FlowFields {
    private static final long U8 = 0xff;
    private static final long U16 = 0xffff;
    private static final long U32 = 0xffff_ffffL;
    /** IANA's counters have 64 bits, of which the kernel's never use the first; one less, so that it can be counted beyond. */
    private static final long U63 = Long.MAX_VALUE - 1;

    private static final long NANOS_PER_MILLI = 1_000_000;
    static final FieldDictionary<ConntrackFlow> ALL = new FieldDictionary<>("conntrack knows", "mark has bits");

    // flowEndReason(136), RFC 5102 §5.11.3
    private static final Map<String, Long> END_REASONS = FieldDictionary.words(
            "idleTimeout", 1, "activeTimeout", 2, "endOfFlow", 3, "forcedEnd", 4, "lackOfResources", 5);

    private static final Map<String, Long> DIRECTIONS = FieldDictionary.words("ingress", 0, "egress", 1);

    /** Only a mark-interfaces filter knows them. */
    private static final Set<String> FROM_MARKS =
            Set.of(ingressInterface.name(), egressInterface.name(), flowDirection.name());

    static {
        Value<ConntrackFlow> protocol = flow -> flow.original().protocol();
        add(number(protocolIdentifier, "protocol", U8, protocol).withWords(FieldDictionary.PROTOCOLS));
        add(NumberField.of("protocol", "protocol", U8, protocol).withWords(FieldDictionary.PROTOCOLS));
        addAddresses();
        addPorts();
        addIcmp();
        add(number(octetDeltaCount, "number", U63, flow -> flow.originalBytes() + flow.replyBytes()));
        add(number(packetDeltaCount, "number", U63, flow -> flow.originalPackets() + flow.replyPackets()));
        add(number(
                flowDurationMilliseconds,
                "number",
                U63,
                flow -> flow.endNanos() / NANOS_PER_MILLI - flow.startNanos() / NANOS_PER_MILLI));
        add(number(flowEndReason, "reason", U8, ConntrackFlow::endReason).withWords(END_REASONS));
        add(number(ipVersion, "version", U8, flow -> flow.original().isIpv6() ? 6 : 4));
        add(number(ingressInterface, "interface", U32, flow -> Integer.toUnsignedLong(flow.ingressInterface())));
        add(number(egressInterface, "interface", U32, flow -> Integer.toUnsignedLong(flow.egressInterface())));
        add(number(flowDirection, "direction", U8, ConntrackFlow::direction).withWords(DIRECTIONS));
        add(NumberField.<ConntrackFlow>of("mark", "mark", U32, flow -> Integer.toUnsignedLong(flow.mark()))
                .withBits());
        add(NumberField.of("zone", "zone", U16, FlowFields::zone));
    }

    private FlowFields() {}

    /** Whether a field of this name is one that only a mark-interfaces filter knows. */
    static boolean isFromMarks(String name) {
        return FROM_MARKS.contains(name);
    }

    private static void addAddresses() {
        address(sourceIPv4Address.name(), Families.IPV4, Side.SOURCE);
        address(sourceIPv6Address.name(), Families.IPV6, Side.SOURCE);
        address("sourceAddress", Families.BOTH, Side.SOURCE);
        address(destinationIPv4Address.name(), Families.IPV4, Side.DESTINATION);
        address(destinationIPv6Address.name(), Families.IPV6, Side.DESTINATION);
        address("destinationAddress", Families.BOTH, Side.DESTINATION);
        address("address", Families.BOTH, Side.SOURCE, Side.DESTINATION);
        address(postNATSourceIPv4Address.name(), Families.IPV4, Side.POST_NAT_SOURCE);
        address(postNATSourceIPv6Address.name(), Families.IPV6, Side.POST_NAT_SOURCE);
        address("postNATSourceAddress", Families.BOTH, Side.POST_NAT_SOURCE);
        address(postNATDestinationIPv4Address.name(), Families.IPV4, Side.POST_NAT_DESTINATION);
        address(postNATDestinationIPv6Address.name(), Families.IPV6, Side.POST_NAT_DESTINATION);
        address("postNATDestinationAddress", Families.BOTH, Side.POST_NAT_DESTINATION);
    }

    private static void addPorts() {
        Value<ConntrackFlow> source = flow -> sourcePort(flow.original());
        Value<ConntrackFlow> destination = flow -> destinationPort(flow.original());
        add(number(sourceTransportPort, "port", U16, source));
        add(number(destinationTransportPort, "port", U16, destination));
        add(NumberField.of("port", "port", U16, source, destination));
        // The answer's tuple, which is the other way round.
        add(number(postNAPTSourceTransportPort, "port", U16, flow -> destinationPort(flow.reply())));
        add(number(postNAPTDestinationTransportPort, "port", U16, flow -> sourcePort(flow.reply())));
    }

    private static void addIcmp() {
        Value<ConntrackFlow> type4 =
                flow -> isIcmp4(flow.original()) ? flow.original().icmpType() : NumberField.ABSENT;
        Value<ConntrackFlow> code4 =
                flow -> isIcmp4(flow.original()) ? flow.original().icmpCode() : NumberField.ABSENT;
        Value<ConntrackFlow> type6 =
                flow -> isIcmp6(flow.original()) ? flow.original().icmpType() : NumberField.ABSENT;
        Value<ConntrackFlow> code6 =
                flow -> isIcmp6(flow.original()) ? flow.original().icmpCode() : NumberField.ABSENT;
        add(number(icmpTypeIPv4, "type", U8, type4));
        add(number(icmpCodeIPv4, "code", U8, code4));
        add(number(icmpTypeIPv6, "type", U8, type6));
        add(number(icmpCodeIPv6, "code", U8, code6));
    }

    private static int sourcePort(TupleView tuple) {
        return tuple.hasPorts() ? tuple.sourcePort() : (int) NumberField.ABSENT;
    }

    private static int destinationPort(TupleView tuple) {
        return tuple.hasPorts() ? tuple.destinationPort() : (int) NumberField.ABSENT;
    }

    private static boolean isIcmp4(TupleView tuple) {
        return tuple.protocol() == FieldDictionary.ICMP && !tuple.isIpv6();
    }

    private static boolean isIcmp6(TupleView tuple) {
        return tuple.protocol() == FieldDictionary.ICMPV6 && tuple.isIpv6();
    }

    /** A conntrack zone has one number, for both directions or for one. */
    private static long zone(ConntrackFlow flow) {
        return TupleView.zone(flow.zone(), flow.original(), flow.reply());
    }

    private static NumberField<ConntrackFlow> number(
            InformationElement element, String noun, long max, Value<ConntrackFlow> value) {
        return NumberField.of(element.name(), noun, max, value);
    }

    /** Which of the flow's addresses; the tuple behind NAT is the answer's, and so the other way round. */
    private enum Side implements AddressField.Side<ConntrackFlow> {
        SOURCE(false, true),
        DESTINATION(false, false),
        POST_NAT_SOURCE(true, false),
        POST_NAT_DESTINATION(true, true);

        private final boolean reply;
        private final boolean first;

        Side(boolean reply, boolean first) {
            this.reply = reply;
            this.first = first;
        }

        private TupleView tuple(ConntrackFlow flow) {
            return reply ? flow.reply() : flow.original();
        }

        @Override
        public boolean isIpv6(ConntrackFlow flow) {
            return tuple(flow).isIpv6();
        }

        @Override
        public boolean isIpv4(ConntrackFlow flow) {
            return !tuple(flow).isIpv6();
        }

        @Override
        public long high(ConntrackFlow flow) {
            return first ? tuple(flow).sourceHigh() : tuple(flow).destinationHigh();
        }

        @Override
        public long low(ConntrackFlow flow) {
            return first ? tuple(flow).sourceLow() : tuple(flow).destinationLow();
        }
    }

    private static void address(String name, Families families, Side... sides) {
        ALL.add(new AddressField<>(name, families, List.of(sides)));
    }

    private static void add(ExpressionField<ConntrackFlow, ?> field) {
        ALL.add(field);
    }
}
