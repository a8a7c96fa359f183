package io.nurs.appliance.config;

/** What records are encoded in. */
public enum FlowProtocol {
    /** RFC 3954 */
    NETFLOW9("netflow9", "NetFlow v9", 9995, 9995),
    /** RFC 7011; its ports are from §10.1. */
    IPFIX("ipfix", "IPFIX", 4739, 4740);

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

    /** Where collectors listen if nothing else is said. */
    int port(CollectorTransport transport) {
        return transport == CollectorTransport.TLS ? tlsPort : port;
    }

    @Override
    public String toString() {
        return word;
    }
}
