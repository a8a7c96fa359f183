package io.nurs.appliance.collect.pcap;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Packets and capture files, octet by octet. From port 40000 of the first address to port 4739 of the second. */
public final class Packets {
    static final int ETHERNET = 1;
    static final int COLLECTOR_PORT = 4739;
    static final int EXPORTER_PORT = 40_000;

    private static final int SECOND = 1_700_000_061;

    private Packets() {}

    public static byte[] udp(byte[] payload) {
        return ByteBuffer.allocate(8 + payload.length)
                .putShort((short) EXPORTER_PORT)
                .putShort((short) COLLECTOR_PORT)
                .putShort((short) (8 + payload.length))
                .putShort((short) 0)
                .put(payload)
                .array();
    }

    /** With the flags of RFC 9293 §3.1 in their order from the lowest bit: FIN, SYN, RST, PSH, ACK. */
    static byte[] tcp(int sequence, int flags, byte[] payload) {
        return tcp(EXPORTER_PORT, sequence, flags, payload);
    }

    /** From another port. */
    public static byte[] tcp(int port, int sequence, int flags, byte[] payload) {
        return ByteBuffer.allocate(20 + payload.length)
                .putShort((short) port)
                .putShort((short) COLLECTOR_PORT)
                .putInt(sequence)
                .putInt(0)
                .put((byte) 0x50)
                .put((byte) flags)
                .putShort((short) 1000)
                .putInt(0)
                .put(payload)
                .array();
    }

    public static byte[] ipv4(int protocol, byte[] payload) {
        return ipv4(protocol, 0, false, payload);
    }

    /** A part, if there is an offset or more to come. */
    static byte[] ipv4(int protocol, int offset, boolean more, byte[] payload) {
        return ByteBuffer.allocate(20 + payload.length)
                .putShort((short) 0x4500)
                .putShort((short) (20 + payload.length))
                .putShort((short) 7)
                .putShort((short) ((more ? 0x2000 : 0) | offset / 8))
                .put((byte) 64)
                .put((byte) protocol)
                .putShort((short) 0)
                .putInt(0xc0000201)
                .putInt(0xc0000202)
                .put(payload)
                .array();
    }

    /** Behind a hop-by-hop header of eight octets. */
    static byte[] ipv6(int protocol, byte[] payload) {
        return ByteBuffer.allocate(48 + payload.length)
                .putInt(0x60000000)
                .putShort((short) (8 + payload.length))
                .putShort((short) 64)
                .putLong(0x20010db8_00000000L)
                .putLong(1)
                .putLong(0x20010db8_00000000L)
                .putLong(2)
                .putLong((long) protocol << 56)
                .put(payload)
                .array();
    }

    /** Under a header that ends with the type of what follows. */
    static byte[] under(byte[] header, int etherType, byte[] packet) {
        return ByteBuffer.allocate(header.length + 2 + packet.length)
                .put(header)
                .putShort((short) etherType)
                .put(packet)
                .array();
    }

    static byte[] ethernet(byte[] packet) {
        return under(new byte[12], 0x0800, packet);
    }

    public static byte[] pcap(int linkType, List<byte[]> packets) {
        return pcap(ByteOrder.LITTLE_ENDIAN, 0xa1b2c3d4, linkType, packets);
    }

    /** A packet a second. */
    static byte[] pcap(ByteOrder order, int magic, int linkType, List<byte[]> packets) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(24)
                .order(order)
                .putInt(magic)
                .putShort((short) 2)
                .putShort((short) 4)
                .putLong(0)
                .putInt(262_144)
                .putInt(linkType)
                .array());
        int second = SECOND;
        for (byte[] packet : packets) {
            out.writeBytes(ByteBuffer.allocate(16 + packet.length)
                    .order(order)
                    .putInt(second)
                    .putInt(5)
                    .putInt(packet.length)
                    .putInt(packet.length)
                    .put(packet)
                    .array());
            second++;
        }
        return out.toByteArray();
    }
}
