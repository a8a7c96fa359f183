package io.nurs.ipfix;

import static io.nurs.flow.IanaElements.*;

import io.nurs.flow.DataType;
import io.nurs.flow.Field;
import io.nurs.flow.FieldWriter;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import io.nurs.flow.OptionsSource;
import io.nurs.flow.Template;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A source of records as simple as can be, and templates with all that an IPFIX template may have. */
record TestFlow(
        MemorySegment source,
        MemorySegment destination,
        int sourcePort,
        int destinationPort,
        int protocol,
        long octets,
        long packets,
        long reverseOctets,
        long reversePackets,
        long startNanos) {
    /** The one of RFC 5612, for documentation. */
    static final int ENTERPRISE = 32473;

    static final InformationElement CT_MARK = new InformationElement(ENTERPRISE, 1, "nursCtMark", DataType.UNSIGNED32);
    static final InformationElement CT_HELPER = new InformationElement(ENTERPRISE, 3, "nursCtHelper", DataType.STRING);

    static final long START_MILLIS = 1_700_000_058_750L;
    static final long END_MILLIS = 1_700_000_060_100L;

    /** 62 octets a record, its template 60. */
    static final Template<TestFlow> BIFLOW = Template.of(
            256,
            Field.u64(flowStartMilliseconds, flow -> START_MILLIS),
            Field.u64(flowEndMilliseconds, flow -> END_MILLIS),
            Field.octets(sourceIPv4Address, address(TestFlow::source)),
            Field.octets(destinationIPv4Address, address(TestFlow::destination)),
            Field.u16(sourceTransportPort, TestFlow::sourcePort),
            Field.u16(destinationTransportPort, TestFlow::destinationPort),
            Field.u8(protocolIdentifier, TestFlow::protocol),
            Field.u8(biflowDirection, flow -> 1),
            Field.u64(octetDeltaCount, TestFlow::octets),
            Field.u64(packetDeltaCount, TestFlow::packets),
            Field.u64(octetDeltaCount.reverse(), TestFlow::reverseOctets),
            Field.u64(packetDeltaCount.reverse(), TestFlow::reversePackets));

    static final Template<TestFlow> PROTOCOL = Template.of(258, Field.u8(protocolIdentifier, TestFlow::protocol));

    // The records of the golden messages.
    static final TestFlow WEB =
            flow("192.0.2.10", "198.51.100.20", 40000, 443, 6, 1_234_567, 890, 5_000_000_000L, 3_400_000);
    static final TestFlow UNANSWERED = flow("192.0.2.10", "203.0.113.9", 40001, 53, 17, 76, 1, 0, 0);
    static final TestFlow DNS = flow("192.0.2.11", "203.0.113.9", 40002, 53, 17, 77, 1, 140, 1);
    static final TestFlow PING = flow("192.0.2.10", "203.0.113.9", 0, 0, 1, 0, 0, 0, 0);

    /** What has names: variable lengths, private elements, reduced sizes, times as NTP has them. */
    record Named(TestFlow flow, int in, String interfaceName, String interfaceDescription, long mark, String helper) {
        static final Template<Named> TEMPLATE = Template.of(
                257,
                Field.ntpTime(flowStartNanoseconds, named -> named.flow.startNanos),
                Field.ntpTime(flowStartMicroseconds, named -> named.flow.startNanos),
                Field.octets(sourceIPv6Address, address(named -> named.flow.source)),
                Field.octets(destinationIPv6Address, address(named -> named.flow.destination)),
                Field.integer(ingressInterface, 2, Named::in),
                Field.integer(octetDeltaCount, 5, named -> named.flow.octets),
                Field.string(IanaElements.interfaceName, Named::interfaceName),
                Field.variable(
                        IanaElements.interfaceDescription,
                        named -> octets(named.interfaceDescription).length,
                        (named, datagram, at) -> {
                            byte[] octets = octets(named.interfaceDescription);
                            MemorySegment.copy(MemorySegment.ofArray(octets), 0, datagram, at, octets.length);
                        }),
                Field.u32(CT_MARK, Named::mark),
                Field.string(CT_HELPER, Named::helper));

        static final Named OUTSIDE = new Named(
                flow6("2001:db8::a", 1L << 33, 1_700_000_059_123_456_789L), 2, "eth0", "Außenleitung", 7, "ftp");
        static final Named LONG =
                new Named(flow6("2001:db8::b", 76, 1_700_000_059_123_457_789L), 65535, "", "x".repeat(300), 0, "");
    }

    /** An interface's name, as an option. */
    record Interface(int index, String name) {
        static final Template<Interface> TEMPLATE = Template.options(
                300,
                List.of(Field.u32(ingressInterface, Interface::index)),
                List.of(Field.string(IanaElements.interfaceName, Interface::name)));
    }

    /** What the kernel lost, as an option. */
    record Losses(int domain, long packets) {
        static final Template<Losses> TEMPLATE = Template.options(
                301,
                List.of(Field.u32(observationDomainId, Losses::domain), Field.u32(meteringProcessId, losses -> 1)),
                List.of(
                        Field.u64(ignoredPacketTotalCount, Losses::packets),
                        Field.u64(systemInitTimeMilliseconds, losses -> 1_700_000_000_500L)));
    }

    static final OptionsSource OPTIONS = new OptionsSource() {
        private final FlowRecord<Interface> name = FlowRecord.of(Interface.TEMPLATE, new Interface(2, "eth0"));
        private final Interface eth0 = new Interface(2, "eth0");
        private final Interface wan = new Interface(3, "wan");
        private final FlowRecord<Losses> losses = FlowRecord.of(Losses.TEMPLATE, new Losses(42, 17));

        @Override
        public void writeTo(Sink sink) {
            sink.write(name.set(Interface.TEMPLATE, eth0));
            sink.write(name.set(Interface.TEMPLATE, wan));
            sink.write(losses);
        }
    };

    private interface Address<S> {
        MemorySegment of(S source);
    }

    private static <S> FieldWriter<S> address(Address<S> address) {
        return (source, datagram, offset) -> {
            MemorySegment octets = address.of(source);
            MemorySegment.copy(octets, 0, datagram, offset, octets.byteSize());
        };
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static TestFlow flow(
            String source,
            String destination,
            int sourcePort,
            int destinationPort,
            int protocol,
            long octets,
            long packets,
            long reverseOctets,
            long reversePackets) {
        return new TestFlow(
                ip(source),
                ip(destination),
                sourcePort,
                destinationPort,
                protocol,
                octets,
                packets,
                reverseOctets,
                reversePackets,
                0);
    }

    private static TestFlow flow6(String source, long octets, long startNanos) {
        return new TestFlow(ip(source), ip("2001:db8:ffff::14"), 0, 0, 0, octets, 0, 0, 0, startNanos);
    }

    private static MemorySegment ip(String address) {
        try {
            return MemorySegment.ofArray(InetAddress.getByName(address).getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
