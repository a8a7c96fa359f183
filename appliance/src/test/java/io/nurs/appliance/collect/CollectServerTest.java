package io.nurs.appliance.collect;

import static io.nurs.appliance.collect.Wire.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.nurs.appliance.StartException;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.Wait;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real sockets on loopback. */
class CollectServerTest {
    private static final int MAX_CONNECTIONS = 2;

    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final Recorded recorded = new Recorded();
    private final List<String> notes = new CopyOnWriteArrayList<>();
    private final CollectServer server = new CollectServer(loop, recorded.inspector, MAX_CONNECTIONS, notes::add);
    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable part : open) {
            part.close();
        }
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    private int listen(String url, @Nullable TlsFiles tls) throws Exception {
        return server.open((Listen.Socket) Listen.parse(url), tls).port();
    }

    /** Reads what the event loop writes. */
    private <T> T seen(Supplier<T> what) {
        return Objects.requireNonNull(
                loop.submit(what::get).syncUninterruptibly().getNow());
    }

    private void waitForRecords(int count) {
        Wait.until(() -> count + " records; notes " + notes, () -> seen(recorded.records()::size) >= count);
        assertEquals(List.of(), seen(() -> List.copyOf(recorded.complaints())));
    }

    private Socket connect(int port, byte[]... messages) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        open.add(socket);
        OutputStream out = socket.getOutputStream();
        for (byte[] message : messages) {
            out.write(message);
        }
        return socket;
    }

    @Test
    void readsDatagramsOfBothVersionsAtOnePort() throws Exception {
        int port = listen("udp://127.0.0.1:0", null);
        try (DatagramSocket socket = new DatagramSocket()) {
            InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            for (byte[] message : List.of(ipfix(0, TEMPLATE10, DATA), netflow9(2, 0, TEMPLATE9, DATA))) {
                socket.send(new DatagramPacket(message, message.length, to));
            }
        }
        waitForRecords(2);
    }

    @Test
    void readsConnectionsOfBothVersionsAtOnePort() throws Exception {
        int port = listen("tcp://127.0.0.1:0", null);
        connect(port, ipfix(0, TEMPLATE10, DATA), ipfix(1, DATA));
        connect(port, netflow9(2, 0, TEMPLATE9, DATA), netflow9(1, 1, DATA)).close();
        waitForRecords(4);
    }

    @Test
    void aConnectionThatBreaksTheRulesIsClosed() throws Exception {
        int port = listen("tcp://127.0.0.1:0", null);
        Socket socket = connect(port, "GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII));
        assertEquals(-1, socket.getInputStream().read());
        assertEquals(List.of(ComplaintKind.STREAM), seen(recorded::kinds));
    }

    @Test
    void connectionsAreBounded() throws Exception {
        int port = listen("tcp://127.0.0.1:0", null);
        connect(port, ipfix(0, TEMPLATE10, DATA));
        connect(port, ipfix(0, TEMPLATE10, DATA));
        waitForRecords(2);
        assertEquals(-1, connect(port).getInputStream().read());
        assertTrue(
                notes.getFirst().contains("refused: there are 2 connections; see --max-connections"), notes::toString);
    }

    @Test
    void aPlaceThatIsTakenIsNamed() throws Exception {
        int port = listen("tcp://127.0.0.1:0", null);
        StartException failure = assertThrows(StartException.class, () -> listen("tcp://127.0.0.1:" + port, null));
        assertTrue(
                failure.advice().contains("tcp://127.0.0.1:" + port)
                        && failure.advice().contains("in use"),
                failure::advice);
    }

    @Test
    void tlsNeedsItsFiles() {
        StartException failure = assertThrows(StartException.class, () -> listen("tls://127.0.0.1:0", null));
        assertTrue(failure.advice().contains("needs --certificate, --key and --trust"), failure::advice);
    }

    private int listenTls(Certificates authority) throws Exception {
        authority.sign("collector", 2);
        return listen(
                "tls://127.0.0.1:0",
                new TlsFiles(authority.certificate("collector"), authority.key("collector"), authority.trust()));
    }

    /** openssl as an exporter: it sends a file once it is let in. */
    private Program exporter(int port, Certificates authority, String identity) throws IOException {
        Path message = Files.write(directory.resolve("message"), ipfix(0, TEMPLATE10, DATA));
        Program program = Program.start(List.of(
                "sh",
                "-c",
                "exec openssl s_client -quiet -connect 127.0.0.1:%d -CAfile %s %s < %s"
                        .formatted(port, authority.trust(), identity, message)));
        open.add(program);
        return program;
    }

    private static String identity(Certificates authority, String name) {
        return "-cert " + authority.certificate(name) + " -key " + authority.key(name);
    }

    @Test
    void readsWhoHasACertificate() throws Exception {
        Certificates authority = Certificates.authority(directory, "authority");
        int port = listenTls(authority);
        authority.sign("exporter", 2);
        exporter(port, authority, identity(authority, "exporter"));
        waitForRecords(1);
        assertEquals(List.of(), notes);
    }

    @Test
    void refusesWhoHasNone() throws Exception {
        Certificates authority = Certificates.authority(directory, "authority");
        int port = listenTls(authority);
        exporter(port, authority, "");
        assertRefused("it shows no certificate, and needs one of an authority in --trust");
    }

    @Test
    void refusesTheCertificateOfAnotherAuthority() throws Exception {
        Certificates authority = Certificates.authority(directory, "authority");
        int port = listenTls(authority);
        Certificates other = Certificates.authority(directory, "other");
        other.sign("stranger", 2);
        exporter(port, authority, identity(other, "stranger"));
        assertRefused("its certificate is not of an authority in --trust");
    }

    @Test
    void refusesACertificateThatHasExpired() throws Exception {
        Certificates authority = Certificates.authority(directory, "authority");
        int port = listenTls(authority);
        authority.sign("old", -1);
        exporter(port, authority, identity(authority, "old"));
        assertRefused("its certificate has expired");
    }

    private void assertRefused(String reason) {
        Wait.until("a refusal", () -> !notes.isEmpty());
        String note = notes.getFirst();
        assertTrue(note.startsWith("tls://127.0.0.1:0: 127.0.0.1:") && note.contains(" refused: " + reason), note);
        assertEquals(0, seen(recorded.records()::size));
    }

    @Test
    void aKeyThatIsNoneIsNamed() throws Exception {
        Certificates authority = Certificates.authority(directory, "authority");
        TlsFiles tls = new TlsFiles(authority.trust(), authority.trust(), authority.trust());
        StartException failure = assertThrows(StartException.class, () -> listen("tls://127.0.0.1:0", tls));
        assertTrue(failure.advice().contains("PKCS #8"), failure::advice);
    }

    @Test
    void readsAFileOfEitherVersion() throws Exception {
        Path ipfix = directory.resolve("flows.ipfix");
        Files.write(ipfix, concat(ipfix(0, TEMPLATE10, DATA), ipfix(1, DATA)));
        Path netflow9 = directory.resolve("flows.nf9");
        Files.write(netflow9, concat(netflow9(2, 0, TEMPLATE9, DATA), netflow9(1, 1, DATA), netflow9(1, 2, DATA)));
        for (Path file : List.of(ipfix, netflow9)) {
            FileInput.open((Listen.File) Listen.parse("file:" + file), recorded.inspector)
                    .readAll(loop.next());
        }
        waitForRecords(5);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @Test
    void aFileThatEndsWithinAMessageIsComplainedOf() throws Exception {
        Path file = directory.resolve("flows.ipfix");
        byte[] message = ipfix(0, TEMPLATE10, DATA);
        Files.write(file, Arrays.copyOf(message, message.length - 1));
        FileInput.open(new Listen.File(file.toString()), recorded.inspector).readAll(loop.next());
        assertEquals(List.of(ComplaintKind.STREAM), seen(recorded::kinds));
        assertTrue(recorded.complaints().getFirst().toString().contains("flows.ipfix"));
    }

    @Test
    void aPlaceToListenIsWrittenAsAUrl() {
        assertEquals(new Listen.Socket(Listen.Transport.TCP, "::1", 4739), Listen.parse("tcp://[::1]:4739"));
        assertEquals("tcp://[::1]:4739", Listen.parse("tcp://[::1]:4739").toString());
        assertEquals(new Listen.File("-"), Listen.parse("file:-"));
        for (String wrong : List.of(
                "127.0.0.1:9995",
                "udp://127.0.0.1",
                "http://127.0.0.1:80",
                "udp://127.0.0.1:99999",
                "file:",
                "udp://127.0.0.1:1/x",
                "udp://a b:1")) {
            String message = assertThrows(IllegalArgumentException.class, () -> Listen.parse(wrong))
                    .toString();
            assertTrue(message.contains("write it as") || message.contains("needs a path"), message);
        }
    }
}
