package io.nurs.appliance.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the whole file: named parts first, then the stacks that refer to them, then what only shows when all is known. */
final class ApplianceConfigReader {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final String NAME_RULE =
            " is no name: use up to 63 letters, digits, dots, hyphens and underscores, and begin with a letter or digit";

    private final YamlSection root;
    private final NamedParts<SourceConfig> sources = new NamedParts<>("sources");
    private final NamedParts<ExporterConfig> exporters = new NamedParts<>("exporters");
    private final Map<SourceConfig, YamlValue> placesBySource = new LinkedHashMap<>();
    private final Set<String> stackNames = new HashSet<>();

    ApplianceConfigReader(YamlSection root) {
        this.root = root;
    }

    ApplianceConfig read() {
        Transport transport = root.choice("transport", Transport.EPOLL);
        readNamed(sources, ApplianceConfigReader::source);
        readNamed(exporters, ApplianceConfigReader::exporter);
        List<StackConfig> stacks = stacks();
        MetricsConfig metrics = metrics();
        root.finish();
        ObservationDomains.check(stacks, exporters);
        OutputFiles.check(stacks, exporters);
        InterfaceFields.check(stacks, exporters);
        EventExporters.check(stacks, exporters, placesBySource);
        FlowlessStacks.check(stacks, exporters, placesBySource);
        Netflow5Keys.check(stacks, exporters);
        ConntrackTables.check(placesBySource);
        NfacctObjects.check(placesBySource);
        NftablesObjects.check(placesBySource);
        NfqueueQueues.check(placesBySource);
        PacketGroups.check(placesBySource);
        PacketGroups.check(stacks, exporters);
        sources.warnUnused();
        exporters.warnUnused();
        return new ApplianceConfig(
                transport,
                stacks,
                exporters.byName(),
                metrics,
                root.place().problems().warnings());
    }

    private MetricsConfig metrics() {
        YamlSection section = root.section("metrics");
        return section == null ? MetricsConfig.defaults() : MetricsConfig.read(section);
    }

    private <T> void readNamed(NamedParts<T> parts, BiFunction<YamlSection, String, @Nullable T> reader) {
        YamlSection section = root.section(parts.label());
        if (section == null) {
            return;
        }
        section.named().forEach((name, value) -> {
            if (!NAME.matcher(name).matches()) {
                value.error(ScalarText.quote(name) + NAME_RULE);
            }
            YamlSection part = value.section();
            parts.add(name, value, part == null ? null : reader.apply(part, name));
        });
    }

    private List<StackConfig> stacks() {
        List<StackConfig> stacks = new ArrayList<>();
        YamlValue list = root.value("stacks");
        if (list == null) {
            root.missing("stacks", "list at least one");
            return stacks;
        }
        List<YamlValue> items = list.items();
        if (items.isEmpty() && list.isList()) {
            list.error("empty; list at least one stack");
        }
        for (YamlValue item : items) {
            YamlSection section = item.section();
            StackConfig stack = section == null ? null : stack(section);
            if (stack != null) {
                stacks.add(stack);
            }
        }
        return stacks;
    }

    private @Nullable StackConfig stack(YamlSection section) {
        String name = section.required("name", "give the stack a name, such as flows", this::stackName);
        SourceConfig source = stackSource(section, name == null ? "" : name);
        List<FilterConfig> filters = filters(section);
        List<ExporterConfig> targets = stackExporters(section, source instanceof NfqueueSourceConfig);
        DistributionMode distribution = distribution(section, targets);
        if (source != null) {
            FlowlessStacks.check(section, source);
        }
        section.finish();
        return name == null || source == null ? null : new StackConfig(name, source, filters, targets, distribution);
    }

    private String stackName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(ScalarText.quote(name) + NAME_RULE);
        }
        if (!stackNames.add(name)) {
            throw new IllegalArgumentException("another stack is named " + ScalarText.quote(name) + " already");
        }
        return name;
    }

    private @Nullable SourceConfig stackSource(YamlSection section, String stackName) {
        YamlValue value = section.value("source");
        if (value == null) {
            section.missing("source", "write { type: conntrack }, or the name of one of the sources");
            return null;
        }
        SourceConfig source = value.isText() ? sources.resolve(value) : inlineSource(value, stackName);
        if (source != null) {
            placesBySource.putIfAbsent(source, value);
        }
        return source;
    }

    private @Nullable SourceConfig inlineSource(YamlValue value, String stackName) {
        if (sources.contains(stackName)) {
            // A source is known by its name, and one that stands in a stack has the stack's.
            value.error("this source takes its stack's name, " + ScalarText.quote(stackName)
                    + ", which is also one of the sources; rename one of them");
        }
        YamlSection inline = value.section();
        return inline == null ? null : source(inline, stackName);
    }

    private static List<FilterConfig> filters(YamlSection section) {
        List<FilterConfig> filters = new ArrayList<>();
        for (YamlValue item : section.items("filters")) {
            YamlSection part = item.section();
            FilterConfig filter = part == null ? null : filter(part);
            if (filter instanceof MatchConfig match
                    && match.expression().readsMarkInterfaces()
                    && filters.stream().noneMatch(MarkInterfacesConfig.class::isInstance)) {
                item.warning("interfaces and direction are 0 here: no mark-interfaces filter stands before this one");
            }
            if (filter != null) {
                filters.add(filter);
            }
        }
        return filters;
    }

    /** @param mayBeNone whether the source is of use by itself */
    private List<ExporterConfig> stackExporters(YamlSection section, boolean mayBeNone) {
        YamlValue list = section.value("exporters");
        if (list == null) {
            section.missing("exporters", "list the names of the exporters that get these flows, such as [main]");
            return List.of();
        }
        List<YamlValue> items = list.items();
        if (items.isEmpty() && list.isList() && !mayBeNone) {
            list.error("empty; list at least one exporter");
        }
        Map<String, ExporterConfig> targets = new LinkedHashMap<>();
        for (YamlValue item : items) {
            ExporterConfig exporter = exporters.resolve(item);
            if (exporter != null && targets.putIfAbsent(exporter.name(), exporter) != null) {
                item.error(ScalarText.quote(exporter.name()) + " is in this list twice");
            }
        }
        return List.copyOf(targets.values());
    }

    private static DistributionMode distribution(YamlSection section, List<ExporterConfig> targets) {
        DistributionMode distribution = section.choice("distribution", DistributionMode.MIRROR);
        YamlValue place = section.value("distribution");
        if (place != null && distribution != DistributionMode.MIRROR && targets.size() == 1) {
            place.warning("has no effect with one exporter");
        }
        return distribution;
    }

    private static @Nullable SourceConfig source(YamlSection section, String name) {
        return switch (section.kind(
                "type", "conntrack", "conntrack-events", "nfacct", "conntrack-stats", "nflog", "nfqueue", "nftables")) {
            case null -> null;
            case "conntrack-events" -> ConntrackEventSourceConfig.read(section, name);
            case "nfacct" -> NfacctSourceConfig.read(section, name);
            case "conntrack-stats" -> CounterSourceConfig.read(section, name);
            case "nftables" -> NftablesSourceConfig.read(section, name);
            case "nflog" -> NflogSourceConfig.read(section, name);
            case "nfqueue" -> NfqueueSourceConfig.read(section, name);
            default -> ConntrackSourceConfig.read(section, name);
        };
    }

    private static @Nullable FilterConfig filter(YamlSection section) {
        String kind = section.kind("type", "mark-interfaces", "match");
        if (kind == null) {
            return null;
        }
        return kind.equals("match") ? MatchConfig.read(section) : MarkInterfacesConfig.read(section);
    }

    private static @Nullable ExporterConfig exporter(YamlSection section, String name) {
        List<Object> types = new ArrayList<>(List.of(FlowProtocol.values()));
        types.addAll(List.of(OutputFormat.values()));
        List<String> words = types.stream().map(Object::toString).toList();
        CollectorPreset preset = section.value("type") == null ? FlowExporterConfig.preset(section) : null;
        String word = preset == null
                ? section.kind("type", words.toArray(String[]::new))
                : preset.protocol().toString();
        return switch (word == null ? null : types.get(words.indexOf(word))) {
            case FlowProtocol protocol -> FlowExporterConfig.read(section, name, protocol);
            case OutputFormat format -> FlowExporterConfig.readOutput(section, name, format);
            case null, default -> null;
        };
    }
}
