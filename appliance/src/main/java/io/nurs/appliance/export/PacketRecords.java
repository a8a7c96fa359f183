package io.nurs.appliance.export;

import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.OutputDestination;
import io.nurs.appliance.source.ObservedPacket;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.Template;
import java.util.List;
import java.util.function.Function;

/** What one collector is sent of packets: their headers, or all that is here of them. One record serves for all. */
final class PacketRecords {
    private final List<Template<ObservedPacket>> templates;
    private final List<Template<ObservedPacket>> usual;
    private final Function<ObservedPacket, Template<ObservedPacket>> choice;
    private final FlowRecord<ObservedPacket> record;

    PacketRecords(FlowExporterConfig config, ObservationFields fields) {
        if (config.writesFrames()) {
            FrameTemplates frames = new FrameTemplates(fields);
            templates = frames.all();
            usual = templates;
            choice = frames::of;
        } else {
            PacketTemplates headers = new PacketTemplates(fields, config.destination() instanceof OutputDestination);
            templates = headers.all();
            usual = headers.usual();
            choice = headers::of;
        }
        record = FlowRecord.of(templates.getFirst(), new ObservedPacket());
    }

    List<Template<ObservedPacket>> usualTemplates() {
        return usual;
    }

    List<Template<ObservedPacket>> templates() {
        return templates;
    }

    FlowRecord<ObservedPacket> of(ObservedPacket packet) {
        return record.set(choice.apply(packet), packet);
    }
}
