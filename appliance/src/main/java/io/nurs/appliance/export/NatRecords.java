package io.nurs.appliance.export;

import io.nurs.appliance.config.FieldProfile;
import io.nurs.appliance.nat.NatEvent;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.Template;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one collector is sent of an address translator's events: nothing, unless that is what its exporter is for. */
final class NatRecords {
    private final @Nullable NatTemplates templates;
    private @Nullable FlowRecord<NatEvent> record;

    NatRecords(FieldProfile profile) {
        this.templates = switch (profile) {
            case NAT_EVENTS -> new NatTemplates(NatTemplates.Form.RFC8158);
            case HSL -> new NatTemplates(NatTemplates.Form.HSL);
            default -> null;
        };
    }

    List<Template<NatEvent>> templates() {
        return templates == null ? List.of() : templates.all();
    }

    void write(NatEvent event, Consumer<FlowRecord<NatEvent>> to) {
        if (templates == null) {
            return;
        }
        Template<NatEvent> template = templates.of(event);
        FlowRecord<NatEvent> borrowed = record;
        if (borrowed == null) {
            borrowed = record = FlowRecord.of(template, event);
        }
        to.accept(borrowed.set(template, event));
    }
}
