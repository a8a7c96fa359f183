package io.nurs.appliance.collect.pcap;

import static io.nurs.appliance.collect.ComplaintKind.*;
import static io.nurs.appliance.collect.Wire.*;
import static io.nurs.appliance.collect.pcap.Packets.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.collect.ComplaintKind;
import io.nurs.appliance.collect.Recorded;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaptureReaderTest {
    private static final int UDP = 17;
    private static final int TCP = 6;
    private static final int FIN = 0x01;
    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int ACK = 0x10;

    private static final byte[] MESSAGE = ipfix(0, TEMPLATE10, DATA);
    private static final byte[] SECOND = ipfix(1, DATA);

    private final Recorded recorded = new Recorded();
    private CaptureReader reader = new CaptureReader(recorded.inspector, Set.of());

    private void read(byte[] capture) throws IOException {
        reader.readAll(new ByteArrayInputStream(capture));
    }

    private void assertReads(int records) {
        assertEquals(List.of(), recorded.complaints());
        assertEquals(List.of(), reader.skipped());
        assertEquals(records, recorded.records().size());
    }

    @Test
    void findsWhatIsWrongWithNurs01() throws IOException {
        try (InputStream in = CaptureReaderTest.class.getResourceAsStream("/captures/nurs-ctflow9.pcap")) {
            reader.readAll(Objects.requireNonNull(in));
        }
        assertFindsNurs01();
        assertEquals(7, recorded.packets().getLast(), "the boot moves in the last packet");
        List<String> lengths = recorded.complaints().stream()
                .filter(complaint -> complaint.kind() == FIELD_LENGTH)
                .map(complaint -> complaint.what())
                .toList();
        for (int template = 256; template < 260; template++) {
            String of = "template " + template + ", ";
            assertTrue(
                    lengths.containsAll(List.of(
                            of + "tcpControlBits(6): is sent in 4 octets, and version 9 has 1",
                            of + "protocolIdentifier(4): is sent in 4 octets, and version 9 has 1")),
                    lengths::toString);
        }
    }

    private void assertFindsNurs01() {
        assertEquals(26, recorded.records().size());
        assertEquals(8, recorded.inspector.tally().complaints(FIELD_LENGTH));
        assertEquals(8, recorded.inspector.tally().complaints(SPLIT_SET));
        assertEquals(1, recorded.inspector.tally().complaints(BOOT));
        assertEquals(17, recorded.inspector.tally().complaints());
        assertEquals(List.of(), reader.skipped());
    }

    /** As Wireshark's own tool writes the same packets. */
    @ParameterizedTest
    @ValueSource(strings = {"pcapng", "nsecpcap", "pcap"})
    void readsWhatWiresharkWrites(String format, @TempDir Path directory) throws Exception {
        Requires.tools("editcap");
        Path original = directory.resolve("original.pcap");
        try (InputStream in = CaptureReaderTest.class.getResourceAsStream("/captures/nurs-ctflow9.pcap")) {
            Files.copy(Objects.requireNonNull(in), original);
        }
        Path file = directory.resolve("converted");
        Program.run("editcap", "-F", format, original.toString(), file.toString());
        read(Files.readAllBytes(file));
        assertFindsNurs01();
        assertEquals(
                Instant.parse("2026-11-22T17:53:51.196649Z"),
                recorded.arrivals().getFirst().time());
    }

    @Test
    void readsEveryLinkLayer() throws IOException {
        byte[] packet = ipv4(UDP, udp(MESSAGE));
        byte[] packet6 = ipv6(UDP, udp(MESSAGE));
        byte[] tag = {0, 5};
        read(pcap(ETHERNET, List.of(ethernet(packet))));
        read(pcap(ETHERNET, List.of(under(new byte[12], 0x8100, under(tag, 0x0800, packet)))));
        read(pcap(ETHERNET, List.of(under(new byte[12], 0x88a8, under(tag, 0x8100, under(tag, 0x86dd, packet6))))));
        read(pcap(101, List.of(packet, packet6)));
        read(pcap(113, List.of(under(new byte[14], 0x86dd, packet6))));
        byte[] cooked = new byte[20 + packet.length];
        cooked[0] = 8;
        System.arraycopy(packet, 0, cooked, 20, packet.length);
        read(pcap(276, List.of(cooked)));
        read(pcap(0, List.of(under(new byte[] {2, 0}, 0, packet))));
        read(pcap(108, List.of(under(new byte[] {0, 0}, 2, packet))));
        // The same message again and again: its sequence is that of the first.
        assertEquals(9, recorded.records().size());
        assertEquals(List.of(), reader.skipped());
    }

    @Test
    void readsBothByteOrdersAndResolutions() throws IOException {
        List<byte[]> bad = List.of(ethernet(ipv4(UDP, udp(ipfix(0, DATA)))));
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            reader = new CaptureReader(recorded.inspector, Set.of(COLLECTOR_PORT));
            read(pcap(order, 0xa1b2c3d4, ETHERNET, bad));
            reader = new CaptureReader(recorded.inspector, Set.of(COLLECTOR_PORT));
            read(pcap(order, 0xa1b23c4d, ETHERNET, bad));
        }
        assertEquals(
                List.of("2023-11-14T22:14:21.000005Z", "2023-11-14T22:14:21.000000005Z"),
                recorded.arrivals().stream()
                        .map(arrival -> arrival.time().toString())
                        .distinct()
                        .toList());
        assertEquals(4, recorded.complaints().size());
    }

    @Test
    void putsFragmentsTogetherInAnyOrder() throws IOException {
        byte[] datagram = udp(MESSAGE);
        byte[] first = ipv4(UDP, 0, true, Arrays.copyOf(datagram, 24));
        byte[] second = ipv4(UDP, 24, true, Arrays.copyOfRange(datagram, 24, 40));
        byte[] third = ipv4(UDP, 40, false, Arrays.copyOfRange(datagram, 40, datagram.length));
        read(pcap(101, List.of(third, first, second)));
        assertReads(1);
    }

    @Test
    void saysThatAFragmentIsMissing() throws IOException {
        byte[] datagram = udp(MESSAGE);
        read(pcap(101, List.of(ipv4(UDP, 0, true, Arrays.copyOf(datagram, 24)))));
        assertEquals(List.of("skipped: 1 fragmented packets of which a part is missing"), reader.skipped());
    }

    @Test
    void putsSegmentsInOrderAndReadsEachOctetOnce() throws IOException {
        byte[] stream = ByteBuffer.allocate(MESSAGE.length + SECOND.length)
                .put(MESSAGE)
                .put(SECOND)
                .array();
        int begin = 0xffff_fff0; // wraps within the stream
        byte[] a = tcp(begin + 1, ACK, Arrays.copyOfRange(stream, 0, 20));
        byte[] b = tcp(begin + 21, ACK, Arrays.copyOfRange(stream, 20, 40));
        byte[] overlapping = tcp(begin + 11, ACK, Arrays.copyOfRange(stream, 10, 45));
        byte[] last = tcp(begin + 46, ACK | FIN, Arrays.copyOfRange(stream, 45, stream.length));
        read(pcap(
                101,
                Stream.of(tcp(begin, SYN, new byte[0]), b, a, b, overlapping, a, last)
                        .map(segment -> ipv4(TCP, segment))
                        .toList()));
        assertReads(2);
    }

    @Test
    void readsVersion9OutOfAStream() throws IOException {
        byte[] packet = HexFormat.of()
                .parseHex("0009000100000001" + "6553f13c" + "00000000" + "0000002a"
                        + set(0, "0100 0001 0001 0004").replace(" ", ""));
        byte[] next = HexFormat.of()
                .parseHex("0009000100000001" + "6553f13c" + "00000001" + "0000002a" + set(256, "00000001"));
        read(pcap(
                101,
                List.of(
                        ipv4(TCP, tcp(5, ACK, packet)),
                        ipv6(TCP, tcp(9, ACK, packet)),
                        ipv4(TCP, tcp(5 + packet.length, ACK, next)))));
        assertReads(1);
    }

    @Test
    void aConnectionThatEndsWithinAMessageIsAFault() throws IOException {
        byte[] half = Arrays.copyOf(MESSAGE, 30);
        read(pcap(101, List.of(ipv4(TCP, tcp(5, ACK, half)), ipv4(TCP, tcp(35, RST, new byte[0])))));
        assertEquals(List.of(STREAM), recorded.kinds());
    }

    /** But a capture that ends within one has only been ended. */
    @Test
    void aCaptureThatEndsWithinAMessageIsNone() throws IOException {
        read(pcap(101, List.of(ipv4(TCP, tcp(5, ACK, Arrays.copyOf(MESSAGE, 30))))));
        assertReads(0);
    }

    @Test
    void saysThatASegmentIsMissing() throws IOException {
        read(pcap(
                101,
                List.of(
                        ipv4(TCP, tcp(5, ACK, MESSAGE)),
                        ipv4(TCP, tcp(500, ACK, SECOND)),
                        ipv4(TCP, tcp(500 + SECOND.length, FIN, new byte[0])))));
        assertEquals(List.of("skipped: 1 TCP streams of which a part is missing"), reader.skipped());
        assertEquals(List.of(), recorded.complaints());
        assertEquals(1, recorded.records().size());
    }

    /** So many connections between others, none of which is seen to end. */
    private static List<byte[]> connections(int count, int flags, byte[] payload) {
        return IntStream.range(0, count)
                .mapToObj(port -> ipv4(TCP, tcp(port, 5, flags, payload)))
                .toList();
    }

    private static final byte[] HTTP = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    @Test
    void otherConnectionsTakeNoRoom() throws IOException {
        List<byte[]> packets = new ArrayList<>(connections(300, ACK, HTTP));
        packets.addAll(connections(600, SYN, new byte[0]));
        packets.add(ipv4(TCP, tcp(5, ACK, MESSAGE)));
        packets.addAll(connections(300, ACK, HTTP));
        packets.add(ipv4(TCP, tcp(5 + MESSAGE.length, ACK, SECOND)));
        read(pcap(101, packets));
        assertReads(2);
    }

    @Test
    void whatGoesOnInAStreamThatIsNotOfFlowsIsNoBeginning() throws IOException {
        read(pcap(101, List.of(ipv4(TCP, tcp(5, ACK, HTTP)), ipv4(TCP, tcp(5 + HTTP.length, ACK, MESSAGE)))));
        assertReads(0);
        // Until another connection has the same addresses and ports.
        read(pcap(101, List.of(ipv4(TCP, tcp(0, SYN, new byte[0])), ipv4(TCP, tcp(1, ACK, MESSAGE)))));
        assertReads(1);
    }

    @Test
    void countsTheStreamsThatItHasNoRoomFor() throws IOException {
        List<byte[]> packets = new ArrayList<>(connections(258, ACK, Arrays.copyOf(MESSAGE, 30)));
        packets.addAll(connections(258, ACK, Arrays.copyOf(MESSAGE, 30)));
        packets.add(ipv4(TCP, tcp(5, ACK, HTTP)));
        read(pcap(101, packets));
        assertEquals(
                List.of("skipped: 2 TCP streams of flows, more than 256 at a time (--port chooses)"), reader.skipped());
        assertEquals(2, reader.refusedStreams());
    }

    @Test
    void leavesAloneWhatIsNotFlows() throws IOException {
        byte[] dns = HexFormat.of().parseHex("0009010000010000000000000765786d616d706c6503636f6d0000010001");
        byte[] http = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        read(pcap(101, List.of(ipv4(UDP, udp(dns)), ipv4(TCP, tcp(5, ACK, http)), ipv4(1, new byte[8]), new byte[0])));
        assertReads(0);
        assertEquals(0, recorded.inspector.tally().messages());
    }

    /** Its clock is not set, and its first set is none: nothing but the version looks like flows. */
    private static final byte[] BROKEN =
            HexFormat.of().parseHex("0009000100000001" + "00000007" + "00000000" + "0000002a" + "00020384");

    @Test
    void whatCameToACollectorBeforeItWasKnownIsLookedAtToo() throws IOException {
        read(pcap(101, List.of(ipv4(UDP, udp(BROKEN)), ipv4(UDP, udp(MESSAGE)))));
        assertEquals(List.of(SET_LENGTH, TIME), recorded.kinds());
        assertEquals(List.of(1L, 1L), recorded.packets());
        assertEquals(1, recorded.records().size());
    }

    @Test
    void aSecondExporterOfACollectorIsLookedAtHoweverBrokenItIs() throws IOException {
        byte[] other = udp(BROKEN);
        other[1]++;
        read(pcap(101, List.of(ipv4(UDP, udp(MESSAGE)), ipv4(UDP, other))));
        assertEquals(List.of(SET_LENGTH, TIME), recorded.kinds());
        assertEquals(List.of(2L, 2L), recorded.packets());
    }

    @Test
    void whatLooksLikeNothingElseIsLeftAlone() throws IOException {
        read(pcap(101, List.of(ipv4(UDP, udp(BROKEN)), ipv4(UDP, udp(BROKEN)))));
        assertReads(0);
    }

    /** The time of the capture in its header is enough. */
    @Test
    void aMessageWhoseSetIsBrokenIsOneByItsClock() throws IOException {
        byte[] message = BROKEN.clone();
        System.arraycopy(HexFormat.of().parseHex("6553f13c"), 0, message, 8, 4);
        read(pcap(101, List.of(ipv4(UDP, udp(message)))));
        assertEquals(List.of(SET_LENGTH), recorded.kinds());
    }

    @Test
    void atAPortThatIsNamedAllIsFlows() throws IOException {
        byte[] wrong = HexFormat.of().parseHex("00050001000000000000");
        reader = new CaptureReader(recorded.inspector, Set.of(COLLECTOR_PORT));
        read(pcap(101, List.of(ipv4(UDP, udp(wrong)), ipv4(TCP, tcp(5, ACK, wrong)))));
        assertEquals(List.of(NOT_A_MESSAGE, ComplaintKind.STREAM), recorded.kinds());
        assertEquals(List.of(1L, 2L), recorded.packets());
        reader = new CaptureReader(recorded.inspector, Set.of(9995));
        read(pcap(101, List.of(ipv4(UDP, udp(wrong)), ipv4(UDP, udp(MESSAGE)))));
        assertEquals(2, recorded.complaints().size());
    }

    @Test
    void saysWhatTheCaptureHasCut() throws IOException {
        byte[] packet = ipv4(UDP, udp(MESSAGE));
        read(pcap(101, List.of(packet, Arrays.copyOf(packet, packet.length - 9))));
        assertEquals(1, recorded.records().size());
        assertEquals(
                List.of("skipped: 1 packets that the capture has cut (take all of each: tcpdump -s 0)"),
                reader.skipped());
    }

    @Test
    void aFileThatEndsWithinAPacketIsReadUpToThere() throws IOException {
        byte[] capture = pcap(101, List.of(ipv4(UDP, udp(MESSAGE)), ipv4(UDP, udp(SECOND))));
        read(Arrays.copyOf(capture, capture.length - 1));
        assertEquals(1, recorded.records().size());
        assertEquals(List.of("the file ends within a packet"), reader.skipped());
    }

    @Test
    void whatIsNoCaptureIsRefused() {
        assertThrows(IOException.class, () -> read(new byte[0]));
        assertThrows(IOException.class, () -> read(new byte[100]));
        byte[] damaged = pcap(101, List.of(new byte[4]));
        damaged[24 + 8 + 3] = 0x7f;
        assertTrue(
                assertThrows(IOException.class, () -> read(damaged)).toString().contains("damaged"));
    }
}
