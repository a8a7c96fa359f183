package io.nurs.appliance.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Netlink event datagrams as they were read from a socket, in a file: the 8 octets {@code CTEV0001}, then for each datagram
 * its length (u32), flags (u32) and time of receipt (u64, Unix ns), all little-endian, its octets, and zeros up to a multiple
 * of 8. A length of 0 stands for an overrun.
 *
 * @param datagrams read-only, in the order of receipt; overruns left out
 */
public record EventRecording(List<ByteBuffer> datagrams) {
    private static final byte[] MAGIC = "CTEV0001".getBytes(StandardCharsets.US_ASCII);
    private static final int FRAME_HEADER_BYTES = 16;
    private static final int ALIGNMENT = 8;

    public EventRecording {
        datagrams = List.copyOf(datagrams);
    }

    /** Reads a whole file; the error says what is wrong with it and where. */
    public static EventRecording read(Path file) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[MAGIC.length];
        if (octets.remaining() < magic.length || !Arrays.equals(MAGIC, take(octets, magic))) {
            throw new IOException("it is not a recording of events, which begins with CTEV0001");
        }
        List<ByteBuffer> datagrams = new ArrayList<>();
        while (octets.hasRemaining()) {
            int at = octets.position();
            long length = octets.remaining() < FRAME_HEADER_BYTES
                    ? Long.MAX_VALUE
                    : Integer.toUnsignedLong(octets.getInt(at));
            if (length > octets.remaining() - FRAME_HEADER_BYTES) {
                throw new IOException("it is cut short: the datagram at octet " + at + " is not complete");
            }
            if (length > 0) {
                datagrams.add(
                        octets.slice(at + FRAME_HEADER_BYTES, (int) length).asReadOnlyBuffer());
            }
            long next = (at + FRAME_HEADER_BYTES + length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            octets.position((int) Math.min(next, octets.limit()));
        }
        return new EventRecording(datagrams);
    }

    private static byte[] take(ByteBuffer from, byte[] into) {
        from.get(into);
        return into;
    }
}
