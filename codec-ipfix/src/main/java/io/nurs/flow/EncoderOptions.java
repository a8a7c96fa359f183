package io.nurs.flow;

import java.time.Duration;

/**
 * What an operator may choose about an encoder.
 *
 * @param observationDomain unsigned 32-bit; NetFlow v9 calls it the source id
 * @param maxDatagramBytes UDP payload, headers of IP and UDP not included: path MTU less 28 (IPv4) or 48 (IPv6), and 512
 *     if that is unknown (RFC 7011 §10.3.3); of a stream, the longest message
 * @param templateRefreshPackets every template, and the option records, are repeated after so many datagrams ...
 * @param templateRefreshInterval ... or after so long, whichever is first; checked when a datagram is begun. A stream
 *     repeats its option records after so long, and no template
 * @param newTemplateCopies how often a new template is sent in a datagram without data before the one with its first
 *     record, because UDP may lose some: RFC 7011 §8.4
 * @param stream whether nothing is lost and nothing reordered on the way, as over TCP, TLS and into a file
 */
public record EncoderOptions(
        long observationDomain,
        int maxDatagramBytes,
        int templateRefreshPackets,
        Duration templateRefreshInterval,
        int newTemplateCopies,
        boolean stream) {
    /** What the header's 16 bits can say. RFC 7011 §3.1 */
    public static final int MAX_MESSAGE_BYTES = 65535;

    private static final long MAX_DOMAIN = 0xffff_ffffL;
    private static final int MIN_DATAGRAM_BYTES = 64;
    private static final int MAX_COPIES = 16;

    /** What a UDP datagram over IPv4 can hold: 65535 - 20 - 8. */
    private static final int MAX_DATAGRAM_BYTES = 65507;

    public EncoderOptions {
        require(observationDomain >= 0 && observationDomain <= MAX_DOMAIN, "observation domain", observationDomain);
        require(
                maxDatagramBytes >= MIN_DATAGRAM_BYTES
                        && maxDatagramBytes <= (stream ? MAX_MESSAGE_BYTES : MAX_DATAGRAM_BYTES),
                "max datagram bytes",
                maxDatagramBytes);
        require(templateRefreshPackets >= 1, "template refresh packets", templateRefreshPackets);
        require(templateRefreshInterval.toMillis() >= 1, "template refresh interval", templateRefreshInterval);
        require(newTemplateCopies >= 0 && newTemplateCopies <= MAX_COPIES, "new template copies", newTemplateCopies);
    }

    /** For UDP, a new template together with its first record only. */
    public EncoderOptions(
            long observationDomain,
            int maxDatagramBytes,
            int templateRefreshPackets,
            Duration templateRefreshInterval) {
        this(observationDomain, maxDatagramBytes, templateRefreshPackets, templateRefreshInterval, 0, false);
    }

    /** For TCP, TLS and files. */
    public static EncoderOptions stream(long observationDomain, int maxMessageBytes, Duration optionsInterval) {
        return new EncoderOptions(observationDomain, maxMessageBytes, Integer.MAX_VALUE, optionsInterval, 0, true);
    }

    public EncoderOptions withNewTemplateCopies(int copies) {
        return new EncoderOptions(
                observationDomain, maxDatagramBytes, templateRefreshPackets, templateRefreshInterval, copies, stream);
    }

    private static void require(boolean valid, String what, Object value) {
        if (!valid) {
            throw new IllegalArgumentException(what + " " + value + " is out of range");
        }
    }
}
