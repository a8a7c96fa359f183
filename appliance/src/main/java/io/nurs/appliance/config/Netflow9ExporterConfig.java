package io.nurs.appliance.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A NetFlow v9 collector and how datagrams to it are filled.
 *
 * @param observationDomain NetFlow v9's source id (u32) for the first source that uses this exporter; the next source takes the
 *     next id, see {@link ApplianceConfig#observationDomain}
 * @param maxDatagramBytes UDP payload: headers of IP and UDP not included
 * @param flushInterval how long a datagram that is not full may wait
 */
public record Netflow9ExporterConfig(
        String name,
        CollectorAddress collector,
        long observationDomain,
        NatView natView,
        TemplateRefresh templateRefresh,
        int maxDatagramBytes,
        Duration flushInterval)
        implements ExporterConfig {
    // Every IPv4 host takes 576 bytes (RFC 791), less IP and UDP headers 548; 512 holds any template of ours, and any
    // record.
    private static final int MIN_DATAGRAM_BYTES = 512;
    // 65535 less the headers of IPv4 (20) and UDP (8).
    private static final int MAX_DATAGRAM_BYTES = 65_507;
    private static final CollectorAddress PLACEHOLDER = new CollectorAddress("0.0.0.0", CollectorAddress.DEFAULT_PORT);

    public static Netflow9ExporterConfig defaults(String name, CollectorAddress collector) {
        return new Netflow9ExporterConfig(
                name, collector, 1, NatView.CLIENT, TemplateRefresh.DEFAULT, 1400, Duration.ofSeconds(1));
    }

    static @Nullable Netflow9ExporterConfig read(YamlSection section, String name) {
        CollectorAddress collector = section.required(
                "collector", "write the collector's address, such as \"192.0.2.10:9995\"", CollectorAddress::parse);
        Netflow9ExporterConfig fallback = defaults(name, collector == null ? PLACEHOLDER : collector);
        Netflow9ExporterConfig config = new Netflow9ExporterConfig(
                name,
                fallback.collector,
                section.integer("observation-domain", fallback.observationDomain, 0, ScalarText.U32_MAX),
                section.choice("nat-view", fallback.natView),
                TemplateRefresh.read(section.section("template-refresh")),
                (int) section.integer(
                        "max-datagram-bytes", fallback.maxDatagramBytes, MIN_DATAGRAM_BYTES, MAX_DATAGRAM_BYTES),
                section.duration(
                        "flush-interval", fallback.flushInterval, Duration.ofMillis(10), Duration.ofMinutes(1)));
        section.finish();
        return collector == null ? null : config;
    }
}
