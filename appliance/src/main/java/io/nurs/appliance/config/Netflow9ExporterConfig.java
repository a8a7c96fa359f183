package io.nurs.appliance.config;

import java.time.Duration;

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

    public static Netflow9ExporterConfig defaults(String name, CollectorAddress collector) {
        return new Netflow9ExporterConfig(
                name, collector, 1, NatView.CLIENT, TemplateRefresh.DEFAULT, 1400, Duration.ofSeconds(1));
    }
}
