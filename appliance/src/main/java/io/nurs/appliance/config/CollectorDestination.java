package io.nurs.appliance.config;

import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A collector on the network.
 *
 * @param tls only with {@link CollectorTransport#TLS}, and always then
 * @param sourceAddress to send from, or null for what routing chooses
 * @param bindDevice an interface or a VRF to send through, or null
 * @param dscp Differentiated Services Code Point, 0 to 63
 * @param spool where messages wait while the collector is down, or null: then they are lost
 * @param datagramsPerSecond how fast bursts leave over UDP, or 0 for as fast as they come
 * @param reconnectInterval the shortest time from one attempt to connect to the next; over UDP the longest, while the collector
 *     is down
 * @param stallTimeout how long a connection may take nothing before it is given up
 */
public record CollectorDestination(
        CollectorAddress address,
        CollectorTransport transport,
        @Nullable TlsConfig tls,
        @Nullable InetAddress sourceAddress,
        @Nullable String bindDevice,
        int dscp,
        @Nullable SpoolConfig spool,
        int datagramsPerSecond,
        Duration reconnectInterval,
        Duration stallTimeout)
        implements Destination {
    private static final int MAX_DSCP = 63;
    // IFNAMSIZ of linux/if.h, less the NUL.
    private static final int MAX_DEVICE_NAME = 15;
    /** A collector with a socket buffer of 208 KiB that takes 12,000 a second loses none of a burst. */
    private static final int DATAGRAMS_PER_SECOND = 10_000;

    private static final int MAX_DATAGRAMS_PER_SECOND = 10_000_000;
    private static final CollectorAddress PLACEHOLDER =
            new CollectorAddress("0.0.0.0", FlowProtocol.NETFLOW9.port(CollectorTransport.UDP));

    /** Over UDP. */
    static CollectorDestination defaults(CollectorAddress address) {
        // RFC 7011 §10.4.4: not more than one attempt a minute, unless the operator wants it.
        return new CollectorDestination(
                address,
                CollectorTransport.UDP,
                null,
                null,
                null,
                0,
                null,
                DATAGRAMS_PER_SECOND,
                Duration.ofMinutes(1),
                Duration.ofSeconds(5));
    }

    static @Nullable CollectorDestination read(YamlSection exporter, FlowProtocol protocol) {
        CollectorTransport transport = exporter.choice("transport", CollectorTransport.UDP);
        int port = protocol.port(transport);
        CollectorAddress address = exporter.required(
                "collector",
                "write the collector's address, such as \"192.0.2.10:" + port + "\", or a file to write to",
                text -> CollectorAddress.parse(text, port));
        CollectorDestination fallback = defaults(address == null ? PLACEHOLDER : address);
        boolean isStream = transport != CollectorTransport.UDP;
        CollectorDestination destination = new CollectorDestination(
                fallback.address,
                transport,
                tls(exporter, transport),
                exporter.optional("source-address", CollectorDestination::literal),
                exporter.optional("bind-device", CollectorDestination::device),
                (int) exporter.integer("dscp", fallback.dscp, 0, MAX_DSCP),
                spool(exporter),
                (int) exporter.integer(
                        "max-datagrams-per-second", fallback.datagramsPerSecond, 0, MAX_DATAGRAMS_PER_SECOND),
                exporter.duration(
                        "reconnect-interval", fallback.reconnectInterval, Duration.ofSeconds(1), Duration.ofHours(1)),
                exporter.duration(
                        "stall-timeout", fallback.stallTimeout, Duration.ofSeconds(1), Duration.ofMinutes(1)));
        if (isStream) {
            warnOfNoEffect(exporter, transport, "max-datagrams-per-second");
        } else {
            warnOfNoEffect(exporter, transport, "stall-timeout");
        }
        return address == null || (transport == CollectorTransport.TLS && destination.tls == null) ? null : destination;
    }

    private static void warnOfNoEffect(YamlSection exporter, CollectorTransport transport, String key) {
        YamlValue value = exporter.value(key);
        if (value != null) {
            value.warning("has no effect with transport: " + transport);
        }
    }

    private static @Nullable TlsConfig tls(YamlSection exporter, CollectorTransport transport) {
        YamlValue value = exporter.value("tls");
        if (value == null) {
            if (transport == CollectorTransport.TLS) {
                exporter.missing("tls", "write { certificate: FILE, key: FILE, trust: FILE }");
            }
            return null;
        }
        if (transport != CollectorTransport.TLS) {
            value.error("goes with transport: tls; write that as well");
        }
        YamlSection section = value.section();
        return section == null ? null : TlsConfig.read(section);
    }

    private static @Nullable SpoolConfig spool(YamlSection exporter) {
        YamlSection section = exporter.section("spool");
        return section == null ? null : SpoolConfig.read(section);
    }

    private static InetAddress literal(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    ScalarText.quote(text) + " is not an address of this machine; write it as 192.0.2.1 or 2001:db8::2",
                    e);
        }
    }

    private static String device(String text) {
        if (text.isBlank() || text.length() > MAX_DEVICE_NAME || text.contains("/") || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    ScalarText.quote(text) + " is no interface's name; `ip link` lists them, VRFs included");
        }
        return text;
    }

    /** Whether both end in the same place, where their sequences would meet. */
    public boolean isSameAs(CollectorDestination other) {
        return transport == other.transport && address.isSameAs(other.address);
    }

    @Override
    public String toString() {
        return transport == CollectorTransport.UDP ? address.toString() : address + " over " + transport;
    }
}
