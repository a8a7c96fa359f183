package io.nurs.netlink.packet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.nurs.netlink.packet.Checksums.Mended;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against checksums that the kernel has made. */
class ChecksumsTest {
    private final PacketHeaders packet = new PacketHeaders();

    static List<String> checksummed() {
        return PacketCaptures.CHECKSUMMED;
    }

    @ParameterizedTest
    @MethodSource("checksummed")
    void mendsWhatTheKernelMade(String name) {
        byte[] frame = PacketCaptures.read(name);
        byte[] spoilt = frame.clone();
        wrap(spoilt);
        int transport = (int) packet.transportOffset()
                + switch (packet.protocol()) {
                    case PacketHeaders.TCP -> 16;
                    case PacketHeaders.UDP -> 6;
                    default -> 2;
                };
        spoilt[transport] ^= 0x55;
        spoilt[transport + 1] ^= 0x0f;
        if (packet.isIpv4()) {
            spoilt[14 + 10] ^= 0x77;
            spoilt[14 + 11] ^= 0x01;
        }
        assertFalse(Arrays.equals(frame, spoilt));
        assertEquals(Mended.ALL, mend(spoilt));
        assertArrayEquals(frame, spoilt);
    }

    @ParameterizedTest
    @MethodSource("checksummed")
    void addsUpToAllOnesOverWhatTheKernelMade(String name) {
        byte[] frame = PacketCaptures.read(name);
        wrap(frame);
        long octets = packet.end() - packet.transportOffset();
        long pseudo = packet.protocol() == PacketHeaders.ICMP ? 0 : Checksums.pseudoHeaderSum(packet, octets);
        assertEquals(
                0xffff,
                Checksums.fold(pseudo + Checksums.sum(MemorySegment.ofArray(frame), packet.transportOffset(), octets)));
    }

    @Test
    void leavesADatagramWithoutChecksumAlone() {
        byte[] frame = PacketCaptures.read("udp4-unchecked");
        byte[] changed = frame.clone();
        changed[changed.length - 1] ^= 1;
        byte[] expected = changed.clone();
        assertEquals(Mended.ALL, mend(changed));
        assertArrayEquals(expected, changed);
    }

    @Test
    void sendsAUdpChecksumOf0AsAllOnes() {
        byte[] frame = PacketCaptures.read("udp4");
        ByteBuffer octets = ByteBuffer.wrap(frame);
        int checksum = 14 + 20 + 6;
        int payload = 14 + 20 + 8;
        // What the checksum lacks to 0 is added to two octets that it covers.
        int sum = Short.toUnsignedInt(octets.getShort(payload)) + Short.toUnsignedInt(octets.getShort(checksum));
        octets.putShort(payload, (short) Checksums.fold(sum));
        assertEquals(Mended.ALL, mend(frame));
        assertEquals((short) 0xffff, octets.getShort(checksum));
    }

    @Test
    void mendsOnlyTheHeaderOfAFragment() {
        byte[] frame = PacketCaptures.read("udp4-fragment1");
        byte[] expected = frame.clone();
        frame[14 + 10] = 0;
        assertEquals(Mended.NETWORK_ONLY, mend(frame));
        assertArrayEquals(expected, frame);
    }

    @Test
    void leavesAlonePacketsWhoseLastAddressIsNotInTheHeader() {
        byte[] frame = PacketCaptures.read("udp6-routing");
        frame[14 + 40 + 3] = 1;
        byte[] expected = frame.clone();
        assertEquals(Mended.NETWORK_ONLY, mend(frame));
        assertArrayEquals(expected, frame);
    }

    @Test
    void adjustsToWhatAFullComputationGives() {
        byte[] frame = PacketCaptures.read("udp4");
        ByteBuffer octets = ByteBuffer.wrap(frame);
        int checksum = 14 + 20 + 6;
        int payload = 14 + 20 + 8;
        for (int value : new int[] {0, 1, 0x7fff, 0x8000, 0xfffe, 0xffff}) {
            int adjusted = Checksums.adjusted(octets.getShort(checksum), octets.getShort(payload), value);
            octets.putShort(payload, (short) value);
            assertEquals(Mended.ALL, mend(frame));
            assertEquals(octets.getShort(checksum), (short) adjusted, () -> "with " + value);
        }
    }

    /** RFC 1071 §3. */
    @Test
    void addsAsTheRfcDoes() {
        byte[] octets = {0x00, 0x01, (byte) 0xf2, 0x03, (byte) 0xf4, (byte) 0xf5, (byte) 0xf6, (byte) 0xf7};
        assertEquals(0xddf2, Checksums.fold(Checksums.sum(MemorySegment.ofArray(octets), 0, octets.length)));
        assertEquals(0xdcfb, Checksums.fold(Checksums.sum(MemorySegment.ofArray(octets), 0, 7)));
    }

    private Mended mend(byte[] frame) {
        wrap(frame);
        return Checksums.mend(packet);
    }

    private void wrap(byte[] frame) {
        packet.wrapEthernet(MemorySegment.ofArray(frame), 0, frame.length);
    }
}
