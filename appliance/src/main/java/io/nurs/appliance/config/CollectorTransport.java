package io.nurs.appliance.config;

/** How messages reach a collector. */
public enum CollectorTransport {
    UDP("udp"),
    TCP("tcp"),
    TLS("tls");

    private final String word;

    CollectorTransport(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
