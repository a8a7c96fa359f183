package io.nurs.netlink.packet;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Memory ends where the packet does, so that reading on would throw. The seed is fixed; a failure prints the packet. */
class PacketFuzzTest {
    private static final int MUTATED = 150_000;
    private static final int RANDOM = 50_000;

    private final Random random = new Random(42);
    private final PacketHeaders packet = new PacketHeaders();
    private long ports;
    private long malformed;

    @Test
    void survivesMutatedCaptures() {
        List<byte[]> captures =
                PacketCaptures.NAMES.stream().map(PacketCaptures::read).toList();
        for (int i = 0; i < MUTATED; i++) {
            byte[] frame = captures.get(random.nextInt(captures.size())).clone();
            for (int n = random.nextInt(4); n > 0; n--) {
                // Headers are what matters.
                frame[random.nextInt(Math.min(frame.length, 80))] = (byte) random.nextInt(256);
            }
            touch(random.nextBoolean() ? frame : Arrays.copyOf(frame, random.nextInt(frame.length + 1)));
        }
        assertTrue(ports > MUTATED / 10, "too few got through: " + ports);
        assertTrue(malformed > MUTATED / 100, "too few were malformed: " + malformed);
    }

    @Test
    void survivesRandomOctets() {
        int[] types = {0, PacketHeaders.ETH_P_IP, PacketHeaders.ETH_P_IPV6, PacketHeaders.ETH_P_8021Q};
        for (int i = 0; i < RANDOM; i++) {
            byte[] octets = new byte[random.nextInt(200)];
            random.nextBytes(octets);
            if (octets.length > 0 && random.nextBoolean()) {
                octets[0] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
            }
            touch(octets);
            try {
                packet.wrapNetwork(MemorySegment.ofArray(octets), 0, octets.length, types[random.nextInt(4)]);
                packet.withEthernet(0, octets.length);
                read();
            } catch (RuntimeException e) {
                throw new AssertionError(HexFormat.of().formatHex(octets), e);
            }
        }
    }

    private void touch(byte[] frame) {
        try {
            packet.wrapEthernet(MemorySegment.ofArray(frame), 0, frame.length);
            read();
        } catch (RuntimeException e) {
            throw new AssertionError(HexFormat.of().formatHex(frame), e);
        }
    }

    private void read() {
        for (PacketField field : PacketField.values()) {
            packet.value(field);
        }
        packet.sourceHigh();
        packet.sourceLow();
        packet.destinationHigh();
        packet.destinationLow();
        packet.fragmentOffset();
        packet.isFragment();
        packet.ipv4OptionsLength();
        packet.hasExtension(PacketHeaders.ROUTING);
        assertTrue(packet.payloadLength() >= 0);
        assertTrue(packet.payloadOffset() <= packet.end());
        assertTrue(packet.end() <= packet.memory().byteSize());
        assertTrue(packet.transportOffset() <= packet.memory().byteSize());
        ports += packet.hasPorts() ? 1 : 0;
        malformed += packet.isMalformed() ? 1 : 0;
        Checksums.mend(packet);
    }
}
