package io.nurs.netflow9;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.CorruptedFrameException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class Netflow9FramerTest {
    private static final byte[] FIRST = Golden.datagram("first.hex");
    private static final byte[] MIXED = Golden.datagram("mixed.hex");
    private static final byte[] OPTIONS = Golden.datagram("options.hex");
    private static final byte[] EMPTY = Arrays.copyOf(FIRST, Netflow9.HEADER_LENGTH);

    @Test
    void cutsPacketsWhereverTheStreamIsCut() {
        byte[] stream = ByteBufUtil.getBytes(Unpooled.wrappedBuffer(FIRST, EMPTY, MIXED, OPTIONS, EMPTY));
        for (int piece = 1; piece < 300; piece += 7) {
            EmbeddedChannel channel = new EmbeddedChannel(new Netflow9Framer());
            for (int at = 0; at < stream.length; at += piece) {
                channel.writeInbound(Unpooled.copiedBuffer(stream, at, Math.min(piece, stream.length - at)));
            }
            channel.finish();
            List<byte[]> packets = packets(channel);
            assertEquals(5, packets.size());
            assertArrayEquals(FIRST, packets.get(0));
            assertArrayEquals(EMPTY, packets.get(1));
            assertArrayEquals(MIXED, packets.get(2));
            assertArrayEquals(OPTIONS, packets.get(3));
            assertArrayEquals(EMPTY, packets.get(4));
        }
    }

    @Test
    void aPacketEndsWhereTheNextOneBegins() {
        EmbeddedChannel channel = new EmbeddedChannel(new Netflow9Framer());
        channel.writeInbound(Unpooled.wrappedBuffer(FIRST));
        assertEquals(0, packets(channel).size());
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {0, 9}));
        assertArrayEquals(FIRST, packets(channel).getFirst());
        assertThrows(CorruptedFrameException.class, channel::finish);
    }

    @Test
    void closesWhatIsNoStreamOfPackets() {
        for (String wrong : List.of("000a0010", "0002", "00ff0008", "01000003")) {
            EmbeddedChannel channel = new EmbeddedChannel(new Netflow9Framer());
            String reason = assertThrows(
                            CorruptedFrameException.class,
                            () -> channel.writeInbound(Unpooled.wrappedBuffer(
                                    FIRST, EMPTY, HexFormat.of().parseHex(wrong), FIRST)),
                            wrong)
                    .toString();
            assertTrue(reason.contains("NetFlow v9"), reason);
            assertFalse(channel.isOpen());
            assertArrayEquals(FIRST, packets(channel).getFirst());
            channel.finishAndReleaseAll();
        }
    }

    @Test
    void closesWhatDoesNotBeginWithAPacket() {
        EmbeddedChannel channel = new EmbeddedChannel(new Netflow9Framer());
        assertThrows(
                CorruptedFrameException.class,
                () -> channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {0, 5, 0, 0})));
        assertFalse(channel.isOpen());
    }

    @Test
    void saysThatAStreamEndedWithinAPacket() {
        for (int length : List.of(1, Netflow9.HEADER_LENGTH - 1, FIRST.length - 1)) {
            EmbeddedChannel channel = new EmbeddedChannel(new Netflow9Framer());
            channel.writeInbound(Unpooled.copiedBuffer(FIRST, 0, length));
            assertTrue(assertThrows(CorruptedFrameException.class, channel::finish)
                    .toString()
                    .contains("within a packet"));
        }
    }

    /** A peer that never begins another packet must not make this one grow. */
    @Test
    void aPacketHasNoMoreOctetsThanADatagram() {
        EmbeddedChannel channel = new EmbeddedChannel(new Netflow9Framer());
        channel.writeInbound(Unpooled.wrappedBuffer(EMPTY));
        byte[] set = new byte[32 << 10];
        set[0] = 1;
        set[2] = (byte) (set.length >> 8);
        channel.writeInbound(Unpooled.wrappedBuffer(set));
        assertThrows(CorruptedFrameException.class, () -> channel.writeInbound(Unpooled.wrappedBuffer(set)));
        assertFalse(channel.isOpen());
    }

    private static List<byte[]> packets(EmbeddedChannel channel) {
        List<byte[]> packets = new ArrayList<>();
        for (ByteBuf packet = channel.readInbound(); packet != null; packet = channel.readInbound()) {
            packets.add(ByteBufUtil.getBytes(packet));
            packet.release();
        }
        return packets;
    }
}
