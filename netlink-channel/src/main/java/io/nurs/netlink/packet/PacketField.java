package io.nurs.netlink.packet;

/**
 * The numbers in a packet's headers: which header, the first octet in it, how many octets, and which bits of those. To read
 * with {@link PacketHeaders#has(PacketField)} and {@link PacketHeaders#value(PacketField)}.
 */
public enum PacketField {
    // IEEE 802.3, 802.1Q
    ETHERNET_DESTINATION(Layer.ETHERNET, 0, 6),
    ETHERNET_SOURCE(Layer.ETHERNET, 6, 6),
    /** The outermost tag's. */
    VLAN_PRIORITY(Layer.VLAN, 0, 2, 13, 3),
    VLAN_DROP_ELIGIBLE(Layer.VLAN, 0, 2, 12, 1),
    VLAN_ID(Layer.VLAN, 0, 2, 0, 12),
    /** The next tag's. */
    INNER_VLAN_PRIORITY(Layer.INNER_VLAN, 0, 2, 13, 3),
    INNER_VLAN_ID(Layer.INNER_VLAN, 0, 2, 0, 12),

    // RFC 791
    /** In 32-bit words. */
    IPV4_IHL(Layer.IPV4, 0, 1, 0, 4),
    IPV4_TYPE_OF_SERVICE(Layer.IPV4, 1, 1),
    IPV4_TOTAL_LENGTH(Layer.IPV4, 2, 2),
    IPV4_IDENTIFICATION(Layer.IPV4, 4, 2),
    IPV4_DONT_FRAGMENT(Layer.IPV4, 6, 2, 14, 1),
    IPV4_MORE_FRAGMENTS(Layer.IPV4, 6, 2, 13, 1),
    /** In units of 8 octets. */
    IPV4_FRAGMENT_OFFSET(Layer.IPV4, 6, 2, 0, 13),
    IPV4_TTL(Layer.IPV4, 8, 1),
    IPV4_PROTOCOL(Layer.IPV4, 9, 1),
    IPV4_CHECKSUM(Layer.IPV4, 10, 2),

    // RFC 8200
    IPV6_TRAFFIC_CLASS(Layer.IPV6, 0, 2, 4, 8),
    IPV6_FLOW_LABEL(Layer.IPV6, 0, 4, 0, 20),
    IPV6_PAYLOAD_LENGTH(Layer.IPV6, 4, 2),
    IPV6_NEXT_HEADER(Layer.IPV6, 6, 1),
    IPV6_HOP_LIMIT(Layer.IPV6, 7, 1),
    IPV6_ROUTING_TYPE(Layer.ROUTING, 2, 1),
    IPV6_SEGMENTS_LEFT(Layer.ROUTING, 3, 1),
    /** In units of 8 octets. */
    IPV6_FRAGMENT_OFFSET(Layer.FRAGMENT, 2, 2, 3, 13),
    IPV6_MORE_FRAGMENTS(Layer.FRAGMENT, 2, 2, 0, 1),
    IPV6_FRAGMENT_IDENTIFICATION(Layer.FRAGMENT, 4, 4),

    // RFC 4302, RFC 4303
    AH_SPI(Layer.AH, 4, 4),
    ESP_SPI(Layer.ESP, 0, 4),

    /** Of TCP, UDP, UDP-Lite, SCTP and DCCP alike. */
    SOURCE_PORT(Layer.PORTS, 0, 2),
    DESTINATION_PORT(Layer.PORTS, 2, 2),

    // RFC 9293
    TCP_SEQUENCE(Layer.TCP, 4, 4),
    TCP_ACKNOWLEDGEMENT(Layer.TCP, 8, 4),
    /** In 32-bit words. */
    TCP_DATA_OFFSET(Layer.TCP, 12, 1, 4, 4),
    /** All twelve that IANA has or may give: 1 FIN, 2 SYN, 4 RST, 8 PSH, 16 ACK, 32 URG, 64 ECE, 128 CWR, 256 AE. */
    TCP_FLAGS(Layer.TCP, 12, 2, 0, 12),
    /** Not scaled. */
    TCP_WINDOW(Layer.TCP, 14, 2),
    TCP_CHECKSUM(Layer.TCP, 16, 2),
    TCP_URGENT_POINTER(Layer.TCP, 18, 2),

    // RFC 768, RFC 3828
    UDP_LENGTH(Layer.UDP, 4, 2),
    UDP_CHECKSUM(Layer.UDP, 6, 2),
    UDP_LITE_COVERAGE(Layer.UDP_LITE, 4, 2),

    // RFC 792, RFC 4443; the last two of messages that have them
    ICMP_TYPE(Layer.ICMP, 0, 1),
    ICMP_CODE(Layer.ICMP, 1, 1),
    ICMP_CHECKSUM(Layer.ICMP, 2, 2),
    ICMPV6_TYPE(Layer.ICMPV6, 0, 1),
    ICMPV6_CODE(Layer.ICMPV6, 1, 1),
    ICMPV6_CHECKSUM(Layer.ICMPV6, 2, 2),
    ICMP_ECHO_IDENTIFIER(Layer.ECHO, 4, 2),
    ICMP_ECHO_SEQUENCE(Layer.ECHO, 6, 2),

    // RFC 9260
    SCTP_VERIFICATION_TAG(Layer.SCTP, 4, 4),
    SCTP_CHECKSUM(Layer.SCTP, 8, 4),
    SCTP_FIRST_CHUNK_TYPE(Layer.SCTP, 12, 1),

    // RFC 2784, RFC 2890; version 1 is PPTP's, RFC 2637
    GRE_VERSION(Layer.GRE, 0, 2, 0, 3),
    GRE_PROTOCOL(Layer.GRE, 2, 2),
    GRE_KEY(Layer.GRE_KEY, 0, 4);

    final int layer;
    final int offset;
    final int octets;
    final int shift;
    final long mask;

    PacketField(int layer, int offset, int octets) {
        this(layer, offset, octets, 0, octets * Byte.SIZE);
    }

    PacketField(int layer, int offset, int octets, int shift, int bits) {
        this.layer = layer;
        this.offset = offset;
        this.octets = octets;
        this.shift = shift;
        this.mask = (1L << bits) - 1;
    }
}
