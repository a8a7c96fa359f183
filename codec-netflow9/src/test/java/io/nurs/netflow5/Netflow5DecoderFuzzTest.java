package io.nurs.netflow5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.netflow9.Golden;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Seeded, so that a failure comes again. */
class Netflow5DecoderFuzzTest {
    /** A multiple for those who have more time: -Dnurs.fuzz=10. */
    private static final int FACTOR = Integer.getInteger("nurs.fuzz", 1);

    private static final int MUTATIONS = 300_000 * FACTOR;
    private static final int NOISE = 100_000 * FACTOR;
    private static final int AMID = 30_000 * FACTOR;
    private static final byte[] GOLDEN = Golden.datagram("/io/nurs/netflow5/two.hex");
    private static final int[] NASTY = {0, 1, 2, 3, 29, 30, 31, 255, 256, 32767, 32768, 65535};

    private final DecoderLimits limits = new DecoderLimits(8, 16, 64);
    private final Netflow5Decoder decoder = new Netflow5Decoder(limits);

    @Test
    void survivesMutatedDatagrams() {
        Random random = new Random(5);
        for (int i = 0; i < MUTATIONS; i++) {
            readAll(decoder.decode(sender(random), Unpooled.wrappedBuffer(mutated(random))));
            assertTrue(decoder.senders() <= limits.maxSenders());
        }
        assertTrue(decoder.stats().records() > MUTATIONS / 2, "most mutations leave something to read");
        assertTrue(decoder.stats().malformed() > 0);
        assertTrue(decoder.stats().evictedSenders() > 0);
    }

    @Test
    void survivesNoise() {
        Random random = new Random(2055);
        for (int i = 0; i < NOISE; i++) {
            byte[] noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            if (noise.length > 1) {
                noise[0] = 0;
                noise[1] = 5;
            }
            readAll(decoder.decode(sender(random), Unpooled.wrappedBuffer(noise)));
        }
        assertEquals(limits.maxSenders(), decoder.senders());
        assertTrue(decoder.stats().malformed() > 0);
    }

    @Test
    void neverLooksBeyondTheDatagram() {
        Random random = new Random(55);
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
        Netflow5Decoder fresh = new Netflow5Decoder(DecoderLimits.DEFAULT);
        return String.valueOf(fresh.decode(new InetSocketAddress("192.0.2.1", 1), buffer));
    }

    private static byte[] mutated(Random random) {
        byte[] datagram = GOLDEN.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = 2 + random.nextInt(datagram.length - 2);
            if (random.nextBoolean()) {
                datagram[at] = (byte) random.nextInt();
            } else {
                int nasty = NASTY[random.nextInt(NASTY.length)];
                datagram[at & ~1] = (byte) (nasty >> 8);
                datagram[at | 1] = (byte) nasty;
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
                            .forEach(field ->
                                    assertTrue(!field.value().toString().isEmpty())));
        }
    }

    private static InetSocketAddress sender(Random random) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), random.nextInt(12) + 1);
    }
}
