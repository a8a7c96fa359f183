package io.nurs.appliance.config;

import io.nurs.netlink.nfqueue.NfqueueRequests;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Finds groups that two sources want, as the kernel gives each to one socket, and exporters of packets that would get other things. */
final class PacketGroups {
    private PacketGroups() {}

    static void check(List<StackConfig> stacks, NamedParts<ExporterConfig> exporters) {
        exporters.forEach((place, exporter) -> {
            switch (exporter) {
                case FlowExporterConfig flows
                when flows.writesFrames() -> {
                    ApplianceConfig.sourcesOf(stacks, exporter).stream()
                            .filter(source -> !source.tellsOfPackets())
                            .findFirst()
                            .ifPresent(source ->
                                    place.error("writes packets, and source " + ScalarText.quote(source.name())
                                            + " has none; give it one of type nflog or nfqueue"));
                    ApplianceConfig.sourcesOf(stacks, exporter).stream()
                            .filter(source -> source instanceof NfqueueSourceConfig queues
                                    && queues.copyRangeBytes() < NfqueueRequests.MOST_COPIED_BYTES)
                            .findFirst()
                            .ifPresent(source -> place.warning("longer packets of source "
                                    + ScalarText.quote(source.name()) + " are cut; write copy-range: "
                                    + NfqueueRequests.MOST_COPIED_BYTES + " there, unless that is meant"));
                }
                case FlowExporterConfig others -> {}
            }
        });
    }

    /** The same namespace under two names is not seen here. */
    static void check(Map<SourceConfig, YamlValue> placesBySource) {
        List<NflogSourceConfig> seen = new ArrayList<>();
        placesBySource.forEach((source, place) -> {
            if (source instanceof NflogSourceConfig nflog) {
                for (NflogSourceConfig other : seen) {
                    nflog.groups().stream()
                            .filter(group -> other.groups().contains(group)
                                    && Objects.equals(nflog.namespace(), other.namespace()))
                            .findFirst()
                            .ifPresent(group -> place.error("group " + group + " is source "
                                    + ScalarText.quote(other.name())
                                    + "'s already, and the kernel gives it to one only; let the stacks name one of the"
                                    + " sources"));
                }
                seen.add(nflog);
            }
        });
    }
}
