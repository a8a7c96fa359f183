package io.nurs.flow;

import java.time.Duration;

/**
 * What an operator may choose about an encoder.
 *
 * @param observationDomain unsigned 32-bit; NetFlow v9 calls it the source id
 * @param maxDatagramBytes UDP payload, headers of IP and UDP not included: path MTU less 28 (IPv4) or 48 (IPv6)
 * @param templateRefreshPackets every template is repeated after so many datagrams ...
 * @param templateRefreshInterval ... or after so long, whichever is first; checked when a datagram is begun
 */
public record EncoderOptions(
        long observationDomain, int maxDatagramBytes, int templateRefreshPackets, Duration templateRefreshInterval) {
    private static final long MAX_DOMAIN = 0xffff_ffffL;
    private static final int MIN_DATAGRAM_BYTES = 64;

    /** What a UDP datagram over IPv4 can hold: 65535 - 20 - 8. */
    private static final int MAX_DATAGRAM_BYTES = 65507;

    public EncoderOptions {
        require(observationDomain >= 0 && observationDomain <= MAX_DOMAIN, "observation domain", observationDomain);
        require(
                maxDatagramBytes >= MIN_DATAGRAM_BYTES && maxDatagramBytes <= MAX_DATAGRAM_BYTES,
                "max datagram bytes",
                maxDatagramBytes);
        require(templateRefreshPackets >= 1, "template refresh packets", templateRefreshPackets);
        require(templateRefreshInterval.toMillis() >= 1, "template refresh interval", templateRefreshInterval);
    }

    private static void require(boolean valid, String what, Object value) {
        if (!valid) {
            throw new IllegalArgumentException(what + " " + value + " is out of range");
        }
    }
}
