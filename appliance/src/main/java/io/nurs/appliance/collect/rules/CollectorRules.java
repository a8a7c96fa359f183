package io.nurs.appliance.collect.rules;

import io.nurs.flow.DataRecord.DataField;
import io.nurs.flow.InformationElement;

/**
 * How one collector reads flows.
 *
 * @param netflow9 the elements that it reads in NetFlow v9; of a {@link TemplateRule#BY_DICTIONARY}, those in the dictionary
 * @param ipfix the same in IPFIX
 * @param losesMessages whether a set of an unknown template costs it all flows of the message
 * @param needs what it drops flows without
 */
public record CollectorRules(
        ElementSet netflow9,
        ElementSet ipfix,
        TemplateRule templates,
        SamplingRule sampling,
        CounterRule counters,
        boolean losesMessages,
        Needs needs) {
    /** What a flow must have. */
    enum Needs {
        NOTHING,
        /** A sampling rate, and an interface above 0 in 10 or 14, or in 252 or 253. */
        RATE_AND_INTERFACE
    }

    ElementSet elements(int version) {
        return version == SetSplitter.NETFLOW9 ? netflow9 : ipfix;
    }

    boolean reads(InformationElement element, int version) {
        return elements(version).contains(element);
    }

    /** Whether the record names an interface, at whichever side. */
    static boolean hasInterface(RecordValues record) {
        for (DataField field : record.fields()) {
            boolean isInterface = field.element().isIana()
                    && switch (field.element().id()) {
                        case 10, 14, 252, 253 -> true;
                        default -> false;
                    };
            if (isInterface && RecordValues.number(field) != 0) {
                return true;
            }
        }
        return false;
    }
}
