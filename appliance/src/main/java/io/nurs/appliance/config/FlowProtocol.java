package io.nurs.appliance.config;

import io.nurs.netflow5.Netflow5;

/** What records are encoded in. */
public enum FlowProtocol {
    /** RFC 3954 */
    NETFLOW9("netflow9", "NetFlow v9", 9995, 9995),
    /** RFC 7011; its ports are from §10.1. */
    IPFIX("ipfix", "IPFIX", 4739, 4740),
    /** Cisco's "NetFlow Export Datagram Format": IPv4 only, and without templates. Its port is that of most collectors. */
    NETFLOW5("netflow5", "NetFlow v5", 2055, 2055);

    private final String word;
    private final String title;
    private final int port;
    private final int tlsPort;

    FlowProtocol(String word, String title, int port, int tlsPort) {
        this.word = word;
        this.title = title;
        this.port = port;
        this.tlsPort = tlsPort;
    }

    /** As prose has it. */
    public String title() {
        return title;
    }

    /** The last observation domain, which NetFlow v5 has 16 bits for. */
    long maxDomain() {
        return this == NETFLOW5 ? Netflow5.MAX_ENGINE : ScalarText.U32_MAX;
    }

    /** Where collectors listen if nothing else is said. */
    int port(CollectorTransport transport) {
        return transport == CollectorTransport.TLS ? tlsPort : port;
    }

    @Override
    public String toString() {
        return word;
    }
}
