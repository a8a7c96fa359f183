package io.nurs.appliance.export;

import static io.nurs.flow.IanaElements.*;

import io.nurs.flow.Field;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.OptionsSource;
import io.nurs.flow.Template;
import io.nurs.netflow9.Netflow9Scope;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * How a collector is told which packets it is told of: those that rules choose, and of these perhaps one of so many. A group or a
 * queue is one selection sequence, of one selector with the same number.
 */
final class PacketSelection {
    private static final int SEQUENCE = 636;
    private static final int SELECTOR = 637;
    private static final int INTERVAL = 638;

    // IANA's "PSAMP Parameters".
    private static final int SYSTEMATIC_COUNT_BASED = 1;
    private static final int PROPERTY_MATCH = 5;

    /** samplingAlgorithm(35): every so-manieth. */
    private static final int DETERMINISTIC = 1;

    private final IntSupplier number;
    private final long domain;
    private final IntSupplier oneOf;
    private boolean isSampled;

    PacketSelection(IntSupplier number, long domain, IntSupplier oneOf) {
        this.number = number;
        this.domain = domain;
        this.oneOf = oneOf;
    }

    /** RFC 5476 §6.5.1 */
    OptionsSource sequence() {
        return OptionRecords.one(
                Template.options(
                        SEQUENCE,
                        List.of(Field.u64(selectionSequenceId, told -> number.getAsInt())),
                        List.of(Field.u64(selectorId, told -> number.getAsInt()))),
                this);
    }

    /** RFC 5476 §6.5.2; packets are taken by what they are, and where they are sampled, by their count: one, and a space of so many. */
    OptionsSource selector() {
        return OptionRecords.one(
                Template.options(
                        SELECTOR,
                        List.of(Field.u64(selectorId, told -> number.getAsInt())),
                        List.of(
                                Field.u16(
                                        selectorAlgorithm,
                                        told -> oneOf.getAsInt() > 1 ? SYSTEMATIC_COUNT_BASED : PROPERTY_MATCH),
                                Field.u32(samplingPacketInterval, told -> 1),
                                Field.u32(samplingPacketSpace, told -> oneOf.getAsInt() - 1))),
                this);
    }

    /** For all records of an exporter: RFC 3954 §8. Nothing where all are there, and have always been. */
    OptionsSource interval() {
        FlowRecord<PacketSelection> record = FlowRecord.of(
                Template.options(
                        INTERVAL,
                        List.of(Field.u32(Netflow9Scope.SYSTEM, told -> domain)),
                        List.of(
                                Field.u32(samplingInterval, told -> oneOf.getAsInt()),
                                Field.u8(samplingAlgorithm, told -> DETERMINISTIC))),
                this);
        return sink -> {
            isSampled |= oneOf.getAsInt() > 1;
            if (isSampled) {
                sink.write(record);
            }
        };
    }
}
