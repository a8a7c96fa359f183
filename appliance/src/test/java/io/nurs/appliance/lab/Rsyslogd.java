package io.nurs.appliance.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** rsyslog's daemon with sockets of its own, which writes what it has understood into a file. */
public final class Rsyslogd implements AutoCloseable {
    private final Path directory;
    private final int port;
    private final int tlsPort;
    private final String tls;
    private final Program program;

    private Rsyslogd(Path directory, int port, int tlsPort, String tls, Program program) {
        this.directory = directory;
        this.port = port;
        this.tlsPort = tlsPort;
        this.tls = tls;
        this.program = program;
    }

    public static Rsyslogd start(Path directory) throws Exception {
        Requires.tools("rsyslogd");
        Files.createDirectories(directory);
        int port = LocalPort.free();
        int tlsPort = LocalPort.free();
        Certificates certificates = new Certificates(directory);
        certificates.writeServer();
        Path config = Files.writeString(directory.resolve("rsyslog.conf"), """
                global(workDirectory="@" defaultNetstreamDriverCAFile="@/ca.pem"
                  defaultNetstreamDriverCertFile="@/server.pem" defaultNetstreamDriverKeyFile="@/server.key")
                module(load="imuxsock" SysSock.Use="off")
                input(type="imuxsock" Socket="@/log" RateLimit.Interval="0")
                input(type="imuxsock" Socket="@/log5424" RateLimit.Interval="0" UseSpecialParser="off" ParseHostname="on")
                module(load="imudp")
                input(type="imudp" address="127.0.0.1" port="%" rcvbufSize="4m")
                module(load="imtcp")
                input(type="imtcp" address="127.0.0.1" port="%")
                input(type="imtcp" address="127.0.0.1" port="%tls" streamDriver.name="ossl" streamDriver.mode="1"
                  streamDriver.authMode="x509/certvalid")
                template(name="understood" type="string"
                  string="%app-name% %syslogfacility-text%.%syslogseverity-text% %hostname% %procid% %msg%\\n")
                action(type="omfile" file="@/understood" template="understood")
                """.replace("@", directory.toString())
                .replace("\"%\"", "\"" + port + "\"")
                .replace("%tls", String.valueOf(tlsPort)));
        Program program = Program.start(List.of(
                "rsyslogd",
                "-n",
                "-f",
                config.toString(),
                "-i",
                directory.resolve("pid").toString()));
        LocalPort.waitUntilBound(port, program);
        Wait.until("its sockets", () -> Files.exists(directory.resolve("log5424")));
        Wait.until("its port of TLS", () -> isListening(tlsPort));
        return new Rsyslogd(directory, port, tlsPort, certificates.client(), program);
    }

    private static boolean isListening(int port) {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** UDP and TCP. */
    public int port() {
        return port;
    }

    /** TCP with TLS, which asks for a client's certificate. */
    public int tlsPort() {
        return tlsPort;
    }

    /** The exporter's keys of {@code tls:} that it accepts. */
    public String tls() {
        return tls;
    }

    /** As the C library's syslog(3) has it. */
    public Path socket() {
        return directory.resolve("log");
    }

    /** As RFC 5424 has it. */
    public Path modernSocket() {
        return directory.resolve("log5424");
    }

    /** What that application said, so far: facility and severity, host, process and text. */
    public List<String> understood(String application) throws IOException {
        Path file = directory.resolve("understood");
        if (!Files.exists(file)) {
            return List.of();
        }
        String text = Files.readString(file);
        return text.substring(0, text.lastIndexOf('\n') + 1)
                .lines()
                .filter(line -> line.startsWith(application + " "))
                .map(line -> line.substring(application.length() + 1))
                .toList();
    }

    @Override
    public void close() throws IOException {
        program.close();
    }
}
