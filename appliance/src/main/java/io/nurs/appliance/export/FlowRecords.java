package io.nurs.appliance.export;

import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.FlowProtocol;
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
    private final @Nullable Netflow5Records netflow5;
    private final FlowSampling sampling;
    private @Nullable Uniflow uniflow;
    private @Nullable FlowRecord<Uniflow> record;

    /** @param namespace see {@link RecordFields} */
    FlowRecords(FlowExporterConfig config, SystemUptime uptime, String namespace) {
        this.natView = config.records().natView();
        this.biflow = config.records().biflow();
        this.sampling = new FlowSampling(config.records().sampling());
        this.netflow5 = config.protocol() == FlowProtocol.NETFLOW5
                ? new Netflow5Records(uptime, config.records().interfaces())
                : null;
        RecordFields fields = new RecordFields(config.protocol(), config.records(), uptime, namespace);
        this.systemInit = fields.systemInit();
        this.templates = new ConntrackTemplates(config.protocol(), config.records(), fields);
    }

    List<Template<Uniflow>> templates() {
        return netflow5 != null ? List.of(netflow5.template()) : templates.all();
    }

    /** Whether the protocol has no records of anything else. */
    boolean areAllThereIs() {
        return netflow5 != null;
    }

    /** See {@link ConntrackTemplates#usual}. */
    List<Template<Uniflow>> usualTemplates(boolean interfaces) {
        return netflow5 != null ? List.of() : templates.usual(interfaces);
    }

    SystemInit systemInit() {
        return systemInit;
    }

    FlowSampling sampling() {
        return sampling;
    }

    /**
     * Writes one record of both directions, or one for each with traffic, the originator's first.
     *
     * @param notSendable is told of a direction that the protocol has no record for
     */
    void write(
            ConntrackFlow flow, boolean interfaces, Consumer<FlowRecord<Uniflow>> to, Consumer<Uniflow> notSendable) {
        if ((templates.isEmpty() && netflow5 == null) || !sampling.takes(flow.original(), flow.zone())) {
            return;
        }
        Uniflow direction = uniflow;
        if (direction == null) {
            direction = uniflow = new Uniflow(natView, flow);
        }
        direction.set(flow, false);
        if (biflow ? direction.isEitherReported() : direction.isReported()) {
            write(direction, interfaces, to, notSendable);
        }
        if (!biflow && direction.set(flow, true).isReported()) {
            write(direction, interfaces, to, notSendable);
        }
    }

    private void write(
            Uniflow direction, boolean interfaces, Consumer<FlowRecord<Uniflow>> to, Consumer<Uniflow> notSendable) {
        if (netflow5 == null) {
            to.accept(record(direction, interfaces));
        } else if (Netflow5Records.isSendable(direction)) {
            netflow5.write(direction, to);
        } else {
            notSendable.accept(direction);
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

    /** Packets that the last record of this tells of. */
    long packets(Uniflow flow) {
        if (netflow5 != null) {
            return netflow5.packets();
        }
        return biflow ? flow.packets() + flow.reversePackets() : flow.packets();
    }

    /** Octets that the last record of this tells of. */
    long octets(Uniflow flow) {
        if (netflow5 != null) {
            return netflow5.octets();
        }
        return biflow ? flow.octets() + flow.reverseOctets() : flow.octets();
    }
}
