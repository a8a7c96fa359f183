package io.nurs.appliance.collect.pcap;

import static io.nurs.appliance.collect.Wire.*;
import static io.nurs.appliance.collect.pcap.Packets.*;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.collect.Recorded;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Seeded, so that a failure comes again. */
class CaptureFuzzTest {
    private static final int ROUNDS = 5_000 * Integer.getInteger("nurs.fuzz", 1);
    private static final byte[] MESSAGE = ipfix(0, TEMPLATE10, DATA);

    @Test
    void noFileMakesItThrowAnythingButIoException() {
        byte[][] files = {pcapOfAll(), pcapngOfAll()};
        Random random = new Random(1);
        long read = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] file = files[i % files.length].clone();
            for (int flips = random.nextInt(6); flips >= 0; flips--) {
                file[random.nextInt(file.length)] = (byte) random.nextInt();
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(file.length) : file.length;
            Recorded recorded = new Recorded();
            try {
                new CaptureReader(recorded.inspector, random.nextBoolean() ? Set.of() : Set.of(COLLECTOR_PORT))
                        .readAll(new ByteArrayInputStream(Arrays.copyOf(file, length)));
            } catch (IOException e) {
                assertNotNull(e.getMessage());
            }
            read += recorded.records().size();
        }
        assertTrue(read > ROUNDS, "most mutations leave something to read: " + read);
    }

    private static List<byte[]> packets() {
        byte[] datagram = udp(MESSAGE);
        return List.of(
                ethernet(ipv4(17, datagram)),
                under(new byte[12], 0x8100, under(new byte[2], 0x86dd, ipv6(17, datagram))),
                ethernet(ipv4(17, 0, true, Arrays.copyOf(datagram, 24))),
                ethernet(ipv4(17, 24, false, Arrays.copyOfRange(datagram, 24, datagram.length))),
                ethernet(ipv4(6, tcp(1, 0x02, new byte[0]))),
                ethernet(ipv4(6, tcp(22, 0x10, Arrays.copyOfRange(MESSAGE, 20, MESSAGE.length)))),
                ethernet(ipv4(6, tcp(2, 0x11, Arrays.copyOf(MESSAGE, 20)))));
    }

    private static byte[] pcapOfAll() {
        return pcap(ETHERNET, packets());
    }

    private static byte[] pcapngOfAll() {
        ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.BIG_ENDIAN);
        out.putInt(0x0a0d0d0a)
                .putInt(28)
                .putInt(0x1a2b3c4d)
                .putInt(0x00010000)
                .putLong(-1)
                .putInt(28);
        out.putInt(1).putInt(32).putShort((short) ETHERNET).putShort((short) 0).putInt(0);
        out.putShort((short) 9)
                .putShort((short) 1)
                .put((byte) 9)
                .put(new byte[3])
                .putInt(0)
                .putInt(32);
        for (byte[] packet : packets()) {
            int padded = (packet.length + 3) / 4 * 4;
            out.putInt(6).putInt(32 + padded).putInt(0).putLong(1_700_000_061_000_000_000L);
            out.putInt(packet.length)
                    .putInt(packet.length)
                    .put(Arrays.copyOf(packet, padded))
                    .putInt(32 + padded);
        }
        return Arrays.copyOf(out.array(), out.position());
    }
}
