package io.nurs.netlink;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Writes netlink messages and attributes octet by octet, right ones and wrong ones. */
public final class Messages {
    private Messages() {}

    /** An nlmsghdr with the right length, and what follows it; padded to a multiple of 4. */
    public static byte[] message(int type, int flags, int sequence, int portId, byte[]... body) {
        byte[] rest = join(body);
        return padded(join(header(16 + rest.length, type, flags, sequence, portId), rest));
    }

    /** An nlmsghdr that says of its length what one likes. */
    public static byte[] header(int length, int type, int flags, int sequence, int portId) {
        return host(16).putInt(length)
                .putShort((short) type)
                .putShort((short) flags)
                .putInt(sequence)
                .putInt(portId)
                .array();
    }

    /** An attribute with the right length, padded to a multiple of 4. */
    public static byte[] attribute(int type, byte[]... value) {
        byte[] joined = join(value);
        return padded(join(attributeHeader(4 + joined.length, type), joined));
    }

    /** An nlattr that says of its length what one likes. */
    public static byte[] attributeHeader(int length, int type) {
        return host(4).putShort((short) length).putShort((short) type).array();
    }

    public static byte[] hostInt(int value) {
        return host(4).putInt(value).array();
    }

    public static byte[] octets(int... values) {
        byte[] octets = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            octets[i] = (byte) values[i];
        }
        return octets;
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    /** One datagram in memory that ends where it ends: whoever reads on throws. */
    public static NetlinkBatch batch(byte[] datagram) {
        MemorySegment memory = MemorySegment.ofArray(Arrays.copyOf(datagram, Math.max(datagram.length, 1)));
        return new NetlinkBatch(memory, (int) memory.byteSize()).count(1).length(0, datagram.length);
    }

    /** A message's header alone, as {@link NetlinkMessage} sees it. */
    public static NetlinkMessage view(byte[] message) {
        return new NetlinkMessage().wrap(MemorySegment.ofArray(message), 0, message.length);
    }

    private static byte[] padded(byte[] octets) {
        return Arrays.copyOf(octets, AttributeCursor.align(octets.length));
    }

    private static ByteBuffer host(int capacity) {
        return ByteBuffer.allocate(capacity).order(ByteOrder.nativeOrder());
    }
}
