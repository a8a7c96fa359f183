package io.nurs.appliance.export;

import static io.nurs.appliance.export.NursElement.*;
import static io.nurs.flow.IanaElements.*;

import io.nurs.appliance.source.NftablesChange;
import io.nurs.appliance.source.NftablesNames;
import io.nurs.appliance.source.NftablesObservation;
import io.nurs.appliance.source.NftablesReport;
import io.nurs.appliance.source.NftablesStep;
import io.nurs.appliance.source.NftablesTransaction;
import io.nurs.flow.Field;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.Template;
import io.nurs.netlink.packet.PacketField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The dictionary of nftables. Of IANA's elements only a counter's differences are traffic: what a quota has consumed, and totals,
 * have elements of our own, or collectors would count the same twice. The steps of traced packets share one record object.
 */
final class NftablesTemplates {
    private static final int FIRST_ID = 640;

    // Octets in NetFlow v9, where the kernel has up to 255 of a name.
    private static final int NAME_BYTES = 32;
    private static final int WORD_BYTES = 12;
    private static final int PROCESS_BYTES = 16;
    private static final int TEXT_BYTES = 160;

    private final Template<NftablesChange> change;
    private final Template<NftablesTransaction> transaction;
    private final Template<NftablesReport> zeroed;
    private final Template<NftablesReport> total;
    private final Template<NftablesReport> quota;
    private final Template<NftablesReport> usedUp;
    private final Template<NftablesStep> step;
    private final Template<NftablesStep> step4;
    private final Template<NftablesStep> step6;
    private @Nullable FlowRecord<NftablesStep> stepRecord;

    NftablesTemplates(ObservationFields own) {
        change = own.template(FIRST_ID, change(own));
        transaction = own.template(FIRST_ID + 1, transaction(own));
        zeroed = own.template(FIRST_ID + 2, joined(interval(), traffic(), object(own)));
        total = own.template(
                FIRST_ID + 3,
                joined(
                        interval(),
                        traffic(),
                        List.of(
                                own.number(nftPacketTotal, NftablesReport::totalPackets),
                                own.number(nftOctetTotal, NftablesReport::totalOctets)),
                        object(own)));
        quota = own.template(
                FIRST_ID + 4,
                joined(
                        interval(),
                        List.of(own.number(nftQuotaDelta, NftablesReport::newOctets)),
                        quota(own),
                        object(own)));
        usedUp = own.template(
                FIRST_ID + 5,
                joined(
                        List.of(Field.u64(observationTimeMilliseconds, NftablesReport::endMillis)),
                        quota(own),
                        object(own)));
        step = own.template(FIRST_ID + 8, joined(step(own), names(own)));
        step4 = own.template(
                FIRST_ID + 9,
                joined(
                        step(own),
                        List.of(
                                Field.octets(sourceIPv4Address, NftablesStep::copySource),
                                Field.octets(destinationIPv4Address, NftablesStep::copyDestination),
                                Field.u16(icmpTypeCodeIPv4, NftablesStep::icmpTypeCode)),
                        packet(own),
                        names(own)));
        step6 = own.template(
                FIRST_ID + 10,
                joined(
                        step(own),
                        List.of(
                                Field.octets(sourceIPv6Address, NftablesStep::copySource),
                                Field.octets(destinationIPv6Address, NftablesStep::copyDestination),
                                Field.u16(icmpTypeCodeIPv6, NftablesStep::icmpTypeCode)),
                        packet(own),
                        names(own)));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static <S> List<Field<S>> joined(List<Field<S>>... parts) {
        return Arrays.stream(parts).flatMap(List::stream).toList();
    }

    private static List<Field<NftablesChange>> change(ObservationFields own) {
        List<Field<NftablesChange>> fields = new ArrayList<>(List.of(
                Field.u64(observationTimeMilliseconds, NftablesChange::timeMillis),
                own.number(nftGeneration, NftablesChange::generation),
                own.number(nftProcessId, NftablesChange::processId),
                own.number(nftPortId, NftablesChange::causedBy),
                own.number(nftHandle, NftablesChange::handle),
                own.string(nftChange, WORD_BYTES, told -> told.removed() ? "removed" : "new"),
                own.string(nftKind, WORD_BYTES, NftablesChange::kind),
                own.string(nftFamily, WORD_BYTES, NftablesChange::family),
                own.string(nftProcessName, PROCESS_BYTES, NftablesChange::processName)));
        fields.addAll(own.namespace());
        fields.add(own.string(nftTable, NAME_BYTES, NftablesChange::table));
        fields.add(own.string(nftChain, NAME_BYTES, NftablesChange::chain));
        fields.add(own.string(nftName, NAME_BYTES, NftablesChange::name));
        fields.add(own.text(nftText, TEXT_BYTES, NftablesChange::text));
        return fields;
    }

    private static List<Field<NftablesTransaction>> transaction(ObservationFields own) {
        List<Field<NftablesTransaction>> fields = new ArrayList<>(List.of(
                Field.u64(observationTimeMilliseconds, NftablesTransaction::timeMillis),
                own.number(nftGeneration, NftablesTransaction::generation),
                own.number(nftProcessId, NftablesTransaction::processId),
                own.number(nftChanges, NftablesTransaction::changes),
                own.string(nftProcessName, PROCESS_BYTES, NftablesTransaction::processName)));
        fields.addAll(own.namespace());
        return fields;
    }

    private static List<Field<NftablesReport>> interval() {
        return List.of(
                Field.u64(flowStartMilliseconds, NftablesReport::startMillis),
                Field.u64(flowEndMilliseconds, NftablesReport::endMillis));
    }

    private static List<Field<NftablesReport>> traffic() {
        return List.of(
                Field.u64(packetDeltaCount, NftablesReport::newPackets),
                Field.u64(octetDeltaCount, NftablesReport::newOctets));
    }

    private static List<Field<NftablesReport>> quota(ObservationFields own) {
        return List.of(
                own.number(nftQuotaConsumed, NftablesReport::totalOctets),
                own.number(nftQuota, NftablesReport::quotaOctets),
                own.number(nftQuotaFlags, NftablesReport::quotaFlags));
    }

    private static List<Field<NftablesReport>> object(ObservationFields own) {
        List<Field<NftablesReport>> fields = new ArrayList<>(List.of(
                own.number(nftUses, NftablesReport::uses),
                own.string(
                        nftFamily,
                        WORD_BYTES,
                        report -> NftablesNames.family(report.object().family()))));
        fields.addAll(own.namespace());
        fields.add(own.string(nftTable, NAME_BYTES, report -> report.object().table()));
        fields.add(own.string(nftName, NAME_BYTES, report -> report.object().name()));
        return fields;
    }

    private static List<Field<NftablesStep>> step(ObservationFields own) {
        return List.of(
                Field.u64(observationTimeMilliseconds, NftablesStep::timeMillis),
                own.number(nftTraceId, step -> step.trace().id()),
                own.number(nftHandle, step -> step.trace().ruleHandle()),
                own.number(nftMark, step -> step.trace().mark()));
    }

    /** Which only the first step in a base chain has, as the kernel tells them. */
    private static List<Field<NftablesStep>> packet(ObservationFields own) {
        return List.of(
                Field.u16(sourceTransportPort, step -> step.headers().sourcePort()),
                Field.u16(destinationTransportPort, step -> step.headers().destinationPort()),
                Field.u8(protocolIdentifier, step -> step.headers().protocol()),
                PacketTemplates.tcpControlBits(own, step -> step.headers().value(PacketField.TCP_FLAGS)),
                Field.u32(ingressInterface, step -> step.trace().inputInterface()),
                Field.u32(egressInterface, step -> step.trace().outputInterface()),
                own.number(ctId, step -> step.trace().conntrackId()));
    }

    private static List<Field<NftablesStep>> names(ObservationFields own) {
        List<Field<NftablesStep>> fields = new ArrayList<>(List.of(
                own.string(nftTraceType, WORD_BYTES, NftablesStep::type),
                own.string(nftVerdict, WORD_BYTES, NftablesStep::verdict),
                own.string(
                        nftFamily,
                        WORD_BYTES,
                        step -> NftablesNames.family(step.trace().family()))));
        fields.addAll(own.namespace());
        fields.add(own.string(nftTable, NAME_BYTES, step -> step.trace().table()));
        fields.add(own.string(nftChain, NAME_BYTES, step -> step.trace().chain()));
        fields.add(own.string(nftJumpTarget, NAME_BYTES, NftablesStep::jumpTarget));
        return fields;
    }

    List<Template<?>> all() {
        return List.of(change, transaction, zeroed, total, quota, usedUp, step, step4, step6);
    }

    void write(NftablesObservation observation, Consumer<? super FlowRecord<? extends NftablesObservation>> to) {
        switch (observation) {
            case NftablesStep told -> to.accept(record(told));
            case NftablesChange told -> to.accept(FlowRecord.of(change, told));
            case NftablesTransaction told -> to.accept(FlowRecord.of(transaction, told));
            case NftablesReport report -> to.accept(FlowRecord.of(of(report), report));
        }
    }

    private FlowRecord<NftablesStep> record(NftablesStep told) {
        Template<NftablesStep> template = told.isIpv4() ? step4 : told.isIpv6() ? step6 : step;
        FlowRecord<NftablesStep> record = stepRecord;
        if (record == null) {
            record = FlowRecord.of(template, told);
            stepRecord = record;
        }
        return record.set(template, told);
    }

    private Template<NftablesReport> of(NftablesReport report) {
        return switch (report.kind()) {
            case COUNTER_ZEROED -> zeroed;
            case COUNTER_TOTAL -> total;
            case QUOTA -> quota;
            case QUOTA_USED_UP -> usedUp;
        };
    }
}
