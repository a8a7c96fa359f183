package io.nurs.appliance.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a reader listens.
 *
 * @param address unless it is on a unix socket
 * @param path of a unix socket, else null
 * @param tls only over TCP; null without
 */
public record OutputSocket(
        Kind kind,
        @Nullable CollectorAddress address,
        @Nullable Path path,
        @Nullable TlsConfig tls) implements OutputPlace {
    /** UNIX_PATH_MAX, linux/un.h, less the NUL. */
    private static final int LONGEST_PATH = 107;

    private static final int NO_PORT = 0;
    /** RFC 5426 §3.3 */
    private static final int SYSLOG_PORT = 514;

    private static final Path DEV_LOG = Path.of("/dev/log");

    /** What kind of socket. */
    public enum Kind {
        TCP("tcp"),
        UDP("udp"),
        UNIX_STREAM("unix"),
        UNIX_DATAGRAM("unix");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** A syslog daemon, this host's if no other is named. */
    static OutputSocket ofSyslog(YamlSection exporter) {
        OutputPlace.found(exporter, "unix", "udp", "tcp");
        CollectorAddress udp = exporter.optional("udp", text -> CollectorAddress.parse(text, SYSLOG_PORT));
        OutputSocket socket = read(exporter, Kind.UNIX_DATAGRAM);
        if (udp != null) {
            return new OutputSocket(Kind.UDP, udp, null, null);
        }
        return socket == null ? new OutputSocket(Kind.UNIX_DATAGRAM, null, DEV_LOG, null) : socket;
    }

    /** The one of the keys {@code tcp} and {@code unix} that is there. */
    static @Nullable OutputSocket read(YamlSection exporter, Kind unix) {
        CollectorAddress address = exporter.optional("tcp", OutputSocket::address);
        Path path = exporter.optional("unix", OutputSocket::path);
        TlsConfig tls = tls(exporter);
        if (address != null) {
            return new OutputSocket(Kind.TCP, address, null, tls);
        }
        return path == null ? null : new OutputSocket(unix, null, path, null);
    }

    private static @Nullable TlsConfig tls(YamlSection exporter) {
        YamlValue value = exporter.value("tls");
        if (value == null) {
            return null;
        }
        if (exporter.value("tcp") == null) {
            value.error("goes with tcp: and its address");
        }
        YamlSection section = value.section();
        return section == null ? null : TlsConfig.read(section);
    }

    private static CollectorAddress address(String text) {
        CollectorAddress address = CollectorAddress.parse(text, NO_PORT);
        if (address.port() == NO_PORT) {
            throw new IllegalArgumentException(ScalarText.quote(text) + " needs a port, such as \"192.0.2.10:5170\"");
        }
        return address;
    }

    private static Path path(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException(ScalarText.quote(text) + " is not an absolute path");
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
            throw new IllegalArgumentException("the path of a socket has at most " + LONGEST_PATH + " octets");
        }
        return Path.of(text);
    }

    @Override
    public String toString() {
        return kind + ":" + (path == null ? address : path) + (tls == null ? "" : " over tls");
    }
}
