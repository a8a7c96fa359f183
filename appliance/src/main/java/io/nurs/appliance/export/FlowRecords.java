package io.nurs.appliance.export;

import io.netty.channel.Channel;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.NatView;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.SystemUptime;
import io.nurs.flow.Template;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one collector is sent of a flow: how many records, by which templates. */
final class FlowRecords {
    private final NatView natView;
    private final boolean biflow;
    private final ConntrackTemplates templates;
    private @Nullable Uniflow uniflow;
    private @Nullable FlowRecord<Uniflow> record;

    /** @param namespace see {@link RecordFields} */
    FlowRecords(FlowExporterConfig config, SystemUptime uptime, String namespace) {
        this.natView = config.records().natView();
        this.biflow = config.records().biflow();
        this.templates = new ConntrackTemplates(
                config.protocol(),
                config.records(),
                new RecordFields(config.protocol(), config.records(), uptime, namespace));
    }

    List<Template<Uniflow>> templates() {
        return templates.all();
    }

    /** Writes one record of both directions, or one for each with traffic, the originator's first. */
    void write(ConntrackFlow flow, boolean interfaces, Channel channel) {
        Uniflow direction = direction(flow);
        if (isReported(direction)) {
            send(direction, interfaces, channel);
        }
        if (!biflow && isReported(direction.set(flow, true))) {
            send(direction, interfaces, channel);
        }
    }

    /** How many records {@link #write} would write. */
    int count(ConntrackFlow flow) {
        Uniflow direction = direction(flow);
        int forward = isReported(direction) ? 1 : 0;
        return forward + (!biflow && isReported(direction.set(flow, true)) ? 1 : 0);
    }

    private boolean isReported(Uniflow direction) {
        return !templates.isEmpty() && (biflow ? direction.isEitherReported() : direction.isReported());
    }

    private Uniflow direction(ConntrackFlow flow) {
        Uniflow direction = uniflow;
        if (direction == null) {
            direction = uniflow = new Uniflow(natView, flow);
        }
        return direction.set(flow, false);
    }

    private void send(Uniflow flow, boolean interfaces, Channel channel) {
        Template<Uniflow> template = templates.of(flow, interfaces);
        FlowRecord<Uniflow> borrowed = record;
        if (borrowed == null) {
            borrowed = record = FlowRecord.of(template, flow);
        }
        channel.write(borrowed.set(template, flow), channel.voidPromise());
    }
}
