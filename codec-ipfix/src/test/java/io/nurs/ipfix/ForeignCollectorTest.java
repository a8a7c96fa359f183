package io.nurs.ipfix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What others read in the golden messages, which the encoder is held to octet by octet. */
@Timeout(60)
class ForeignCollectorTest {
    @TempDir
    Path directory;

    @Test
    void tsharkReadsEveryMessageWithoutComplaint() throws Exception {
        RequiredTool tshark = RequiredTool.named("tshark");
        String[] lines = fields(
                tshark,
                golden("first", "mixed"),
                "cflow.version",
                "cflow.len",
                "cflow.sequence",
                "cflow.od_id",
                "cflow.flowset_id",
                "cflow.srcaddr",
                "cflow.srcaddrv6",
                "cflow.srcport",
                "cflow.protocol",
                "cflow.octets",
                "cflow.packets",
                "cflow.if_name",
                "cflow.if_descr",
                "_ws.expert");
        assertEquals(2, lines.length);
        assertEquals("10|148|0|42|2,256|192.0.2.10||40000|6|1234567,5000000000|890,3400000|||", lines[0]);
        assertEquals(
                "10|671|1|42|256,2,257,2,258|192.0.2.10,192.0.2.11|2001:db8::a,2001:db8::b|40001,40002|17,17,6,17,1"
                        + "|76,0,77,140,8589934592,76|1,0,1,1|eth0|Außenleitung," + "x".repeat(300) + "|",
                lines[1]);
    }

    @Test
    void tsharkReadsNtpTimes() throws Exception {
        RequiredTool tshark = RequiredTool.named("tshark");
        Path capture = Pcap.write(directory.resolve("times.pcap"), golden("first", "mixed"));
        String text = tshark.run("-n", "-d", "udp.port==" + Pcap.PORT + ",cflow", "-V", "-r", capture.toString());
        assertTrue(text.contains("Nov 14, 2023 22:14:19.123456789 UTC"), text);
        assertTrue(text.contains("Nov 14, 2023 22:14:19.123456"), text);
        assertFalse(text.contains("Malformed"), text);
    }

    @Test
    void tsharkReadsOptions() throws Exception {
        RequiredTool tshark = RequiredTool.named("tshark");
        String[] lines = fields(
                tshark,
                golden("options"),
                "cflow.flowset_id",
                "cflow.template_id",
                "cflow.template_ipfix_scope_field_count",
                "cflow.inputint",
                "cflow.if_name",
                "_ws.expert");
        assertEquals("3,300,3,301,2,256|300,301,256|1,2|2,3|eth0,wan|", lines[0]);
    }

    @Test
    void ipfixDumpReadsTheStreamInItsOrder() throws Exception {
        String text = dump("first", "mixed");
        assertFalse(text.contains("WARNING"), text);
        assertTrue(text.contains("(29305/1)         reverseOctetDeltaCount : 5000000000"), text);
        assertTrue(text.contains("(83)                interfaceDescription : (len: 13) Außenleitung"), text);
        assertTrue(text.contains("(1)                      octetDeltaCount : 8589934592"), text);
        assertTrue(text.contains("File Stats: 2 Messages, 8 Data Records, 3 Template Records"), text);
    }

    @Test
    void ipfixDumpReadsOptions() throws Exception {
        String text = dump("options");
        assertTrue(text.contains("(10) (S)                ingressInterface : 3"), text);
        assertTrue(text.contains("(82)                       interfaceName : (len: 3) wan"), text);
        assertTrue(text.contains("(164)            ignoredPacketTotalCount : 17"), text);
        assertTrue(text.contains("File Stats: 1 Messages, 4 Data Records, 3 Template Records"), text);
    }

    @Test
    void ipfixDumpReusesAnIdThatWasWithdrawn() throws Exception {
        String text = dump("first", "withdrawal");
        assertFalse(text.contains("WARNING"), text);
        assertTrue(text.contains("(85)                     octetTotalCount : 1234567"), text);
    }

    @Test
    void ipfixDumpLearnsThePrivateElements() throws Exception {
        String text = dump("--rfc5610", "types", "mixed");
        assertTrue(text.contains("(32473/1)                     nursCtMark : 7"), text);
        assertTrue(text.contains("(32473/3)                   nursCtHelper : (len: 3) ftp"), text);
    }

    @Test
    void nfdumpFindsBothDirectionsOfTheFlows() throws Exception {
        RequiredTool nfcapd = RequiredTool.named("nfcapd");
        RequiredTool nfdump = RequiredTool.named("nfdump");
        String log = collect(nfcapd, golden("first", "mixed"));
        assertTrue(log.contains("Sequence Errors: 0, Bad Packets: 0"), log);
        String text = nfdump.run(
                "-q", "-6", "-N", "-R", directory.toString(), "-o", "fmt:%ts|%te|%sa|%da|%sp|%byt|%pkt|%obyt|%opkt");
        List<String> flows = text.lines()
                .map(line -> line.replaceAll(" *\\| *", "|").trim())
                .filter(line -> line.contains("|"))
                .sorted()
                .toList();
        assertTrue(
                flows.contains("2023-11-14 22:14:18.750|2023-11-14 22:14:20.100|192.0.2.10|198.51.100.20|40000"
                        + "|1234567|890|5000000000|3400000"),
                text);
        assertTrue(
                flows.contains(
                        "2023-11-14 22:14:18.750|2023-11-14 22:14:20.100|192.0.2.11|203.0.113.9|40002" + "|77|1|140|1"),
                text);
    }

    private static List<byte[]> golden(String... names) {
        return Stream.of(names).map(name -> Golden.datagram(name + ".hex")).toList();
    }

    /** Of messages as a file; names that begin with a hyphen are options. */
    private String dump(String... names) throws IOException, InterruptedException {
        RequiredTool ipfixDump = RequiredTool.named("ipfixDump");
        Path file = directory.resolve("golden.ipfix");
        Files.write(file, new byte[0]);
        Stream.Builder<String> arguments = Stream.builder();
        for (String name : names) {
            if (name.startsWith("-")) {
                arguments.add(name);
            } else {
                Files.write(file, Golden.datagram(name + ".hex"), StandardOpenOption.APPEND);
            }
        }
        arguments.add("--in").add(file.toString());
        return ipfixDump.run(arguments.build().toArray(String[]::new));
    }

    private String[] fields(RequiredTool tshark, List<byte[]> messages, String... names)
            throws IOException, InterruptedException {
        Path capture = Pcap.write(directory.resolve("golden.pcap"), messages);
        String options =
                "-n -d udp.port==" + Pcap.PORT + ",cflow -T fields -E separator=| -E aggregator=, -r " + capture;
        String output = tshark.run((options + " -e " + String.join(" -e ", names)).split(" ", -1));
        return output.lines().filter(line -> line.contains("|")).toArray(String[]::new);
    }

    /**
     * nfcapd has no sign for "ready" or "read", but the kernel tells of its socket; it writes its file when it is told
     * to end.
     */
    private String collect(RequiredTool nfcapd, List<byte[]> messages) throws IOException, InterruptedException {
        int port = freePort();
        Path log = Files.createTempFile("nfcapd", ".log");
        Process process = nfcapd.start(
                log, "-b", "127.0.0.1", "-p", Integer.toString(port), "-w", directory.toString(), "-t", "3600");
        try (DatagramSocket socket = new DatagramSocket()) {
            waitUntilBound(port, process);
            for (byte[] datagram : messages) {
                socket.send(new DatagramPacket(
                        datagram, datagram.length, new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
            }
            waitUntilRead(port);
            assertTrue(end(process), "nfcapd hangs");
            return Files.readString(log);
        } finally {
            process.destroyForcibly();
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
