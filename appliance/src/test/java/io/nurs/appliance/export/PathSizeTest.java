package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.nurs.appliance.Transports;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.FlowDecoder;
import io.nurs.netflow9.Netflow9Decoder;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A collector behind a router with a link that is narrower than the sender's. */
@Tag("netns")
class PathSizeTest extends LinkTest {
    private static final int FLOWS = 500;

    @TempDir
    Path directory;

    /** What is received, as it comes. */
    private static final class Receiver {
        private final DatagramSocket socket;
        private final FlowDecoder decoder = new Netflow9Decoder(DecoderLimits.DEFAULT);
        private long records;
        private int longest;

        Receiver(DatagramSocket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout(10);
            socket.setReceiveBufferSize(1 << 20);
        }

        void receive() throws IOException {
            try {
                while (true) {
                    DatagramPacket packet = new DatagramPacket(new byte[3000], 3000);
                    socket.receive(packet);
                    longest = Math.max(longest, packet.getLength());
                    records += Objects.requireNonNull(decoder.decode(
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                                    Unpooled.wrappedBuffer(packet.getData(), 0, packet.getLength())))
                            .records()
                            .stream()
                            .filter(record -> !record.template().isOptions())
                            .count();
                }
            } catch (SocketTimeoutException e) {
                // That was all.
            }
        }
    }

    private static void run(String namespace, String... command) throws Exception {
        Program.run(Lab.within(namespace, command).toArray(String[]::new));
    }

    private static void narrow(Lab lab) throws Exception {
        run(lab.router(), "ip", "link", "set", "outside", "mtu", "1280");
    }

    /** Of both families. */
    private static long fragmentsCreated(String namespace) throws IOException {
        return Lab.in(namespace, () -> {
            List<String> ipv4 = Files.readAllLines(Path.of("/proc/thread-self/net/snmp")).stream()
                    .filter(line -> line.startsWith("Ip:"))
                    .toList();
            int column = List.of(ipv4.getFirst().split(" ", -1)).indexOf("FragCreates");
            long ipv6 = Files.readAllLines(Path.of("/proc/thread-self/net/snmp6")).stream()
                    .filter(line -> line.startsWith("Ip6FragCreates"))
                    .mapToLong(line -> Long.parseLong(line.split("\\s+", -1)[1]))
                    .sum();
            return Long.parseLong(ipv4.get(1).split(" ", -1)[column]) + ipv6;
        });
    }

    @ParameterizedTest
    @CsvSource({"4,EPOLL,1252", "4,IO_URING,1252", "6,EPOLL,1232", "6,IO_URING,1232"})
    void datagramsFitThroughANarrowLinkBehindARouter(int family, Transports transport, int bytes) throws Exception {
        try (Lab lab = Lab.open();
                DatagramSocket socket = Lab.in(lab.server(), () -> new DatagramSocket(9995))) {
            narrow(lab);
            Receiver receiver = new Receiver(socket);
            Collector collector = Lab.in(
                    lab.client(),
                    () -> open(
                            transport,
                            "type: netflow9, collector: \"%s:9995\""
                                    .formatted(family == 4 ? Lab.SERVER4 : "[" + Lab.SERVER6 + "]")));
            EmbeddedSource source = source(exporter(collector));
            assertEquals(family == 4 ? 1472 : 1452, collector.datagramBytes());
            Wait.until("the router's word", () -> {
                flows(source, 30);
                return collector.datagramBytes() == bytes;
            });
            loop.submit(() -> collector.channel().flush()).sync();
            receiver.receive();
            long before = receiver.records;

            flows(source, FLOWS);

            Wait.until(() -> 2 * FLOWS + " records, here are " + (receiver.records - before), () -> {
                receiver.receive();
                return receiver.records - before == 2 * FLOWS;
            });
            assertTrue(receiver.longest <= bytes && receiver.longest > bytes - 100, receiver.longest + " bytes");
            assertTrue(collector.isUp());
            assertEquals(0, fragmentsCreated(lab.client()) + fragmentsCreated(lab.router()));
            collector.close().sync();
        }
    }

    /** The kernel refuses what is too long for a link of ours, which became narrower: that is not sent, and counted. */
    @ParameterizedTest
    @CsvSource({"EPOLL,false", "EPOLL,true", "IO_URING,false", "IO_URING,true"})
    void whatIsTooLongForOurOwnLinkIsCountedAndTheNextIsShorter(Transports transport, boolean spool) throws Exception {
        try (Lab lab = Lab.open();
                DatagramSocket socket = Lab.in(lab.server(), () -> new DatagramSocket(9995))) {
            Receiver receiver = new Receiver(socket);
            Collector collector = Lab.in(
                    lab.client(),
                    () -> open(
                            transport,
                            "type: netflow9, options: false, collector: \"%s:9995\"%s"
                                    .formatted(
                                            Lab.SERVER4,
                                            spool ? ", spool: { directory: %s }".formatted(directory) : "")));
            EmbeddedSource source = source(exporter(collector));
            flows(source, FLOWS);
            run(lab.client(), "ip", "link", "set", "eth0", "mtu", "1000");

            flows(source, FLOWS);

            Wait.until("a smaller size", () -> {
                flows(source, 1);
                return collector.datagramBytes() == 972;
            });
            flows(source, FLOWS);
            loop.submit(() -> collector.channel().flush()).sync();
            Wait.until(
                    () -> collector.encoded().records() + " records sent or not, here are " + receiver.records + " and "
                            + collector.lostRecords(),
                    () -> {
                        receiver.receive();
                        return receiver.records + collector.lostRecords()
                                == collector.encoded().records();
                    });
            assertTrue(collector.lostRecords() > 0);
            assertEquals(0, fragmentsCreated(lab.client()));
            collector.close().sync();
        }
    }
}
