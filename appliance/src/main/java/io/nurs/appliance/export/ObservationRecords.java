package io.nurs.appliance.export;

import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.source.CounterReport;
import io.nurs.appliance.source.NfacctReport;
import io.nurs.appliance.source.Observation;
import io.nurs.appliance.source.ObservedPacket;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.Template;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one collector is sent of observations: those of its source's kind. One for events of NAT is sent none. */
final class ObservationRecords {
    private final RecordKind kind;
    private final ObservationFields fields;
    private final @Nullable NfacctTemplates nfacct;
    private final @Nullable CounterTemplates counters;
    private final @Nullable PacketRecords packets;

    /** @param namespace name of the network namespace that is read; empty for nursd's own */
    ObservationRecords(FlowExporterConfig config, RecordKind kind, String namespace) {
        boolean none = config.records().fields().profile().isOfEvents();
        this.kind = kind;
        this.fields = new ObservationFields(config.protocol(), config.records().enterpriseNumber(), namespace);
        this.nfacct = kind == RecordKind.NFACCT && !none ? new NfacctTemplates(fields) : null;
        this.counters = kind == RecordKind.COUNTERS && !none ? new CounterTemplates(fields) : null;
        this.packets = kind == RecordKind.PACKETS && !none ? new PacketRecords(config, fields) : null;
    }

    RecordKind kind() {
        return kind;
    }

    /** Elements of our own that records may have. */
    Set<NursElement> elements() {
        return fields.used();
    }

    List<? extends Template<?>> templates() {
        if (nfacct != null) {
            return nfacct.all();
        }
        if (packets != null) {
            return packets.templates();
        }
        return counters != null ? counters.all() : List.of();
    }

    /** The record is borrowed. */
    void write(Observation observation, Consumer<FlowRecord<? extends Observation>> to) {
        switch (observation) {
            case NfacctReport report -> {
                if (nfacct != null) {
                    to.accept(FlowRecord.of(nfacct.of(report), report));
                }
            }
            case CounterReport report -> {
                if (counters != null) {
                    to.accept(FlowRecord.of(counters.of(report), report));
                }
            }
            case ObservedPacket packet -> {
                if (packets != null) {
                    to.accept(packets.of(packet));
                }
            }
        }
    }
}
