package io.nurs.netflow9;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What others read in the golden datagrams, which the encoder is held to octet by octet. */
@Timeout(60)
class ForeignCollectorTest {
    private static final List<byte[]> GOLDEN = List.of(Golden.datagram("first.hex"), Golden.datagram("mixed.hex"));

    @TempDir
    Path directory;

    @Test
    void tsharkReadsEveryFieldOfTheGoldenDatagrams() throws Exception {
        RequiredTool tshark = RequiredTool.named("tshark");
        String[] lines = fields(
                tshark,
                GOLDEN,
                "cflow.version",
                "cflow.count",
                "cflow.sequence",
                "cflow.source_id",
                "cflow.flowset_id",
                "cflow.template_id",
                "cflow.srcaddr",
                "cflow.srcaddrv6",
                "cflow.srcport",
                "cflow.protocol",
                "cflow.octets",
                "cflow.packets",
                "cflow.direction",
                "_ws.expert");
        assertEquals(2, lines.length);
        assertEquals("9|2|0|42|0,256|256|192.0.2.10||40000|6|1234567|890|0|", lines[0]);
        assertEquals(
                "9|7|1|42|256,0,257,0,258,256|257,258|192.0.2.10,198.51.100.20,192.0.2.10,192.0.2.10|2001:db8::a"
                        + "|40000,443,5353,40001|6,6,17,1,6|1234567,5000000000,76,168,60|890,3400000,1,2,1|0,1,0,0|",
                lines[1]);
    }

    @Test
    void tsharkFindsTheSameBootInBothDatagrams() throws Exception {
        RequiredTool tshark = RequiredTool.named("tshark");
        for (String line : fields(tshark, GOLDEN, "cflow.unix_secs", "cflow.sysuptime")) {
            String[] values = line.split("\\|", -1);
            long uptimeMillis = Math.round(Double.parseDouble(values[1]) * 1000);
            assertEquals(TestFlow.UPTIME.bootEpochMillis(), Long.parseLong(values[0]) * 1000 - uptimeMillis);
        }
    }

    @Test
    void tsharkReadsOptions() throws Exception {
        RequiredTool tshark = RequiredTool.named("tshark");
        String[] lines = fields(
                tshark,
                List.of(Golden.datagram("options.hex")),
                "cflow.count",
                "cflow.flowset_id",
                "cflow.template_id",
                "cflow.option_scope_length",
                "cflow.option_length",
                "cflow.scope_interface",
                "cflow.inputint",
                "cflow.if_name",
                "cflow.sampling_interval",
                "_ws.expert");
        assertEquals("7|1,300,1,301,0,258|300,301,258|4,4|8,8|2,3|2,3|eth0,wan-outs|100|", lines[0]);
    }

    @Test
    void nfdumpFindsTheTimesOfTheFlowsToTheMillisecond() throws Exception {
        RequiredTool nfcapd = RequiredTool.named("nfcapd");
        RequiredTool nfdump = RequiredTool.named("nfdump");
        collect(nfcapd);
        String text =
                nfdump.run("-q", "-6", "-N", "-R", directory.toString(), "-o", "fmt:%ts|%te|%sa|%da|%sp|%byt|%pkt");
        List<String> flows = text.lines()
                .map(line -> line.replaceAll(" *\\| *", "|").trim())
                .filter(line -> line.contains("|"))
                .sorted()
                .toList();
        assertTrue(
                flows.contains(
                        "2023-11-14 22:14:18.750|2023-11-14 22:14:20.100|192.0.2.10|198.51.100.20|40000|1234567|890"),
                text);
        assertTrue(
                flows.contains(
                        "2023-11-14 22:14:18.750|2023-11-14 22:14:20.100|198.51.100.20|192.0.2.10|443|5000000000|3400000"),
                text);
        assertTrue(
                flows.contains(
                        "2023-11-14 22:14:19.000|2023-11-14 22:14:19.000|2001:db8::a|2001:db8:ffff::14|5353|76|1"),
                text);
        assertEquals(6, flows.size(), text);
    }

    private String[] fields(RequiredTool tshark, List<byte[]> datagrams, String... names)
            throws IOException, InterruptedException {
        Path capture = Pcap.write(directory.resolve("golden.pcap"), datagrams);
        String options =
                "-n -d udp.port==" + Pcap.PORT + ",cflow -T fields -E separator=| -E aggregator=, -r " + capture;
        String output = tshark.run((options + " -e " + String.join(" -e ", names)).split(" ", -1));
        return output.lines().filter(line -> line.contains("|")).toArray(String[]::new);
    }

    /**
     * nfcapd has no sign for "ready" or "read", but the kernel tells of its socket; it writes its file when it is told
     * to end.
     */
    private void collect(RequiredTool nfcapd) throws IOException, InterruptedException {
        int port = freePort();
        Path log = Files.createTempFile("nfcapd", ".log");
        Process process = nfcapd.start(
                log, "-b", "127.0.0.1", "-p", Integer.toString(port), "-w", directory.toString(), "-t", "3600");
        try (DatagramSocket socket = new DatagramSocket()) {
            waitUntilBound(port, process);
            for (byte[] datagram : GOLDEN) {
                socket.send(new DatagramPacket(
                        datagram, datagram.length, new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
            }
            waitUntilRead(port);
        } finally {
            if (!end(process)) {
                process.destroyForcibly();
            }
            Files.delete(log);
        }
    }

    /** A signal that comes just before nfcapd waits for a datagram has no effect until something else wakes it: the next one. */
    private static boolean end(Process process) throws InterruptedException {
        for (int i = 0; i < 30; i++) {
            process.destroy();
            if (process.waitFor(1, TimeUnit.SECONDS)) {
                return true;
            }
        }
        return false;
    }

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void waitUntilBound(int port, Process process) throws IOException, InterruptedException {
        while (queuedOctets(port) < 0) {
            assertTrue(process.isAlive(), "nfcapd ended");
            Thread.sleep(10);
        }
    }

    private static void waitUntilRead(int port) throws IOException, InterruptedException {
        while (queuedOctets(port) > 0) {
            Thread.sleep(10);
        }
    }

    /**
     * Octets that wait in the socket bound to this port; -1 if there is none. Columns of /proc/net/udp: proc_net(5).
     */
    private static long queuedOctets(int port) throws IOException {
        String local = "0100007F:%04X".formatted(port);
        for (String line : Files.readAllLines(Path.of("/proc/net/udp"))) {
            String[] columns = line.trim().split("\\s+", -1);
            if (columns[1].equals(local)) {
                return Long.parseLong(columns[4].split(":", -1)[1], 16);
            }
        }
        return -1;
    }
}
