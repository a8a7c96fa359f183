package io.nurs.netflow9;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes UDP payloads as a capture file of raw IPv4 packets, from 192.0.2.1:40000 to 192.0.2.2:{@value #PORT}. */
public final class Pcap {
    public static final int PORT = 9995;

    private static final int LINKTYPE_RAW = 101;
    private static final int IP_HEADER = 20;
    private static final int UDP_HEADER = 8;

    private Pcap() {}

    public static Path write(Path file, List<byte[]> payloads) throws IOException {
        int size = 24
                + payloads.stream()
                        .mapToInt(p -> 16 + IP_HEADER + UDP_HEADER + p.length)
                        .sum();
        ByteBuffer out = ByteBuffer.allocate(size);
        out.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4); // version 2.4
        out.putInt(0).putInt(0).putInt(65535).putInt(LINKTYPE_RAW);
        int second = 1_700_000_000;
        for (byte[] payload : payloads) {
            int udpLength = UDP_HEADER + payload.length;
            out.putInt(second++).putInt(0).putInt(IP_HEADER + udpLength).putInt(IP_HEADER + udpLength);
            out.put((byte) 0x45)
                    .put((byte) 0)
                    .putShort((short) (IP_HEADER + udpLength))
                    .putInt(0);
            out.put((byte) 64)
                    .put((byte) 17)
                    .putShort((short) 0)
                    .putInt(0xc0000201)
                    .putInt(0xc0000202);
            // No UDP checksum: legal in IPv4.
            out.putShort((short) 40000)
                    .putShort((short) PORT)
                    .putShort((short) udpLength)
                    .putShort((short) 0);
            out.put(payload);
        }
        return Files.write(file, out.array());
    }
}
