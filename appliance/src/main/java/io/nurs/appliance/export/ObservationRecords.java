package io.nurs.appliance.export;

import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.FlowProtocol;
import io.nurs.appliance.source.ConntrackEvent;
import io.nurs.appliance.source.CounterReport;
import io.nurs.appliance.source.NfacctReport;
import io.nurs.appliance.source.NftablesObservation;
import io.nurs.appliance.source.Observation;
import io.nurs.appliance.source.ObservedPacket;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.InformationElement;
import io.nurs.flow.Template;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one collector is sent of observations: those of its source's kind. One for events of NAT is sent none. */
final class ObservationRecords {
    private final RecordKind kind;
    private final ObservationFields fields;
    private final @Nullable ConntrackEventTemplates events;
    private final @Nullable NfacctTemplates nfacct;
    private final @Nullable CounterTemplates counters;
    private final @Nullable NftablesTemplates nftables;
    private @Nullable FlowRecord<ConntrackEvent> event;
    private final @Nullable PacketRecords packets;

    /** @param namespace name of the network namespace that is read; empty for nursd's own */
    ObservationRecords(FlowExporterConfig config, RecordKind kind, String namespace) {
        boolean none = config.records().fields().profile().isOfEvents() || config.protocol() == FlowProtocol.NETFLOW5;
        this.kind = kind;
        this.fields = new ObservationFields(config, kind, namespace);
        this.events = kind == RecordKind.CONNTRACK_EVENTS && !none ? new ConntrackEventTemplates(fields) : null;
        this.nfacct = kind == RecordKind.NFACCT && !none ? new NfacctTemplates(fields) : null;
        this.counters = kind == RecordKind.COUNTERS && !none ? new CounterTemplates(fields) : null;
        this.nftables = kind == RecordKind.NFTABLES && !none ? new NftablesTemplates(fields) : null;
        this.packets = kind == RecordKind.PACKETS && !none ? new PacketRecords(config, fields) : null;
    }

    RecordKind kind() {
        return kind;
    }

    /** Elements of our own that records may have. */
    Map<NursElement, InformationElement> elements() {
        return fields.used();
    }

    /** Those that most observations have. */
    List<? extends Template<?>> usualTemplates() {
        if (events != null) {
            return events.usual();
        }
        return packets != null ? packets.usualTemplates() : templates();
    }

    List<? extends Template<?>> templates() {
        if (events != null) {
            return events.all();
        }
        if (nfacct != null) {
            return nfacct.all();
        }
        if (nftables != null) {
            return nftables.all();
        }
        if (packets != null) {
            return packets.templates();
        }
        return counters != null ? counters.all() : List.of();
    }

    /** The record is borrowed. */
    void write(Observation observation, Consumer<? super FlowRecord<? extends Observation>> to) {
        switch (observation) {
            case ConntrackEvent told -> {
                if (events != null) {
                    to.accept(record(events.of(told), told));
                }
            }
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
            case NftablesObservation told -> {
                if (nftables != null) {
                    nftables.write(told, to);
                }
            }
            case ObservedPacket packet -> {
                if (packets != null) {
                    to.accept(packets.of(packet));
                }
            }
        }
    }

    /** There may be a million a minute: one record for all. */
    private FlowRecord<ConntrackEvent> record(Template<ConntrackEvent> template, ConntrackEvent told) {
        FlowRecord<ConntrackEvent> borrowed = event;
        if (borrowed == null) {
            borrowed = event = FlowRecord.of(template, told);
        }
        return borrowed.set(template, told);
    }
}
