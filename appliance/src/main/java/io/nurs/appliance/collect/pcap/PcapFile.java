package io.nurs.appliance.collect.pcap;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** pcap-savefile(5): one header, one link type, times in micro- or nanoseconds, either byte order. */
final class PcapFile extends CaptureFile {
    private static final int MICROSECONDS = 0xa1b2c3d4;
    private static final int NANOSECONDS = 0xa1b23c4d;

    /** Behind the magic number: version, time zone, accuracy, snapshot length, link type. */
    private static final int REST_OF_HEADER = 20;

    private static final int LINK_TYPE_OFFSET = 16;
    private static final int PACKET_HEADER = 16;

    /** The upper bits are about frame check sequences. */
    private static final int LINK_TYPE_MASK = 0xffff;

    private final int linkType;
    private final long nanosPerUnit;

    private PcapFile(InputStream in, ByteOrder order, long nanosPerUnit) throws IOException {
        super(in);
        order(order);
        this.nanosPerUnit = nanosPerUnit;
        this.linkType = readFully(REST_OF_HEADER).getInt(LINK_TYPE_OFFSET) & LINK_TYPE_MASK;
    }

    /** Null if that is no magic number of pcap, read as big-endian. */
    static @Nullable PcapFile open(int magic, InputStream in) throws IOException {
        return switch (magic) {
            case MICROSECONDS -> new PcapFile(in, ByteOrder.BIG_ENDIAN, 1000);
            case NANOSECONDS -> new PcapFile(in, ByteOrder.BIG_ENDIAN, 1);
            default ->
                switch (Integer.reverseBytes(magic)) {
                    case MICROSECONDS -> new PcapFile(in, ByteOrder.LITTLE_ENDIAN, 1000);
                    case NANOSECONDS -> new PcapFile(in, ByteOrder.LITTLE_ENDIAN, 1);
                    default -> null;
                };
        };
    }

    @Override
    @Nullable
    CapturedPacket read() throws IOException {
        ByteBuffer header = readOrEnd(PACKET_HEADER);
        if (header == null) {
            return null;
        }
        long seconds = Integer.toUnsignedLong(header.getInt());
        long fraction = Integer.toUnsignedLong(header.getInt());
        int length = header.getInt();
        if (length < 0 || length > MAX_PACKET_BYTES) {
            throw new IOException("it is damaged: a packet of " + Integer.toUnsignedString(length) + " octets");
        }
        ByteBuffer data = readFully(length).order(ByteOrder.BIG_ENDIAN);
        return new CapturedPacket(
                nextNumber(), Instant.ofEpochSecond(seconds, fraction * nanosPerUnit), linkType, data);
    }
}
