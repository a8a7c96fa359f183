package io.nurs.appliance.collect;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Where {@code nursd collect} reads: what {@code --listen} says. */
public sealed interface Listen {
    /** What is listened on without a word: the ports that exporters send to, as this host alone reaches them. */
    List<String> DEFAULTS = List.of("udp://127.0.0.1:9995", "udp://127.0.0.1:4739", "tcp://127.0.0.1:4739");

    String EXAMPLES = "write it as udp://127.0.0.1:9995, tcp://[::1]:4739, tls://0.0.0.0:4740, file:PATH or file:-";

    /** How octets come over a network. */
    enum Transport {
        UDP,
        TCP,
        TLS
    }

    /**
     * A socket of this host.
     *
     * @param port 0: one of the kernel's choice
     */
    record Socket(Transport transport, String host, int port) implements Listen {
        InetSocketAddress address() {
            return new InetSocketAddress(host, port);
        }

        @Override
        public String toString() {
            return transport.name().toLowerCase(Locale.ROOT) + "://" + (host.contains(":") ? "[" + host + "]" : host)
                    + ":" + port;
        }
    }

    /** A file of messages one behind the other (RFC 5655 for IPFIX); {@code -} is standard input. */
    record File(String path) implements Listen {
        static final String STDIN = "-";

        @Override
        public String toString() {
            return "file:" + path;
        }
    }

    Map<String, Transport> SCHEMES = Map.of("udp", Transport.UDP, "tcp", Transport.TCP, "tls", Transport.TLS);

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException with a message for the operator
     */
    static Listen parse(String url) {
        if (url.startsWith("file:")) {
            String path = url.substring("file:".length());
            if (path.isEmpty()) {
                throw new IllegalArgumentException("file: needs a path, or - for standard input");
            }
            return new File(path.startsWith("//") ? path.substring(2) : path);
        }
        try {
            URI uri = new URI(url);
            Transport transport = SCHEMES.get(String.valueOf(uri.getScheme()));
            String host = uri.getHost();
            boolean isBare = uri.getRawPath() == null
                    || uri.getRawPath().isEmpty()
                    || uri.getRawPath().equals("/");
            if (transport != null && host != null && isBare && uri.getPort() >= 0 && uri.getPort() <= 65_535) {
                return new Socket(transport, host.replaceAll("[\\[\\]]", ""), uri.getPort());
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(url + " is no place to listen; " + EXAMPLES, e);
        }
        throw new IllegalArgumentException(url + " is no place to listen; " + EXAMPLES);
    }
}
