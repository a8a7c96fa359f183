package io.nurs.netflow9;

import io.nurs.flow.Field;
import io.nurs.flow.FieldWriter;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import io.nurs.flow.SystemUptime;
import io.nurs.flow.Template;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * A source of records as simple as can be, and three templates that read it; their records need 2, 2 and 1 octets of
 * padding.
 */
record TestFlow(
        MemorySegment source,
        MemorySegment destination,
        int sourcePort,
        int destinationPort,
        int protocol,
        int direction,
        int in,
        int out,
        long octets,
        long packets,
        long startMillis,
        long endMillis) {
    static final SystemUptime UPTIME = new SystemUptime(1_700_000_000_500L);

    static final Template<TestFlow> IPV4 = transport(
            256,
            octets4(IanaElements.sourceIPv4Address, TestFlow::source),
            octets4(IanaElements.destinationIPv4Address, TestFlow::destination));

    static final Template<TestFlow> IPV6 = transport(
            257,
            Field.octets(IanaElements.sourceIPv6Address, address(TestFlow::source)),
            Field.octets(IanaElements.destinationIPv6Address, address(TestFlow::destination)));

    static final Template<TestFlow> ICMP = Template.of(
            258,
            octets4(IanaElements.sourceIPv4Address, TestFlow::source),
            octets4(IanaElements.destinationIPv4Address, TestFlow::destination),
            Field.u8(IanaElements.protocolIdentifier, TestFlow::protocol),
            Field.u16(IanaElements.icmpTypeCodeIPv4, TestFlow::sourcePort),
            Field.u64(IanaElements.octetDeltaCount, TestFlow::octets),
            Field.u64(IanaElements.packetDeltaCount, TestFlow::packets));

    // The records of the golden datagrams.
    static final TestFlow REQUEST = new TestFlow(
            ip("192.0.2.10"),
            ip("198.51.100.20"),
            40000,
            443,
            6,
            0,
            2,
            3,
            1_234_567,
            890,
            1_700_000_058_750L,
            1_700_000_060_100L);
    static final TestFlow REPLY = new TestFlow(
            ip("198.51.100.20"),
            ip("192.0.2.10"),
            443,
            40000,
            6,
            1,
            3,
            2,
            5_000_000_000L,
            3_400_000,
            1_700_000_058_750L,
            1_700_000_060_100L);
    static final TestFlow DNS = new TestFlow(
            ip("2001:db8::a"),
            ip("2001:db8:ffff::14"),
            5353,
            53,
            17,
            0,
            2,
            3,
            76,
            1,
            1_700_000_059_000L,
            1_700_000_059_000L);
    static final TestFlow PING = new TestFlow(ip("192.0.2.10"), ip("203.0.113.9"), 8 << 8, 0, 1, 0, 0, 0, 168, 2, 0, 0);
    static final TestFlow SYN = new TestFlow(
            ip("192.0.2.10"),
            ip("198.51.100.20"),
            40001,
            443,
            6,
            0,
            2,
            3,
            60,
            1,
            1_700_000_058_750L,
            1_700_000_060_100L);

    private interface Address {
        MemorySegment of(TestFlow flow);
    }

    private static FieldWriter<TestFlow> address(Address address) {
        return (flow, datagram, offset) -> {
            MemorySegment octets = address.of(flow);
            MemorySegment.copy(octets, 0, datagram, offset, octets.byteSize());
        };
    }

    private static Field<TestFlow> octets4(InformationElement element, Address address) {
        return Field.octets(element, address(address));
    }

    private static Template<TestFlow> transport(int id, Field<TestFlow> source, Field<TestFlow> destination) {
        return new Template<>(
                id,
                List.of(
                        source,
                        destination,
                        Field.u16(IanaElements.sourceTransportPort, TestFlow::sourcePort),
                        Field.u16(IanaElements.destinationTransportPort, TestFlow::destinationPort),
                        Field.u8(IanaElements.protocolIdentifier, TestFlow::protocol),
                        Field.u8(IanaElements.flowDirection, TestFlow::direction),
                        Field.u32(IanaElements.ingressInterface, TestFlow::in),
                        Field.u32(IanaElements.egressInterface, TestFlow::out),
                        Field.u64(IanaElements.octetDeltaCount, TestFlow::octets),
                        Field.u64(IanaElements.packetDeltaCount, TestFlow::packets),
                        Field.u32(IanaElements.flowStartSysUpTime, flow -> UPTIME.at(flow.startMillis())),
                        Field.u32(IanaElements.flowEndSysUpTime, flow -> UPTIME.at(flow.endMillis()))));
    }

    private static MemorySegment ip(String address) {
        try {
            return MemorySegment.ofArray(InetAddress.getByName(address).getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
