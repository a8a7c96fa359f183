package io.nurs.appliance.collect.pcap;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** draft-ietf-opsawg-pcapng: sections of blocks, interfaces with a link type and a clock's resolution each. */
final class PcapngFile extends CaptureFile {
    static final int SECTION_HEADER = 0x0a0d0d0a;

    private static final int INTERFACE = 1;
    private static final int SIMPLE_PACKET = 3;
    private static final int ENHANCED_PACKET = 6;

    private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
    private static final int MAX_BLOCK_BYTES = MAX_PACKET_BYTES + (64 << 10);
    private static final int MAX_INTERFACES = 4096;

    /** Type and length before a block's body, the length again behind it. */
    private static final int BLOCK_OVERHEAD = 12;

    private static final int OPTION_END = 0;
    private static final int OPTION_RESOLUTION = 9;
    private static final int MICROSECONDS = 6;

    /** Of an interface's if_tsresol: a power of 10, or with the highest bit of 2. */
    private record Clock(int linkType, int resolution) {
        private static final int POWER_OF_2 = 0x80;
        private static final int MAX_DECIMALS = 18;
        private static final long MAX_SECONDS = 1L << 40;

        Instant time(long units) {
            return (resolution & POWER_OF_2) != 0 ? binary(units, resolution & ~POWER_OF_2) : decimal(units);
        }

        private static Instant binary(long units, int power) {
            if (power >= Long.SIZE) {
                return Instant.EPOCH;
            }
            long seconds = units >>> power;
            double fraction = units - (seconds << power);
            return instant(seconds, fraction / Math.pow(2, power));
        }

        private Instant decimal(long units) {
            long perSecond = 1;
            for (int i = 0; i < Math.min(resolution, MAX_DECIMALS); i++) {
                perSecond *= 10;
            }
            long fraction = Long.remainderUnsigned(units, perSecond);
            return instant(Long.divideUnsigned(units, perSecond), (double) fraction / perSecond);
        }

        /** A damaged file may have any number of seconds. */
        private static Instant instant(long seconds, double fraction) {
            return seconds < 0 || seconds > MAX_SECONDS
                    ? Instant.EPOCH
                    : Instant.ofEpochSecond(seconds, Math.round(fraction * 1e9));
        }
    }

    private final List<Clock> interfaces = new ArrayList<>();

    /** Behind the first block's type, which is read. */
    PcapngFile(InputStream in) throws IOException {
        super(in);
        readSection();
    }

    private void readSection() throws IOException {
        ByteBuffer header = readFully(8).order(ByteOrder.BIG_ENDIAN);
        int length = header.getInt();
        int magic = header.getInt();
        if (magic == BYTE_ORDER_MAGIC) {
            order(ByteOrder.BIG_ENDIAN);
        } else if (Integer.reverseBytes(magic) == BYTE_ORDER_MAGIC) {
            order(ByteOrder.LITTLE_ENDIAN);
            length = Integer.reverseBytes(length);
        } else {
            throw damaged("a section without a byte order");
        }
        checkLength(length);
        readFully(length - BLOCK_OVERHEAD);
        interfaces.clear();
    }

    @Override
    @Nullable
    CapturedPacket read() throws IOException {
        while (true) {
            ByteBuffer start = readOrEnd(4);
            if (start == null) {
                return null;
            }
            int type = start.getInt();
            if (type == SECTION_HEADER) {
                readSection();
                continue;
            }
            int length = readFully(4).getInt();
            checkLength(length);
            ByteBuffer body = readFully(length - BLOCK_OVERHEAD);
            readFully(4);
            CapturedPacket packet = block(type, body);
            if (packet != null) {
                return packet;
            }
        }
    }

    private static void checkLength(int length) throws IOException {
        if (length < BLOCK_OVERHEAD || length % 4 != 0 || length > MAX_BLOCK_BYTES) {
            throw damaged("a block of " + Integer.toUnsignedString(length) + " octets");
        }
    }

    private @Nullable CapturedPacket block(int type, ByteBuffer body) throws IOException {
        return switch (type) {
            case INTERFACE -> {
                addInterface(body);
                yield null;
            }
            case ENHANCED_PACKET -> enhanced(body);
            case SIMPLE_PACKET -> simple(body);
            default -> null;
        };
    }

    private void addInterface(ByteBuffer body) throws IOException {
        if (body.remaining() < 8 || interfaces.size() >= MAX_INTERFACES) {
            throw damaged("an interface");
        }
        int linkType = Short.toUnsignedInt(body.getShort());
        body.position(8);
        interfaces.add(new Clock(linkType, resolution(body)));
    }

    private static int resolution(ByteBuffer options) {
        while (options.remaining() >= 4) {
            int code = Short.toUnsignedInt(options.getShort());
            int length = Short.toUnsignedInt(options.getShort());
            int padded = (length + 3) / 4 * 4;
            if (code == OPTION_END || padded > options.remaining()) {
                break;
            }
            if (code == OPTION_RESOLUTION && length >= 1) {
                return Byte.toUnsignedInt(options.get(options.position()));
            }
            options.position(options.position() + padded);
        }
        return MICROSECONDS;
    }

    private CapturedPacket enhanced(ByteBuffer body) throws IOException {
        if (body.remaining() < 20) {
            throw damaged("a packet block of " + body.remaining() + " octets");
        }
        Clock clock = clock(body.getInt());
        long units = Integer.toUnsignedLong(body.getInt()) << 32 | Integer.toUnsignedLong(body.getInt());
        int length = body.getInt();
        body.getInt(); // as it was before the capture cut it
        return packet(body, length, clock.linkType, clock.time(units));
    }

    /** Without a time, and of the first interface. */
    private CapturedPacket simple(ByteBuffer body) throws IOException {
        if (body.remaining() < 4) {
            throw damaged("a packet block of " + body.remaining() + " octets");
        }
        int length = Math.min(body.getInt(), body.remaining());
        return packet(body, length, clock(0).linkType, Instant.EPOCH);
    }

    private CapturedPacket packet(ByteBuffer body, int length, int linkType, Instant time) throws IOException {
        if (length < 0 || length > body.remaining()) {
            throw damaged("a packet of " + Integer.toUnsignedString(length) + " octets");
        }
        ByteBuffer data = body.slice(body.position(), length).order(ByteOrder.BIG_ENDIAN);
        return new CapturedPacket(nextNumber(), time, linkType, data);
    }

    private Clock clock(int index) throws IOException {
        if (index < 0 || index >= interfaces.size()) {
            throw damaged("a packet of an interface that is not described");
        }
        return interfaces.get(index);
    }

    private static IOException damaged(String where) {
        return new IOException("it is damaged: " + where);
    }
}
