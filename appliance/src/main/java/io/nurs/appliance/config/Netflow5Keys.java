package io.nurs.appliance.config;

import io.nurs.netflow5.Netflow5;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys of an exporter of NetFlow v5, which has one form of record and no templates: what it cannot do is refused. */
final class Netflow5Keys {
    private static final String IPV6 = "write type: netflow9 or ipfix, or filter: ipVersion == 4 to leave them out";

    private Netflow5Keys() {}

    /** The choices about records; the keys stand among the exporter's own. */
    static RecordsConfig readRecords(YamlSection exporter) {
        RecordsConfig fallback = RecordsConfig.defaults(FlowProtocol.NETFLOW5);
        YamlValue fields = exporter.value("fields");
        if (fields != null) {
            fields.error("NetFlow v5 has the same fields always; remove the key, or write type: netflow9");
        }
        YamlValue biflow = exporter.value("biflow");
        if (exporter.flag("biflow", false) && biflow != null) {
            biflow.error("NetFlow v5 has one record for each direction; write biflow: false, or type: netflow9");
        }
        warnOfNoEffect(exporter, "options", "it has no option records");
        warnOfNoEffect(exporter, "enterprise-number", "it has no enterprise numbers");
        warnOfNoEffect(exporter, "enterprise-elements", "it has the same fields always");
        warnOfNoEffect(exporter, "template-refresh", "it has no templates");
        return new RecordsConfig(
                exporter.choice("nat-view", fallback.natView()),
                false,
                fallback.fields(),
                fallback.enterpriseElements(),
                fallback.enterpriseNumber(),
                false,
                sampling(exporter, fallback.sampling()),
                InterfaceNumbers.read(exporter));
    }

    private static void warnOfNoEffect(YamlSection exporter, String key, String reason) {
        YamlValue value = exporter.value(key);
        if (value != null) {
            value.warning("no effect with type: netflow5: " + reason);
        }
    }

    private static int sampling(YamlSection exporter, int fallback) {
        int sampling = (int) exporter.integer("sampling", fallback, 1, RecordsConfig.MAX_SAMPLING);
        YamlValue place = exporter.value("sampling");
        if (sampling > Netflow5.MAX_SAMPLING && place != null) {
            place.error("the header of NetFlow v5 has 14 bits for it; write at most " + Netflow5.MAX_SAMPLING
                    + ", or type: netflow9");
            return fallback;
        }
        return sampling;
    }

    /** Datagrams alone say where they end. */
    static void checkDestination(YamlSection exporter) {
        YamlValue file = exporter.value("file");
        if (file != null) {
            file.error("NetFlow v5 goes over UDP only; write collector: HOST:PORT, or type: ipfix");
        }
        YamlValue transport = exporter.value("transport");
        if (transport != null && !CollectorTransport.UDP.toString().equals(transport.text())) {
            transport.error("NetFlow v5 goes over UDP only; remove the key, or write type: ipfix");
        }
    }

    /** Finds flows and observations that an exporter of NetFlow v5 is given and cannot send. */
    static void check(List<StackConfig> stacks, NamedParts<ExporterConfig> exporters) {
        exporters.forEach((place, exporter) -> {
            if (exporter instanceof FlowExporterConfig flows && flows.protocol() == FlowProtocol.NETFLOW5) {
                check(place, flows, ApplianceConfig.sourcesOf(stacks, exporter));
            }
        });
    }

    private static void check(YamlValue place, FlowExporterConfig exporter, List<SourceConfig> sources) {
        for (SourceConfig source : sources) {
            String name = "source " + ScalarText.quote(source.name());
            if (!source.tellsOfFlows()) {
                place.warning("NetFlow v5 has flows only: nothing of " + name
                        + " is sent, and all is counted as not sendable; write type: netflow9 or ipfix");
            } else if (exporter.filter() == null) {
                place.warning(
                        "NetFlow v5 has no IPv6: such flows of " + name + " are counted as not sendable; " + IPV6);
            }
        }
    }

    /** What to warn of where an exporter is the whole configuration; null for nothing. */
    static @Nullable String warning(FlowExporterConfig exporter) {
        return exporter.protocol() == FlowProtocol.NETFLOW5 && exporter.filter() == null
                ? "NetFlow v5 has no IPv6: such flows are counted as not sendable; " + IPV6
                : null;
    }
}
