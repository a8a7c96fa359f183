package io.nurs.ipfix;

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
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IpfixFramerTest {
    private static final byte[] FIRST = Golden.datagram("first.hex");
    private static final byte[] MIXED = Golden.datagram("mixed.hex");

    @Test
    void cutsMessagesWhereverTheStreamIsCut() {
        byte[] stream = ByteBufUtil.getBytes(Unpooled.wrappedBuffer(FIRST, MIXED, FIRST));
        for (int piece = 1; piece < 300; piece += 7) {
            EmbeddedChannel channel = new EmbeddedChannel(new IpfixFramer());
            for (int at = 0; at < stream.length; at += piece) {
                channel.writeInbound(Unpooled.copiedBuffer(stream, at, Math.min(piece, stream.length - at)));
            }
            List<byte[]> messages = new ArrayList<>();
            for (ByteBuf message = channel.readInbound(); message != null; message = channel.readInbound()) {
                messages.add(ByteBufUtil.getBytes(message));
                message.release();
            }
            assertEquals(3, messages.size());
            assertArrayEquals(FIRST, messages.get(0));
            assertArrayEquals(MIXED, messages.get(1));
            assertFalse(channel.finish());
        }
    }

    @Test
    void feedsTheDecoder() {
        EmbeddedChannel channel = new EmbeddedChannel(new IpfixFramer(), new IpfixDecoder(DecoderLimits.DEFAULT));
        channel.writeInbound(Unpooled.wrappedBuffer(FIRST, MIXED));
        assertEquals(1, channel.<DecodedMessage>readInbound().records().size());
        assertEquals(7, channel.<DecodedMessage>readInbound().records().size());
        assertFalse(channel.finish());
    }

    @Test
    void closesWhatIsNoStreamOfMessages() {
        for (byte[] wrong : List.of(new byte[] {0, 9, 0, 20}, new byte[] {0, 10, 0, 15}, new byte[] {'G', 'E'})) {
            EmbeddedChannel channel = new EmbeddedChannel(new IpfixFramer());
            assertThrows(
                    CorruptedFrameException.class,
                    () -> channel.writeInbound(Unpooled.wrappedBuffer(FIRST, wrong, FIRST)));
            assertFalse(channel.isOpen());
            assertArrayEquals(FIRST, ByteBufUtil.getBytes(channel.<ByteBuf>readInbound()));
            channel.finishAndReleaseAll();
        }
    }

    @Test
    void saysThatAConnectionEndedWithinAMessage() {
        EmbeddedChannel channel = new EmbeddedChannel(new IpfixFramer());
        channel.writeInbound(Unpooled.copiedBuffer(FIRST, 0, FIRST.length - 1));
        assertTrue(assertThrows(CorruptedFrameException.class, channel::finish)
                .toString()
                .contains("within a message"));
    }
}
