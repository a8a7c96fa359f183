package io.nurs.netflow5;

import static io.nurs.flow.IanaElements.*;

import io.nurs.flow.Field;
import io.nurs.flow.FieldWriter;
import io.nurs.flow.InformationElement;
import io.nurs.flow.SystemUptime;
import io.nurs.flow.Template;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** A flow between 192.0.2.10 and 198.51.100.20. */
record TestFlow(
        int protocol,
        int sourcePort,
        int destinationPort,
        int ingress,
        int egress,
        long packets,
        long octets,
        long startMillis,
        long endMillis) {
    static final SystemUptime UPTIME = new SystemUptime(1_700_000_000_500L);
    static final long NOW_MILLIS = 1_700_000_060_250L;

    static final TestFlow TCP =
            new TestFlow(6, 40_000, 443, 3, 65_535, 890, 1_234_567, 1_700_000_058_750L, 1_700_000_060_100L);
    static final TestFlow PING =
            new TestFlow(1, 0, 0x0800, 0, 0, 0xffff_ffffL, 0xffff_ffffL, 1_700_000_059_000L, 1_700_000_059_000L);

    private static final byte[] SOURCE = {(byte) 192, 0, 2, 10};
    private static final byte[] DESTINATION = {(byte) 198, 51, 100, 20};

    static final List<Field<TestFlow>> FIELDS = List.of(
            Field.octets(sourceIPv4Address, octets(SOURCE)),
            Field.octets(destinationIPv4Address, octets(DESTINATION)),
            zero(ipNextHopIPv4Address, 4),
            Field.u16(ingressInterface, TestFlow::ingress),
            Field.u16(egressInterface, TestFlow::egress),
            Field.u32(packetDeltaCount, TestFlow::packets),
            Field.u32(octetDeltaCount, TestFlow::octets),
            Field.u32(flowStartSysUpTime, flow -> UPTIME.at(flow.startMillis())),
            Field.u32(flowEndSysUpTime, flow -> UPTIME.at(flow.endMillis())),
            Field.u16(sourceTransportPort, TestFlow::sourcePort),
            Field.u16(destinationTransportPort, TestFlow::destinationPort),
            zero(paddingOctets, 1),
            zero(tcpControlBits, 1),
            Field.u8(protocolIdentifier, TestFlow::protocol),
            zero(ipClassOfService, 1),
            zero(bgpSourceAsNumber, 2),
            zero(bgpDestinationAsNumber, 2),
            zero(sourceIPv4PrefixLength, 1),
            zero(destinationIPv4PrefixLength, 1),
            zero(paddingOctets, 2));

    static final Template<TestFlow> TEMPLATE = new Template<>(256, FIELDS);

    private static Field<TestFlow> zero(InformationElement element, int length) {
        return Field.octets(element, length, octets(new byte[length]));
    }

    private static FieldWriter<TestFlow> octets(byte[] octets) {
        return (flow, datagram, at) ->
                MemorySegment.copy(octets, 0, datagram, ValueLayout.JAVA_BYTE, at, octets.length);
    }
}
