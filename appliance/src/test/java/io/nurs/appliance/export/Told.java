package io.nurs.appliance.export;

import io.nurs.appliance.lab.Json;
import io.nurs.flow.DataRecord;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/** What a witness reads of who has sent how much to whom, both ways if it reads both. */
record Told(
        int protocol,
        String source,
        int sourcePort,
        String destination,
        int destinationPort,
        long packets,
        long octets,
        long packetsBack,
        long octetsBack) {

    Told withoutWayBack() {
        return new Told(protocol, source, sourcePort, destination, destinationPort, packets, octets, 0, 0);
    }

    Told withoutCounters() {
        return new Told(protocol, source, sourcePort, destination, destinationPort, 0, 0, 0, 0);
    }

    Told times(int factor) {
        return new Told(
                protocol,
                source,
                sourcePort,
                destination,
                destinationPort,
                packets * factor,
                octets * factor,
                packetsBack,
                octetsBack);
    }

    /** nfdump prints ICMP's type and code for the port. */
    Told withoutIcmpPorts() {
        return protocol == 1 || protocol == 58
                ? new Told(protocol, source, 0, destination, 0, packets, octets, packetsBack, octetsBack)
                : this;
    }

    static Told of(DataRecord record) {
        boolean ipv6 = record.has(IanaElements.sourceIPv6Address);
        return new Told(
                (int) record.unsigned(IanaElements.protocolIdentifier),
                record.address(ipv6 ? IanaElements.sourceIPv6Address : IanaElements.sourceIPv4Address)
                        .getHostAddress(),
                (int) number(record, IanaElements.sourceTransportPort),
                record.address(ipv6 ? IanaElements.destinationIPv6Address : IanaElements.destinationIPv4Address)
                        .getHostAddress(),
                (int) number(record, IanaElements.destinationTransportPort),
                number(record, IanaElements.packetDeltaCount, IanaElements.initiatorPackets),
                number(record, IanaElements.octetDeltaCount, IanaElements.initiatorOctets),
                number(record, IanaElements.packetDeltaCount.reverse(), IanaElements.responderPackets),
                number(record, IanaElements.octetDeltaCount.reverse(), IanaElements.responderOctets));
    }

    private static long number(DataRecord record, InformationElement... either) {
        for (InformationElement element : either) {
            if (record.has(element)) {
                return record.unsigned(element);
            }
        }
        return 0;
    }

    static Told byTshark(Map<String, Object> flow) {
        return new Told(
                Json.integer(flow, "cflow.protocol"),
                canonical(Json.either(flow, "cflow.srcaddr", "cflow.srcaddrv6")),
                Math.max(0, Json.integer(flow, "cflow.srcport")),
                canonical(Json.either(flow, "cflow.dstaddr", "cflow.dstaddrv6")),
                Math.max(0, Json.integer(flow, "cflow.dstport")),
                counter(flow, 0, "cflow.packets", "cflow.initiator_packets"),
                counter(flow, 0, "cflow.octets", "cflow.initiator_octets"),
                counter(flow, 1, "cflow.packets", "cflow.responder_packets"),
                counter(flow, 1, "cflow.octets", "cflow.responder_octets"));
    }

    /** tshark tells a reverse element under the name of its forward one, after it. */
    private static long counter(Map<String, Object> flow, int way, String counter, String named) {
        if (flow.get(counter) instanceof List<?> both) {
            return Long.parseLong(String.valueOf(both.get(way)));
        }
        return Math.max(
                0, way == 0 && flow.containsKey(counter) ? Json.number(flow, counter) : Json.number(flow, named));
    }

    static Told byNfdump(Map<String, Object> flow) {
        return new Told(
                Json.integer(flow, "proto"),
                canonical(Json.either(flow, "src4_addr", "src6_addr")),
                Math.max(0, Json.integer(flow, "src_port")),
                canonical(Json.either(flow, "dst4_addr", "dst6_addr")),
                Math.max(0, Json.integer(flow, "dst_port")),
                Json.number(flow, "in_packets"),
                Json.number(flow, "in_bytes"),
                Math.max(0, Json.number(flow, "out_packets")),
                Math.max(0, Json.number(flow, "out_bytes")));
    }

    static Told byNfacctd(Map<String, Object> flow) {
        return new Told(
                switch (String.valueOf(flow.get("ip_proto"))) {
                    case "tcp" -> 6;
                    case "udp" -> 17;
                    case "icmp" -> 1;
                    case "ipv6-icmp" -> 58;
                    case String number -> Integer.parseInt(number);
                },
                canonical(String.valueOf(flow.get("ip_src"))),
                Json.integer(flow, "port_src"),
                canonical(String.valueOf(flow.get("ip_dst"))),
                Json.integer(flow, "port_dst"),
                Json.number(flow, "packets"),
                Json.number(flow, "bytes"),
                0,
                0);
    }

    private static String canonical(String address) {
        return InetAddress.ofLiteral(address).getHostAddress();
    }
}
