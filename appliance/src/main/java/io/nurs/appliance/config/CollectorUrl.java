package io.nurs.appliance.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads {@code --collector}: an exporter written as a URL, whose query has the same keys as an exporter in the file. */
final class CollectorUrl {
    private static final String AFTER_SCHEME = "://";

    private CollectorUrl() {}

    static FlowExporterConfig read(String url) throws ConfigException {
        ConfigProblems problems = new ConfigProblems("--collector");
        FlowProtocol protocol = protocol(url);
        if (protocol == null) {
            problems.error(
                    0,
                    0,
                    ScalarText.quote(url)
                            + " is not a collector's URL; write it as netflow9://192.0.2.10:9995, netflow5://192.0.2.10:2055 or ipfix://192.0.2.10:4739");
        }
        problems.throwIfAny();
        if (protocol == null) {
            throw new IllegalStateException("no protocol and no error");
        }
        String hostAndQuery = url.substring(protocol.toString().length() + AFTER_SCHEME.length());
        MappingNode mapping = new MappingNode(Tag.MAP, entries(hostAndQuery), FlowStyle.FLOW);
        YamlSection section = new YamlSection(new YamlValue(mapping, "", problems), mapping);
        FlowExporterConfig exporter = FlowExporterConfig.read(section, "main", protocol);
        if (exporter != null
                && exporter.preset().wantsInterfaces()
                && exporter.records().interfaces() == null) {
            problems.error(0, 0, InterfaceFields.missing(exporter.preset()));
        }
        problems.throwIfAny();
        if (exporter == null) {
            throw new IllegalStateException("no exporter and no error");
        }
        return exporter;
    }

    private static @Nullable FlowProtocol protocol(String url) {
        for (FlowProtocol protocol : FlowProtocol.values()) {
            if (url.startsWith(protocol + AFTER_SCHEME)) {
                return protocol;
            }
        }
        return null;
    }

    private static List<NodeTuple> entries(String hostAndQuery) {
        int question = hostAndQuery.indexOf('?');
        String host = question < 0 ? hostAndQuery : hostAndQuery.substring(0, question);
        List<NodeTuple> entries = new ArrayList<>();
        entries.add(entry("collector", host.endsWith("/") ? host.substring(0, host.length() - 1) : host));
        if (question >= 0) {
            for (String option : hostAndQuery.substring(question + 1).split("&", -1)) {
                int equals = option.indexOf('=');
                entries.add(
                        equals < 0
                                ? entry(option, "")
                                : entry(option.substring(0, equals), option.substring(equals + 1)));
            }
        }
        return entries;
    }

    private static NodeTuple entry(String key, String value) {
        return new NodeTuple(scalar(key), scalar(value));
    }

    private static ScalarNode scalar(String text) {
        return new ScalarNode(Tag.STR, true, text, ScalarStyle.DOUBLE_QUOTED, Optional.empty(), Optional.empty());
    }
}
