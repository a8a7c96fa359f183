package io.nurs.appliance.collect.pcap;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** A capture file, packet by packet. */
abstract sealed class CaptureFile permits PcapFile, PcapngFile {
    /** tcpdump's own limit is 262144 (MAXIMUM_SNAPLEN); longer is no packet, but a file that is damaged. */
    static final int MAX_PACKET_BYTES = 1 << 20;

    static final int MAGIC_BYTES = 4;

    private final InputStream in;
    private ByteOrder order = ByteOrder.BIG_ENDIAN;
    private long packets;
    private boolean cutShort;

    CaptureFile(InputStream in) {
        this.in = in;
    }

    /**
     * Reads the beginning, which tells the format.
     *
     * @throws IOException if it is none of a capture's
     */
    static CaptureFile open(InputStream in) throws IOException {
        try {
            return recognise(in);
        } catch (EOFException e) {
            throw new IOException("it ends within its header", e);
        }
    }

    private static CaptureFile recognise(InputStream in) throws IOException {
        byte[] magic = in.readNBytes(MAGIC_BYTES);
        if (magic.length == MAGIC_BYTES) {
            int number = ByteBuffer.wrap(magic).getInt();
            if (number == PcapngFile.SECTION_HEADER) {
                return new PcapngFile(in);
            }
            PcapFile pcap = PcapFile.open(number, in);
            if (pcap != null) {
                return pcap;
            }
        }
        throw new IOException("it is neither pcap nor pcapng");
    }

    /**
     * The next packet; null at the end.
     *
     * @throws IOException if the file is damaged, or cannot be read
     */
    final @Nullable CapturedPacket next() throws IOException {
        try {
            return read();
        } catch (EOFException e) {
            cutShort = true;
            return null;
        }
    }

    /** Throws {@code EOFException} if the file ends within a packet. */
    abstract @Nullable CapturedPacket read() throws IOException;

    /** Whether it ended within a packet, as a capture does that was not ended. */
    final boolean isCutShort() {
        return cutShort;
    }

    final long nextNumber() {
        packets++;
        return packets;
    }

    final void order(ByteOrder order) {
        this.order = order;
    }

    final ByteOrder order() {
        return order;
    }

    /** In the file's byte order; null if there is nothing more at all. */
    final @Nullable ByteBuffer readOrEnd(int length) throws IOException {
        byte[] octets = in.readNBytes(length);
        if (octets.length == 0 && length > 0) {
            return null;
        }
        if (octets.length < length) {
            throw new EOFException();
        }
        return ByteBuffer.wrap(octets).order(order);
    }

    final ByteBuffer readFully(int length) throws IOException {
        byte[] octets = in.readNBytes(length);
        if (octets.length < length) {
            throw new EOFException();
        }
        return ByteBuffer.wrap(octets).order(order);
    }
}
