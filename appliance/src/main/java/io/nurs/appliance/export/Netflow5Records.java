package io.nurs.appliance.export;

import static io.nurs.flow.IanaElements.*;

import io.nurs.appliance.config.InterfaceNumbers;
import io.nurs.flow.Field;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.InformationElement;
import io.nurs.flow.SystemUptime;
import io.nurs.flow.Template;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a collector of NetFlow v5 is sent of one direction of an IPv4 flow: a record, or several if it counted more than 32 bits
 * can say. The sums of the parts are what was counted.
 */
final class Netflow5Records {
    private static final long MAX_COUNT = 0xffff_ffffL;
    private static final int MAX_INTERFACE = 0xffff;

    private final SystemUptime uptime;
    private final @Nullable InterfaceNumbers numbers;
    private final Template<Uniflow> template;
    private @Nullable FlowRecord<Uniflow> record;
    private long packets;
    private long octets;

    /** @param numbers of flows whose interfaces no filter knows, or null */
    Netflow5Records(SystemUptime uptime, @Nullable InterfaceNumbers numbers) {
        this.uptime = uptime;
        this.numbers = numbers;
        this.template = new Template<>(Template.MIN_ID, fields());
    }

    Template<Uniflow> template() {
        return template;
    }

    /** Version 5 has no room for IPv6 addresses. */
    static boolean isSendable(Uniflow flow) {
        return !flow.isIpv6();
    }

    void write(Uniflow flow, Consumer<FlowRecord<Uniflow>> to) {
        long parts = Math.max(parts(flow.packets()), parts(flow.octets()));
        for (long part = 0; part < parts; part++) {
            packets = share(flow.packets(), parts, part);
            octets = share(flow.octets(), parts, part);
            to.accept(record(flow));
        }
    }

    private static long parts(long count) {
        return Math.max(1, Math.ceilDiv(count, MAX_COUNT));
    }

    /** As even as can be: a record with octets and no packets would look wrong. */
    private static long share(long count, long parts, long part) {
        return count / parts + (part < count % parts ? 1 : 0);
    }

    private FlowRecord<Uniflow> record(Uniflow flow) {
        FlowRecord<Uniflow> borrowed = record;
        if (borrowed == null) {
            borrowed = record = FlowRecord.of(template, flow);
        }
        return borrowed.set(template, flow);
    }

    /** Packets of the record that was written last. */
    long packets() {
        return packets;
    }

    /** Octets of the record that was written last. */
    long octets() {
        return octets;
    }

    /** In the order of the wire. Conntrack knows neither next hop, TCP flags, type of service, autonomous systems nor prefixes. */
    private List<Field<Uniflow>> fields() {
        return List.of(
                Field.octets(sourceIPv4Address, Uniflow::copySource),
                Field.octets(destinationIPv4Address, Uniflow::copyDestination),
                zero(ipNextHopIPv4Address, 4),
                Field.u16(ingressInterface, flow -> interfaceNumber(flow.ingressInterface(numbers))),
                Field.u16(egressInterface, flow -> interfaceNumber(flow.egressInterface(numbers))),
                Field.u32(packetDeltaCount, flow -> packets),
                Field.u32(octetDeltaCount, flow -> octets),
                Field.u32(flowStartSysUpTime, flow -> uptime.at(flow.startMillis())),
                Field.u32(flowEndSysUpTime, flow -> uptime.at(flow.endMillis())),
                Field.u16(sourceTransportPort, Uniflow::sourcePort),
                Field.u16(
                        destinationTransportPort, flow -> flow.isIcmp() ? flow.icmpTypeCode() : flow.destinationPort()),
                zero(paddingOctets, 1),
                zero(tcpControlBits, 1),
                Field.u8(protocolIdentifier, Uniflow::protocol),
                zero(ipClassOfService, 1),
                zero(bgpSourceAsNumber, 2),
                zero(bgpDestinationAsNumber, 2),
                zero(sourceIPv4PrefixLength, 1),
                zero(destinationIPv4PrefixLength, 1),
                zero(paddingOctets, 2));
    }

    private static Field<Uniflow> zero(InformationElement element, int length) {
        return Field.octets(element, length, (flow, datagram, at) -> fillZero(datagram, at, length));
    }

    private static void fillZero(MemorySegment datagram, long at, int length) {
        for (int i = 0; i < length; i++) {
            datagram.set(ValueLayout.JAVA_BYTE, at + i, (byte) 0);
        }
    }

    /** 0 is unknown, which is better than the lower half of another number. */
    private static int interfaceNumber(int number) {
        return Integer.compareUnsigned(number, MAX_INTERFACE) > 0 ? 0 : number;
    }
}
