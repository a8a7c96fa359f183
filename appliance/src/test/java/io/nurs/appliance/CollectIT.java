package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.collect.Wire;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.RecordingCollector;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nursd collect} and {@code nursd verify} as an operator starts them: the launcher, with the modules that the build has packed. */
class CollectIT {
    private static final Path LAUNCHER = Path.of(System.getProperty("nurs.root", ".."), "nursd")
            .toAbsolutePath()
            .normalize();

    @TempDir
    Path directory;

    private static Program nursd(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
        command.addAll(List.of(arguments));
        return Program.start(command);
    }

    @Test
    void verifyListsEachFaultWithItsPacketAndEndsWith1() throws Exception {
        Path capture = directory.resolve("nurs-ctflow9.pcap");
        try (InputStream in = CollectIT.class.getResourceAsStream("/captures/nurs-ctflow9.pcap")) {
            Files.copy(Objects.requireNonNull(in), capture);
        }
        try (Program nursd = nursd("verify", capture.toString())) {
            assertEquals(1, nursd.exitCode(), nursd.output());
            assertTrue(nursd.output().contains("""
                    packet 1, 2026-11-22T17:53:51.196649Z: field-length: 127.0.0.1:39245, domain 1: template 256, \
                    protocolIdentifier(4): is sent in 4 octets, and version 9 has 1 (RFC 3954 §8)
                    """), nursd.output());
            assertTrue(nursd.output().contains("packet 7, 2026-11-22T17:54:19.653948Z: boot: "), nursd.output());
            assertTrue(nursd.output().contains("complaints: 17\n"), nursd.output());
        }
    }

    @Test
    void verifyEndsWith2WhereThereIsNothingToVerify() throws Exception {
        Path file = Files.writeString(directory.resolve("notes.txt"), "no capture");
        for (Path wrong : List.of(file, directory.resolve("nowhere.pcap"))) {
            try (Program nursd = nursd("verify", wrong.toString())) {
                assertEquals(2, nursd.exitCode(), nursd.output());
                assertEquals(1, nursd.output().lines().count(), nursd.output());
            }
        }
    }

    @Test
    void collectPrintsWhatComesUntilItHasEnough() throws Exception {
        int port = RecordingCollector.freePort();
        try (Program nursd = nursd("collect", "--listen", "udp://127.0.0.1:" + port, "--count", "2", "--wide");
                DatagramSocket socket = new DatagramSocket()) {
            nursd.waitForOutput("listening on udp://127.0.0.1:" + port);
            send(socket, port, Wire.ipfix(0, Wire.TEMPLATE10, Wire.DATA));
            send(socket, port, Wire.ipfix(3, Wire.DATA));
            assertEquals(0, nursd.exitCode(), nursd.output());
            assertTrue(nursd.output().contains("2 data records are missing (RFC 7011 §3.1)"), nursd.output());
            assertTrue(nursd.output().contains("2 flow records, 0 option records, 1 templates"), nursd.output());
        }
    }

    @Test
    void aSignalEndsCollectWithASummary() throws Exception {
        int port = RecordingCollector.freePort();
        try (Program nursd = nursd("collect", "--listen", "tcp://127.0.0.1:" + port)) {
            nursd.waitForOutput("listening on");
            nursd.terminate();
            assertEquals(0, nursd.exitCode(), nursd.output());
            assertTrue(nursd.output().contains("complaints: 0"), nursd.output());
        }
    }

    @Test
    void collectReadsAFileAsJson() throws Exception {
        Path file = Files.write(directory.resolve("flows.ipfix"), Wire.ipfix(0, Wire.TEMPLATE10, Wire.DATA));
        try (Program nursd = nursd("collect", "--listen", "file:" + file, "--format", "json")) {
            assertEquals(0, nursd.exitCode(), nursd.output());
            assertTrue(
                    nursd.output().contains("\"flow\":{\"octetDeltaCount\":1000,\"protocolIdentifier\":6}}"),
                    nursd.output());
        }
    }

    private static void send(DatagramSocket socket, int port, byte[] message) throws IOException {
        socket.send(new DatagramPacket(
                message, message.length, new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }
}
