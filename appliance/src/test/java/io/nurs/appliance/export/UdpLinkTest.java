package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.nurs.appliance.StartException;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.FlowDecoder;
import io.nurs.ipfix.IpfixDecoder;
import io.nurs.netflow9.Netflow9Decoder;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UdpLinkTest extends LinkTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private static DatagramPacket receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
        socket.setSoTimeout(10_000);
        socket.receive(packet);
        return packet;
    }

    private static DecodedMessage decode(String type, DatagramPacket packet) {
        FlowDecoder decoder = type.equals("ipfix")
                ? new IpfixDecoder(DecoderLimits.DEFAULT)
                : new Netflow9Decoder(DecoderLimits.DEFAULT);
        return Objects.requireNonNull(decoder.decode(
                new InetSocketAddress(LOOPBACK, 1), Unpooled.wrappedBuffer(packet.getData(), 0, packet.getLength())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"netflow9", "ipfix"})
    void theFirstDatagramThatACollectorGetsWhenItIsBackCanBeDecoded(String type) throws Exception {
        DatagramSocket socket = new DatagramSocket(0, LOOPBACK);
        int port = socket.getLocalPort();
        Collector collector =
                open("type: %s, collector: \"127.0.0.1:%d\", template-refresh: { copies: 0 }".formatted(type, port));
        EmbeddedSource source = source(exporter(collector));
        flows(source, 1);
        assertFalse(decode(type, receive(socket)).templates().isEmpty());
        flows(source, 1);
        assertTrue(decode(type, receive(socket)).templates().isEmpty(), "templates in every datagram");

        socket.close();
        Wait.until("an error", () -> {
            flows(source, 1);
            return collector.stats().sendErrors() > 0;
        });
        assertFalse(collector.isUp());
        try (DatagramSocket again = new DatagramSocket(port, LOOPBACK)) {
            flows(source, 1);
            DecodedMessage first = decode(type, receive(again));

            assertFalse(first.records().isEmpty());
            assertEquals(List.of(), first.anomalies());
        }
        collector.close().sync();
    }

    @Test
    void sendsFromTheAddressThatWasChosen() throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
            Collector collector =
                    open("type: ipfix, source-address: 127.0.0.5, bind-device: lo, collector: \"127.0.0.1:%d\""
                            .formatted(socket.getLocalPort()));
            flows(source(exporter(collector)), 1);

            assertEquals("127.0.0.5", receive(socket).getAddress().getHostAddress());
            collector.close().sync();
        }
    }

    @Test
    void anInterfaceThatIsNotThereIsRefused() {
        StartException refused = assertThrows(
                StartException.class, () -> open("type: ipfix, bind-device: nowhere0, collector: 127.0.0.1"));

        assertTrue(
                refused.advice().startsWith("exporter main: cannot reach collector 127.0.0.1:4739: "),
                refused.advice());
        assertTrue(refused.advice().contains("No such device"), refused.advice());
    }

    @Test
    void anAddressOfAnotherMachineIsRefused() {
        StartException refused = assertThrows(
                StartException.class, () -> open("type: ipfix, source-address: 192.0.2.1, collector: 127.0.0.1"));

        assertTrue(refused.advice().contains("Cannot assign requested address"), refused.advice());
    }

    /** 46 is Expedited Forwarding, 0xb8 in the octet of the IP header. */
    @Test
    void marksWhatItSends() throws Exception {
        Requires.root();
        Requires.tools("tcpdump");
        try (DatagramSocket socket = new DatagramSocket(0, LOOPBACK);
                Program tcpdump = Program.start(List.of(
                        "tcpdump",
                        "-Z",
                        "root",
                        "-i",
                        "lo",
                        "-n",
                        "-v",
                        "--immediate-mode",
                        "-l",
                        "udp dst port " + socket.getLocalPort()))) {
            tcpdump.waitForOutput("listening on");
            Collector collector =
                    open("type: ipfix, dscp: 46, collector: \"127.0.0.1:%d\"".formatted(socket.getLocalPort()));
            flows(source(exporter(collector)), 1);

            tcpdump.waitForOutput("tos 0xb8");
            collector.close().sync();
        }
    }
}
