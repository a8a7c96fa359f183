package io.nurs.netflow9;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.CorruptedFrameException;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Seeded, so that a failure comes again. */
class Netflow9DecoderFuzzTest {
    /** A multiple for those who have more time: -Dnurs.fuzz=10. */
    private static final int FACTOR = Integer.getInteger("nurs.fuzz", 1);

    private static final int MUTATIONS = 900_000 * FACTOR;
    private static final int NOISE = 150_000 * FACTOR;
    private static final int STREAMS = 15_000 * FACTOR;
    private static final int AMID = 60_000 * FACTOR;

    /** How often it is looked at that nothing grows. */
    private static final int CHECK = 1000;

    private static final byte[][] GOLDEN = {
        Golden.datagram("first.hex"), Golden.datagram("mixed.hex"), Golden.datagram("options.hex")
    };
    private static final int[] NASTY = {0, 1, 2, 3, 4, 5, 9, 255, 256, 257, 32767, 32768, 65532, 65535};

    private final DecoderLimits limits = new DecoderLimits(8, 16, 64);
    private final Netflow9Decoder decoder = new Netflow9Decoder(limits);

    @Test
    void survivesMutatedDatagrams() {
        Random random = new Random(9);
        for (int i = 0; i < MUTATIONS; i++) {
            assertBounded(i);
            readAll(decoder.decode(sender(random), Unpooled.wrappedBuffer(mutated(random))));
        }
        assertMuchWasTried();
        assertTrue(decoder.stats().records() > MUTATIONS / 2, "most mutations leave something to read");
    }

    @Test
    void survivesNoise() {
        Random random = new Random(3954);
        for (int i = 0; i < NOISE; i++) {
            assertBounded(i);
            byte[] noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            if (noise.length > 1) {
                noise[0] = 0;
                noise[1] = 9;
            }
            readAll(decoder.decode(sender(random), Unpooled.wrappedBuffer(noise)));
        }
        assertMuchWasTried();
    }

    @Test
    void framerSurvivesMutatedStreams() {
        Random random = new Random(9995);
        for (int i = 0; i < STREAMS; i++) {
            EmbeddedChannel channel = new EmbeddedChannel(new Netflow9Framer());
            try {
                for (int pieces = 1 + random.nextInt(5); pieces > 0; pieces--) {
                    channel.writeInbound(Unpooled.wrappedBuffer(mutated(random)));
                    readAll(channel);
                }
                channel.finish();
            } catch (CorruptedFrameException e) {
                assertNotNull(e.getMessage());
            } catch (Exception e) {
                assertTrue(e instanceof ClosedChannelException, e::toString);
            } finally {
                readAll(channel);
                channel.finishAndReleaseAll();
            }
        }
        assertTrue(decoder.stats().records() > STREAMS / 2, "most mutations leave something to read");
        assertEquals(0, decoder.stats().undecodable(), "what a framer cuts has a header");
    }

    private void readAll(EmbeddedChannel channel) {
        for (ByteBuf packet = channel.readInbound(); packet != null; packet = channel.readInbound()) {
            readAll(decoder.decode(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), packet));
            packet.release();
        }
    }

    @Test
    void neverLooksBeyondTheDatagram() {
        Random random = new Random(5);
        for (int i = 0; i < AMID; i++) {
            byte[] datagram = mutated(random);
            assertEquals(decodeAmid(datagram, (byte) 0), decodeAmid(datagram, (byte) 0xff));
        }
    }

    private static String decodeAmid(byte[] datagram, byte neighbour) {
        byte[] memory = new byte[datagram.length + 200];
        Arrays.fill(memory, neighbour);
        System.arraycopy(datagram, 0, memory, 100, datagram.length);
        ByteBuf buffer = Unpooled.wrappedBuffer(memory).setIndex(100, 100 + datagram.length);
        Netflow9Decoder fresh = new Netflow9Decoder(DecoderLimits.DEFAULT);
        return String.valueOf(fresh.decode(new InetSocketAddress("192.0.2.1", 1), buffer));
    }

    private static byte[] mutated(Random random) {
        byte[] datagram = GOLDEN[random.nextInt(GOLDEN.length)].clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(datagram.length - 1);
            switch (random.nextInt(4)) {
                case 0 -> datagram[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> datagram[at] = (byte) random.nextInt();
                case 2 -> {
                    int nasty = NASTY[random.nextInt(NASTY.length)];
                    datagram[at & ~1] = (byte) (nasty >> 8);
                    datagram[at | 1] = (byte) nasty;
                }
                default -> {
                    int from = random.nextInt(datagram.length);
                    int length = Math.min(random.nextInt(40), datagram.length - Math.max(from, at));
                    System.arraycopy(datagram, from, datagram, at, length);
                }
            }
        }
        int length = random.nextInt(4) == 0 ? random.nextInt(datagram.length + 1) : datagram.length;
        return Arrays.copyOf(datagram, length);
    }

    /** A consumer's work: no value that came in may throw when it is looked at. */
    private static void readAll(@Nullable DecodedMessage message) {
        if (message != null) {
            message.records()
                    .forEach(record -> record.fields()
                            .forEach(field -> assertTrue(
                                    !field.value().toString().isEmpty() || field.value() instanceof String)));
        }
    }

    private void assertBounded(int round) {
        if (round % CHECK == 0) {
            assertTrue(decoder.senders() <= limits.maxSenders());
            assertTrue(decoder.templates() <= decoder.senders() * limits.maxTemplatesPerSender());
        }
    }

    private void assertMuchWasTried() {
        assertBounded(0);
        assertEquals(limits.maxSenders(), decoder.senders());
        assertTrue(decoder.stats().malformed() > 0);
        assertTrue(decoder.stats().evictedSenders() > 0);
    }

    private static InetSocketAddress sender(Random random) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), random.nextInt(12) + 1);
    }
}
