package io.nurs.appliance.config;

import java.util.List;

/** Finds keys of an exporter with a preset that its collector can make nothing of. */
final class PresetWarnings {
    private PresetWarnings() {}

    static void check(YamlSection exporter, FlowExporterConfig config) {
        CollectorPreset preset = config.preset();
        if (exporter.value("preset") == null || preset == CollectorPreset.GENERIC) {
            return;
        }
        if (config.records().biflow() && config.protocol() == FlowProtocol.IPFIX && !preset.readsReverse()) {
            warn(exporter, "biflow", preset + " does not read reverse elements: the reply's bytes are lost there");
        }
        if (config.destination() instanceof CollectorDestination there
                && there.transport() != CollectorTransport.UDP
                && !preset.takesStreams()) {
            warn(exporter, "transport", preset + " listens on UDP only");
        }
        if (preset == CollectorPreset.LOGSTASH && config.protocol() == FlowProtocol.NETFLOW9) {
            warn(
                    exporter,
                    "type",
                    "Logstash's codec does not know all elements of these records in NetFlow v9, and drops"
                            + " them; write type: ipfix");
        }
        if (preset.enterpriseElements() != EnterpriseElements.ALL) {
            unread(exporter, config, preset);
        }
    }

    private static void unread(YamlSection exporter, FlowExporterConfig config, CollectorPreset preset) {
        List<String> own = config.records().fields().fields().stream()
                .filter(FlowField::isOfNurs)
                .map(FlowField::name)
                .toList();
        if (own.isEmpty()) {
            return;
        }
        String key = exporter.value("fields") != null ? "fields" : "enterprise-elements";
        warn(
                exporter,
                exporter.value(key) != null ? key : "enterprise-number",
                preset
                        + (preset == CollectorPreset.LOGSTASH
                                ? " learns no template with an element that it does not know: "
                                : " does not read ")
                        + String.join(", ", own));
    }

    private static void warn(YamlSection exporter, String key, String warning) {
        YamlValue place = exporter.value(key);
        (place == null ? exporter.place() : place).warning(warning);
    }
}
