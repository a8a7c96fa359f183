package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.nurs.appliance.Transports;
import io.nurs.appliance.lab.Lab;
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
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class UdpLinkTest extends LinkTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    Path directory;

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
    void anInterfaceThatIsNotThereLeavesItDownAndIsNamed() throws Exception {
        Collector collector = open("type: ipfix, bind-device: nowhere0, collector: 127.0.0.1");

        assertFalse(collector.isUp());
        assertTrue(
                collector.stats().lastFailure().contains("No such device"),
                collector.stats().lastFailure());
        collector.close().sync();
    }

    @Test
    void anAddressThatThisMachineDoesNotHaveLeavesItDownAndIsNamed() throws Exception {
        Collector collector = open("type: ipfix, biflow: true, source-address: 192.0.2.1, collector: 127.0.0.1");
        FlowExporter exporter = exporter(collector);
        flows(source(exporter), 3);

        assertFalse(collector.isUp());
        assertTrue(
                collector.stats().lastFailure().contains("Cannot assign requested address"),
                collector.stats().lastFailure());
        assertEquals(3, collector.notSent().flows());
        assertTrue(exporter.takesMore(), "waits for it");
        collector.close().sync();
    }

    @ParameterizedTest
    @EnumSource(Transports.class)
    void aNameThatDoesNotResolveAtStartIsTriedAgain(Transports transport) throws Exception {
        try (OwnNames names = OwnNames.open();
                DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
            Collector collector = open(transport, names.exporter(socket.getLocalPort()));
            assertFalse(collector.isUp());
            assertTrue(collector.stats().lastFailure().contains("does not resolve"));
            EmbeddedSource source = source(exporter(collector));
            flows(source, 1);
            assertEquals(1, collector.notSent().flows());

            names.are("127.0.0.1");
            Wait.until("a connection", collector::isUp);

            assertArrives(socket, source);
            collector.close().sync();
        }
    }

    @ParameterizedTest
    @EnumSource(Transports.class)
    void whatWasEncodedForACollectorWithoutAnAddressWaitsInTheSpool(Transports transport) throws Exception {
        try (OwnNames names = OwnNames.open();
                DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
            Collector collector = open(
                    transport,
                    names.exporter(socket.getLocalPort())
                            + ", options: false, spool: { directory: %s }".formatted(directory));
            EmbeddedSource source = source(exporter(collector));
            flows(source, 5);
            names.are("127.0.0.1");

            int records = 0;
            FlowDecoder decoder = new IpfixDecoder(DecoderLimits.DEFAULT);
            while (records < 5) {
                DatagramPacket packet = receive(socket);
                records += Objects.requireNonNull(decoder.decode(
                                new InetSocketAddress(LOOPBACK, 1),
                                Unpooled.wrappedBuffer(packet.getData(), 0, packet.getLength())))
                        .records()
                        .size();
            }
            assertEquals(0, collector.notSent().flows());
            collector.close().sync();
        }
    }

    @ParameterizedTest
    @EnumSource(Transports.class)
    void theNextAddressOfANameIsTriedWhenNothingListensAtTheFirst(Transports transport) throws Exception {
        try (OwnNames names = OwnNames.open();
                DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.3"))) {
            names.are("127.0.0.2", "127.0.0.3");
            Collector collector = open(transport, names.exporter(socket.getLocalPort()));
            EmbeddedSource source = source(exporter(collector));

            assertArrives(socket, source);
            collector.close().sync();
        }
    }

    /** An address without a route, in a namespace that has none to it. */
    @Tag("netns")
    @ParameterizedTest
    @EnumSource(Transports.class)
    void theNextAddressOfANameIsTriedWhenThereIsNoRouteToTheFirst(Transports transport) throws Exception {
        try (Lab lab = Lab.open();
                OwnNames names = OwnNames.open();
                DatagramSocket socket =
                        Lab.in(lab.server(), () -> new DatagramSocket(9995, InetAddress.ofLiteral(Lab.SERVER6)))) {
            Program.run(Lab.within(lab.client(), "ip", "-4", "route", "del", "default")
                    .toArray(String[]::new));
            names.are("192.0.2.77");
            Collector collector = Lab.in(lab.client(), () -> open(transport, names.exporter(9995)));
            assertFalse(collector.isUp());
            assertEquals("network is unreachable", collector.stats().lastFailure());

            names.are("192.0.2.77", Lab.SERVER6);

            assertArrives(socket, source(exporter(collector)));
            collector.close().sync();
        }
    }

    @Test
    void theNameIsResolvedAgainWhileTheCollectorIsDown() throws Exception {
        try (OwnNames names = OwnNames.open();
                DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.3"))) {
            names.are("127.0.0.2");
            Collector collector = open(Transports.EPOLL, names.exporter(socket.getLocalPort()));
            EmbeddedSource source = source(exporter(collector));
            Wait.until("an error", () -> {
                flows(source, 1);
                return collector.stats().sendErrors() > 0;
            });
            names.are("127.0.0.3");

            assertArrives(socket, source);
            collector.close().sync();
        }
    }

    private void assertArrives(DatagramSocket socket, EmbeddedSource source) throws Exception {
        socket.setSoTimeout(10);
        DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
        Wait.until("a datagram", () -> {
            flows(source, 1);
            try {
                socket.receive(packet);
                return true;
            } catch (SocketTimeoutException e) {
                return false;
            }
        });
        DecodedMessage first = decode("ipfix", packet);
        assertFalse(first.templates().isEmpty());
        assertEquals(List.of(), first.anomalies());
    }

    /** A name server of ours. */
    private static final class OwnNames implements AutoCloseable {
        private final Names.Lookup before = Names.lookup;
        private volatile List<String> addresses = List.of();

        static OwnNames open() {
            OwnNames names = new OwnNames();
            Names.lookup = names::addresses;
            return names;
        }

        private InetAddress[] addresses(String host) throws UnknownHostException {
            List<String> now = addresses;
            if (now.isEmpty()) {
                throw new UnknownHostException(host);
            }
            return now.stream().map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
        }

        void are(String... now) {
            addresses = List.of(now);
        }

        String exporter(int port) {
            return "type: ipfix, biflow: true, collector: \"collector.example:%d\", reconnect-interval: 1s"
                    .formatted(port);
        }

        @Override
        public void close() {
            Names.lookup = before;
        }
    }

    /** The kernel refuses each datagram, EPERM: none leaves this machine. */
    @Tag("netns")
    @ParameterizedTest
    @CsvSource({"EPOLL,false", "EPOLL,true", "IO_URING,false", "IO_URING,true"})
    void whatAFirewallHereDropsIsNotSent(Transports transport, boolean spool) throws Exception {
        try (Lab lab = Lab.open()) {
            Program.run(Lab.within(
                            lab.client(),
                            "nft",
                            "add table inet t; add chain inet t o { type filter hook output priority 0; };"
                                    + " add rule inet t o udp dport 9995 drop")
                    .toArray(String[]::new));
            Collector collector = Lab.in(
                    lab.client(),
                    () -> open(
                            transport,
                            "type: ipfix, collector: \"%s:9995\"%s"
                                    .formatted(
                                            Lab.SERVER4,
                                            spool ? ", spool: { directory: %s }".formatted(directory) : "")));
            EmbeddedSource source = source(exporter(collector));
            flows(source, 1000);
            if (spool) {
                Wait.until("messages in the spool", () -> {
                    flows(source, 1);
                    return !collector.isUp();
                });
                assertEquals(0, collector.notSent().flows());
                Wait.until(
                        "all records in the spool",
                        () -> collector.encoded().records()
                                == Objects.requireNonNull(collector.spooled()).spooledRecords());
            } else {
                loop.submit(() -> collector.channel().flush()).sync();
                assertTrue(collector.encoded().flowRecords() >= 1000);
                Wait.until(
                        "the answers",
                        () -> collector.lostRecords() == collector.encoded().flowRecords());
                collector.countLost();
                assertEquals(
                        collector.encoded().flowRecords(), collector.notSent().flows());
            }
            collector.close().sync();
        }
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
