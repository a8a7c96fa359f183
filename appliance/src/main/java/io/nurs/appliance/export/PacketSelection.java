package io.nurs.appliance.export;

import static io.nurs.flow.IanaElements.*;

import io.nurs.flow.Field;
import io.nurs.flow.OptionsSource;
import io.nurs.flow.Template;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * How the packets of a source are selected: by rules, and of these perhaps every n-th. A group or a queue is one selection sequence,
 * of one selector with the same number. The n stands in the record that has the rate, see {@link SamplingOptions}.
 */
final class PacketSelection {
    private static final int SEQUENCE = 636;
    private static final int SELECTOR = 637;

    // IANA's "PSAMP Parameters".
    private static final int SYSTEMATIC_COUNT_BASED = 1;
    private static final int PROPERTY_MATCH = 5;

    private final IntSupplier number;
    private final IntSupplier oneOf;

    PacketSelection(IntSupplier number, IntSupplier oneOf) {
        this.number = number;
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

    /** RFC 5476 §6.5.2 */
    OptionsSource selector() {
        return OptionRecords.one(
                Template.options(
                        SELECTOR,
                        List.of(Field.u64(selectorId, told -> number.getAsInt())),
                        List.of(Field.u16(
                                selectorAlgorithm,
                                told -> oneOf.getAsInt() > 1 ? SYSTEMATIC_COUNT_BASED : PROPERTY_MATCH))),
                this);
    }
}
