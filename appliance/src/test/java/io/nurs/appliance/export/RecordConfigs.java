package io.nurs.appliance.export;

import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ConfigException;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.config.FlowExporterConfig;
import java.util.List;
import java.util.stream.Stream;

/** Exporters with one or the other choice of fields. */
final class RecordConfigs {
    private static final List<String> PROFILES = List.of("default", "minimal", "full", "ctflow9", "nsel");

    private RecordConfigs() {}

    /** Each profile in each protocol, one and two records a conversation. */
    static Stream<String> urls() {
        return Stream.of("netflow9", "ipfix")
                .flatMap(protocol -> PROFILES.stream()
                        .flatMap(profile -> Stream.of("true", "false")
                                .filter(biflow -> biflow.equals("true") || !profile.equals("nsel"))
                                .map(biflow -> protocol + "://192.0.2.1?fields=" + profile + "&biflow=" + biflow)));
    }

    static Stream<String> ipfixUrls() {
        return urls().filter(url -> url.startsWith("ipfix"));
    }

    /** Their fields are always the same. */
    static Stream<String> netflow5Urls() {
        return Stream.of("netflow5://192.0.2.1?nat-view=client", "netflow5://192.0.2.1?nat-view=wire");
    }

    static Stream<String> protocolsOfFlows() {
        return Stream.concat(protocols(), Stream.of("netflow5"));
    }

    static Stream<String> protocols() {
        return Stream.of("netflow9", "ipfix");
    }

    static FlowExporterConfig config(String url) {
        try {
            return main(ApplianceConfig.forCollector(url));
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    /** With keys that no URL can hold. */
    static FlowExporterConfig configured(String exporter) {
        try {
            return main(ConfigLoader.parse("test.yaml", """
                    stacks: [{ name: flows, source: { type: conntrack }, exporters: [main] }]
                    exporters: { main: { %s } }
                    """.formatted(exporter)));
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    private static FlowExporterConfig main(ApplianceConfig config) {
        return switch (config.exporters().get("main")) {
            case FlowExporterConfig flows -> flows;
            case null -> throw new AssertionError("no exporter");
        };
    }
}
