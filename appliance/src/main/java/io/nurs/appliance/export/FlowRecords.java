package io.nurs.appliance.export;

import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.NatView;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.SystemUptime;
import io.nurs.flow.Template;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one collector is sent of a flow: how many records, by which templates. */
final class FlowRecords {
    private final NatView natView;
    private final boolean biflow;
    private final ConntrackTemplates templates;
    private final SystemInit systemInit;
    private final FlowSampling sampling;
    private @Nullable Uniflow uniflow;
    private @Nullable FlowRecord<Uniflow> record;

    /** @param namespace see {@link RecordFields} */
    FlowRecords(FlowExporterConfig config, SystemUptime uptime, String namespace) {
        this.natView = config.records().natView();
        this.biflow = config.records().biflow();
        this.sampling = new FlowSampling(config.records().sampling());
        RecordFields fields = new RecordFields(config.protocol(), config.records(), uptime, namespace);
        this.systemInit = fields.systemInit();
        this.templates = new ConntrackTemplates(config.protocol(), config.records(), fields);
    }

    List<Template<Uniflow>> templates() {
        return templates.all();
    }

    /** See {@link ConntrackTemplates#usual}. */
    List<Template<Uniflow>> usualTemplates(boolean interfaces) {
        return templates.usual(interfaces);
    }

    SystemInit systemInit() {
        return systemInit;
    }

    FlowSampling sampling() {
        return sampling;
    }

    /** Writes one record of both directions, or one for each with traffic, the originator's first. */
    void write(ConntrackFlow flow, boolean interfaces, Consumer<FlowRecord<Uniflow>> to) {
        if (templates.isEmpty() || !sampling.takes(flow.original(), flow.zone())) {
            return;
        }
        Uniflow direction = uniflow;
        if (direction == null) {
            direction = uniflow = new Uniflow(natView, flow);
        }
        direction.set(flow, false);
        if (biflow ? direction.isEitherReported() : direction.isReported()) {
            to.accept(record(direction, interfaces));
        }
        if (!biflow && direction.set(flow, true).isReported()) {
            to.accept(record(direction, interfaces));
        }
    }

    private FlowRecord<Uniflow> record(Uniflow flow, boolean interfaces) {
        Template<Uniflow> template = templates.of(flow, interfaces);
        FlowRecord<Uniflow> borrowed = record;
        if (borrowed == null) {
            borrowed = record = FlowRecord.of(template, flow);
        }
        return borrowed.set(template, flow);
    }

    /** Packets that a record of this tells of. */
    long packets(Uniflow flow) {
        return biflow ? flow.packets() + flow.reversePackets() : flow.packets();
    }

    /** Octets that a record of this tells of. */
    long octets(Uniflow flow) {
        return biflow ? flow.octets() + flow.reverseOctets() : flow.octets();
    }
}
