package io.nurs.netlink;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ReferenceCounted;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * One request being written, header first, attributes after it: numbers in network order, as netfilter wants them; other
 * families use the {@code host} methods. Write it to a channel with a {@link NetlinkRequestTracker}, whose promise then tells
 * the kernel's answer; or take its {@link #buffer()} and hear of nothing.
 */
public final class NetlinkRequest implements ReferenceCounted {
    private static final int LENGTH_INDEX = 0;
    private static final int FLAGS_INDEX = 6;
    private static final int SEQUENCE_INDEX = 8;
    /** NLA_F_NESTED, which strict kernels ask for. */
    private static final int NLA_F_NESTED = 0x8000;

    private final ByteBuf buffer;

    private NetlinkRequest(ByteBuf buffer) {
        this.buffer = buffer;
    }

    /** Starts with an {@code nlmsghdr}; NLM_F_REQUEST is added to {@code flags}. */
    public static NetlinkRequest of(ByteBufAllocator allocator, int type, int flags) {
        ByteBuf buffer = allocator.directBuffer(256);
        buffer.writeZero(NetlinkMessage.HEADER_BYTES);
        writeHost16(buffer.writerIndex(4), type);
        writeHost16(buffer, flags | NetlinkMessage.NLM_F_REQUEST);
        return new NetlinkRequest(buffer.writerIndex(NetlinkMessage.HEADER_BYTES));
    }

    /** Starts with an {@code nlmsghdr} and an {@code nfgenmsg}. */
    public static NetlinkRequest netfilter(
            ByteBufAllocator allocator, int subsystem, int type, int flags, int family, int resourceId) {
        NetlinkRequest request = of(allocator, subsystem << 8 | type, flags);
        request.buffer.writeByte(family).writeByte(0).writeShort(resourceId);
        return request;
    }

    public NetlinkRequest u8(int type, int value) {
        attribute(type, 1);
        buffer.writeByte(value);
        return pad();
    }

    public NetlinkRequest u16(int type, int value) {
        attribute(type, 2);
        buffer.writeShort(value);
        return pad();
    }

    public NetlinkRequest u32(int type, int value) {
        attribute(type, 4);
        buffer.writeInt(value);
        return this;
    }

    public NetlinkRequest u64(int type, long value) {
        attribute(type, 8);
        buffer.writeLong(value);
        return this;
    }

    /** A u32 in the host's byte order. */
    public NetlinkRequest hostU32(int type, int value) {
        attribute(type, 4);
        return host32(value);
    }

    public NetlinkRequest octets(int type, byte[] value) {
        attribute(type, value.length);
        buffer.writeBytes(value);
        return pad();
    }

    public NetlinkRequest octets(int type, MemorySegment from, long offset, int length) {
        attribute(type, length);
        for (int i = 0; i < length; i++) {
            buffer.writeByte(from.get(ValueLayout.JAVA_BYTE, offset + i));
        }
        return pad();
    }

    /** A NUL-terminated string. */
    public NetlinkRequest string(int type, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        attribute(type, text.length + 1);
        buffer.writeBytes(text).writeByte(0);
        return pad();
    }

    /** An attribute without a value. */
    public NetlinkRequest flag(int type) {
        attribute(type, 0);
        return this;
    }

    /** Attributes that {@code body} writes, nested in one. */
    public NetlinkRequest nested(int type, Runnable body) {
        int start = buffer.writerIndex();
        attribute(type | NLA_F_NESTED, 0);
        body.run();
        setHost16(start, buffer.writerIndex() - start);
        return this;
    }

    /** A part of a family's own header, in the host's byte order. */
    public NetlinkRequest host32(int value) {
        buffer.writeInt(HOST_IS_LITTLE ? Integer.reverseBytes(value) : value);
        return this;
    }

    /** A part of a family's own header, in the host's byte order. */
    public NetlinkRequest host16(int value) {
        writeHost16(buffer, value);
        return this;
    }

    /** A part of a family's own header. */
    public NetlinkRequest host8(int value) {
        buffer.writeByte(value);
        return this;
    }

    /** Sets {@code nlmsg_seq}. */
    public NetlinkRequest sequence(int sequence) {
        buffer.setInt(SEQUENCE_INDEX, HOST_IS_LITTLE ? Integer.reverseBytes(sequence) : sequence);
        return this;
    }

    /** Whether the kernel will answer with more than an error: NLM_F_ACK, or a dump. */
    boolean isAnswered() {
        int flags = Short.toUnsignedInt(HOST_IS_LITTLE ? buffer.getShortLE(FLAGS_INDEX) : buffer.getShort(FLAGS_INDEX));
        // Both bits of NLM_F_DUMP: in a request that makes something they mean NLM_F_REPLACE and NLM_F_EXCL.
        return (flags & NetlinkMessage.NLM_F_ACK) != 0
                || (flags & NetlinkMessage.NLM_F_DUMP) == NetlinkMessage.NLM_F_DUMP;
    }

    /** The whole request, its length set; the buffer is still this request's. */
    public ByteBuf buffer() {
        int length = buffer.writerIndex();
        buffer.setInt(LENGTH_INDEX, HOST_IS_LITTLE ? Integer.reverseBytes(length) : length);
        return buffer;
    }

    private void attribute(int type, int valueLength) {
        writeHost16(buffer, AttributeCursor.HEADER_BYTES + valueLength);
        writeHost16(buffer, type);
    }

    private NetlinkRequest pad() {
        buffer.writeZero(AttributeCursor.align(buffer.writerIndex()) - buffer.writerIndex());
        return this;
    }

    private void setHost16(int index, int value) {
        buffer.setShort(index, HOST_IS_LITTLE ? Short.reverseBytes((short) value) : value);
    }

    private static void writeHost16(ByteBuf buffer, int value) {
        buffer.writeShort(HOST_IS_LITTLE ? Short.reverseBytes((short) value) : value);
    }

    private static final boolean HOST_IS_LITTLE = java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN;

    @Override
    public int refCnt() {
        return buffer.refCnt();
    }

    @Override
    public NetlinkRequest retain() {
        buffer.retain();
        return this;
    }

    @Override
    public NetlinkRequest retain(int increment) {
        buffer.retain(increment);
        return this;
    }

    @Override
    public NetlinkRequest touch() {
        buffer.touch();
        return this;
    }

    @Override
    public NetlinkRequest touch(Object hint) {
        buffer.touch(hint);
        return this;
    }

    @Override
    public boolean release() {
        return buffer.release();
    }

    @Override
    public boolean release(int decrement) {
        return buffer.release(decrement);
    }
}
