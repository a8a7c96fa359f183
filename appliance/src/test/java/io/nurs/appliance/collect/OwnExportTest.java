package io.nurs.appliance.collect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.collect.pcap.CaptureReader;
import io.nurs.appliance.lab.Capture;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the checks say of exporters that are known: this one, and a stranger. */
class OwnExportTest {
    private static final int SILENCE_MILLIS = 2000;

    @TempDir
    Path directory;

    private final Recorded recorded = new Recorded();

    @Test
    @Tag("netns")
    void nothingIsWrongWithWhatThisOneExports() throws Exception {
        try (Lab lab = Lab.open();
                RecordingCollector collector = RecordingCollector.open();
                Capture capture = Capture.start(collector.port(), directory)) {
            Server.start(lab);
            Traffic traffic = new Traffic(lab);
            long datagrams;
            try (Subject subject =
                    Subject.start(lab, "active-timeout: 1s", "template-refresh: { packets: 3 }", collector.port())) {
                traffic.udp(Traffic.at(Lab.SERVER4, Lab.MASQUERADED), 3, 100, 200);
                traffic.udp(Traffic.at(Lab.ROUTER4, Lab.DNAT), 4, 100, 200);
                traffic.tcp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 1_000, 10_000, false);
                traffic.echo(Lab.SERVER4);
                traffic.echo(Lab.SERVER6);
                // Datagrams of several seconds: a boot that wandered would show.
                for (int i = 0; i < 4; i++) {
                    long reported = subject.source().stats().reported();
                    traffic.udp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 5, 100, 200);
                    Wait.until("a report", () -> subject.source().stats().reported() > reported);
                }
                lab.inRouter("conntrack", "-F");
                subject.waitForEnded(5);
                datagrams = subject.stop();
            }
            collector.waitForDatagrams(datagrams);
            capture.end(datagrams);
            try (InputStream in = new BufferedInputStream(Files.newInputStream(capture.file()))) {
                CaptureReader reader = new CaptureReader(recorded.inspector, Set.of());
                reader.readAll(in);
                assertEquals(List.of(), reader.skipped());
            }
            recorded.inspector.end();
            assertEquals(datagrams, recorded.inspector.tally().messages());
            assertEquals(List.of(), recorded.complaints());
        }
    }

    /** softflowd 1.1.0 sends IPFIX without a fault; its NetFlow v9 counts the data records only in the header's count. */
    @Test
    void softflowdsIpfixIsInOrder() throws Exception {
        softflowd(10);
        assertEquals(List.of(), recorded.complaints());
    }

    @Test
    void softflowdsVersion9MiscountsItsRecords() throws Exception {
        softflowd(9);
        assertTrue(recorded.kinds().contains(ComplaintKind.COUNT));
        assertTrue(
                recorded.kinds().stream().allMatch(ComplaintKind.COUNT::equals),
                () -> recorded.kinds().toString());
    }

    @Test
    void softflowdsVersion5IsInOrder() throws Exception {
        softflowd(5);
        assertEquals(List.of(), recorded.complaints());
    }

    /** Flows of the fixture's own packets, which serve as well as any. */
    private void softflowd(int version) throws IOException, InterruptedException {
        Requires.tools("softflowd");
        Path capture = directory.resolve("packets.pcap");
        try (InputStream in = OwnExportTest.class.getResourceAsStream("/captures/nurs-ctflow9.pcap")) {
            Files.copy(Objects.requireNonNull(in), capture);
        }
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            Program.run(
                    "softflowd",
                    "-d",
                    "-v",
                    Integer.toString(version),
                    "-n",
                    "127.0.0.1:" + socket.getLocalPort(),
                    "-r",
                    capture.toString());
            socket.setSoTimeout(SILENCE_MILLIS);
            receive(socket);
        }
        assertEquals(
                1,
                recorded.records().stream()
                        .filter(record -> !record.isOptions())
                        .count());
        recorded.inspector.end();
    }

    /** What has come; the program that sent it has ended. */
    private void receive(DatagramSocket socket) throws IOException {
        byte[] buffer = new byte[65_535];
        while (true) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
            } catch (SocketTimeoutException e) {
                return;
            }
            recorded.datagrams(Arrays.copyOf(buffer, packet.getLength()));
        }
    }
}
