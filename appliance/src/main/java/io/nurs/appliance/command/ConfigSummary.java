package io.nurs.appliance.command;

import io.nurs.appliance.collect.AddressText;
import io.nurs.appliance.config.Accounting;
import io.nurs.appliance.config.AddressFamily;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.CollectorPreset;
import io.nurs.appliance.config.ConntrackEventSourceConfig;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.CounterSourceConfig;
import io.nurs.appliance.config.DistributionMode;
import io.nurs.appliance.config.ExporterConfig;
import io.nurs.appliance.config.FilterConfig;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.MarkInterfacesConfig;
import io.nurs.appliance.config.MatchConfig;
import io.nurs.appliance.config.MetricsConfig;
import io.nurs.appliance.config.NatEventsConfig;
import io.nurs.appliance.config.NfacctSourceConfig;
import io.nurs.appliance.config.NflogSourceConfig;
import io.nurs.appliance.config.NfqueueSourceConfig;
import io.nurs.appliance.config.NftablesSourceConfig;
import io.nurs.appliance.config.OutputDestination;
import io.nurs.appliance.config.ScalarText;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.appliance.config.StackConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a configuration would run, one line a part. */
final class ConfigSummary {
    private ConfigSummary() {}

    static List<String> lines(ApplianceConfig config) {
        List<String> lines = new ArrayList<>();
        lines.add("transport " + config.transport());
        config.sources().forEach(source -> lines.add("source " + source.name() + ": " + describe(source)));
        config.stacks().forEach(stack -> lines.add("stack " + stack.name() + ": " + describe(stack)));
        config.exporters().values().forEach(exporter -> {
            lines.add("exporter " + exporter.name() + ": " + describe(config, exporter));
            lines.addAll(preset(exporter));
        });
        lines.add("metrics " + describe(config.metrics()));
        return lines;
    }

    /** From where to where, in one line. */
    static String ways(ApplianceConfig config) {
        return config.stacks().stream().map(ConfigSummary::describe).collect(Collectors.joining("; "));
    }

    private static String describe(MetricsConfig metrics) {
        if (metrics.listen() == null) {
            return "off";
        }
        return (metrics.tls() == null ? "http://" : "https://")
                + AddressText.of(metrics.listen())
                + (metrics.isGuarded() ? ", with a login" : ", for all who reach it");
    }

    private static String describe(SourceConfig source) {
        return switch (source) {
            case ConntrackSourceConfig conntrack -> describe(conntrack);
            case ConntrackEventSourceConfig events -> describe(events);
            case NfacctSourceConfig nfacct ->
                "nfacct every " + print(nfacct.interval())
                        + (nfacct.zero() ? ", set to zero" : ", left as they are")
                        + in(nfacct);
            case CounterSourceConfig counters ->
                "conntrack statistics every " + print(counters.interval())
                        + (counters.perCpu() ? ", each CPU's too" : "")
                        + in(counters);
            case NftablesSourceConfig nftables -> describe(nftables);
            case NfqueueSourceConfig queues ->
                "nfqueue " + queues.queueNumbers() + ", policy " + queues.policy()
                        + (queues.failOpen() ? ", fail open" : ", fail closed")
                        + in(queues);
            case NflogSourceConfig nflog ->
                "NFLOG, " + nflog.printGroups()
                        + (nflog.sampling() > 1 ? ", one of " + nflog.sampling() + " packets" : "")
                        + in(nflog);
        };
    }

    private static String describe(ConntrackSourceConfig source) {
        StringBuilder text = new StringBuilder("conntrack, accounting " + source.accounting());
        if (source.accounting() != Accounting.END) {
            text.append(" every ").append(print(source.activeTimeout()));
        }
        text.append(", delivery ").append(source.delivery());
        if (source.readers() > 1) {
            text.append(", ").append(source.readers()).append(" readers");
        }
        if (source.stateFile() != null) {
            text.append(", state file ").append(source.stateFile());
        }
        NatEventsConfig nat = source.natEvents();
        if (nat != null) {
            text.append(", NAT events");
            text.append(nat.blockPorts() == 0 ? "" : " in blocks of " + nat.blockPorts() + " ports");
        }
        if (source.mark() != null) {
            text.append(", mark ").append(source.mark());
        }
        return text.append(in(source)).toString();
    }

    private static String describe(ConntrackEventSourceConfig source) {
        StringBuilder text = new StringBuilder("conntrack events ")
                .append(source.events().stream().map(Object::toString).collect(Collectors.joining(", ")));
        if (source.family() != AddressFamily.ANY) {
            text.append(", ").append(source.family());
        }
        if (!source.protocols().isEmpty()) {
            text.append(", protocols ")
                    .append(source.protocols().stream().map(Object::toString).collect(Collectors.joining(", ")));
        }
        if (source.mark() != null) {
            text.append(", mark ").append(source.mark());
        }
        return text.append(", delivery ")
                .append(source.delivery())
                .append(in(source))
                .toString();
    }

    private static String describe(NftablesSourceConfig source) {
        List<String> parts = new ArrayList<>();
        if (source.changes()) {
            parts.add("changes of the rule set");
        }
        if (source.trace()) {
            parts.add("traces");
        }
        if (source.counters()) {
            parts.add("counters and quotas every " + print(source.interval())
                    + (source.zero() ? ", set to zero" : ", left as they are"));
        }
        return "nftables, " + String.join(", ", parts) + in(source);
    }

    private static String in(SourceConfig source) {
        return source.namespace() == null ? "" : ", namespace " + source.namespace();
    }

    // PT1M30S is 1m30s to an operator.
    private static String print(Duration duration) {
        return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }

    private static String describe(StackConfig stack) {
        String filters = stack.filters().stream()
                .map(filter -> " -> " + describe(filter))
                .collect(Collectors.joining());
        String exporters = stack.exporters().stream().map(ExporterConfig::name).collect(Collectors.joining(", "));
        String distribution = stack.distribution() == DistributionMode.MIRROR ? "" : " (" + stack.distribution() + ")";
        return stack.source().name() + filters + (exporters.isEmpty() ? "" : " -> " + exporters) + distribution;
    }

    private static String describe(FilterConfig filter) {
        return switch (filter) {
            case MarkInterfacesConfig marks -> "mark-interfaces";
            case MatchConfig match ->
                "match " + ScalarText.quote(match.expression().toString());
        };
    }

    private static String describe(ApplianceConfig config, ExporterConfig exporter) {
        return switch (exporter) {
            case FlowExporterConfig flows -> flows.type() + " to " + flows.destination() + tail(config, flows);
        };
    }

    /** What a preset has set, and what else it takes. */
    private static List<String> preset(ExporterConfig exporter) {
        return switch (exporter) {
            case FlowExporterConfig flows when flows.preset() == CollectorPreset.GENERIC -> List.of();
            case FlowExporterConfig flows -> {
                String label = "exporter " + flows.name() + ": preset " + flows.preset() + ": ";
                yield List.of(
                        label + "type " + flows.protocol() + ", biflow "
                                + flows.records().biflow()
                                + ", enterprise-elements "
                                + flows.records().enterpriseElements() + ", templates every "
                                + print(flows.templateRefresh().interval()) + " or "
                                + flows.templateRefresh().packets() + " datagrams",
                        label + "active-timeout " + flows.preset().activeTimeout() + " suits it",
                        label + "at the collector: " + flows.preset().atCollector());
            }
        };
    }

    /** What is read as text has no domains; who is who says the name of each reader's file. */
    private static String tail(ApplianceConfig config, FlowExporterConfig exporter) {
        if (!(exporter.destination() instanceof OutputDestination)) {
            return ", " + domains(config, exporter);
        }
        return config.sourcesOf(exporter).isEmpty() ? ", unused" : "";
    }

    private static String domains(ApplianceConfig config, SourceConfig source, FlowExporterConfig exporter) {
        long first = config.observationDomain(source, exporter, 0);
        return source.readers() == 1 ? Long.toString(first) : first + " to " + (first + source.readers() - 1);
    }

    private static String domains(ApplianceConfig config, FlowExporterConfig exporter) {
        String domains = config.sourcesOf(exporter).stream()
                .map(source -> domains(config, source, exporter) + " (source " + source.name() + ")")
                .collect(Collectors.joining(", "));
        return domains.isEmpty() ? "unused" : "observation domain " + domains;
    }
}
