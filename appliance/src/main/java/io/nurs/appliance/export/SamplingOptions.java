package io.nurs.appliance.export;

import static io.nurs.flow.IanaElements.*;

import io.nurs.flow.Field;
import io.nurs.flow.OptionsSource;
import io.nurs.flow.Template;
import io.nurs.netflow9.Netflow9Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * How a collector learns that one of so many packets or flows is sent. The elements are those of RFC 3954, in IPFIX as well:
 * collectors built on goflow2 read samplingPacketInterval(305) as the rate itself, so the pair 305 and 306 of RFC 5477 would make
 * volumes too small there, while goflow2 and akvorado both read 34 and 50 right. None of samplingAlgorithm(35) and samplerMode(49)
 * means a hash: 1 is every n-th, 2 random, which comes nearest.
 */
final class SamplingOptions {
    private static final int INTERVAL = 306;
    private static final int SAMPLER = 307;

    private static final int DETERMINISTIC = 1;
    private static final int RANDOM = 2;

    /** IANA's "IPFIX Flow Selection Parameters" */
    private static final int HASH_BASED = 6;

    private final boolean ipfix;
    private final long domain;

    SamplingOptions(boolean ipfix, long domain) {
        this.ipfix = ipfix;
        this.domain = domain;
    }

    /**
     * For all records of an exporter, also where none is left out: akvorado drops flows until it knows a rate. RFC 3954 §8
     *
     * @param rate asked on the event loop
     */
    OptionsSource interval(IntSupplier rate) {
        return OptionRecords.one(
                Template.options(
                        INTERVAL,
                        domainScope(),
                        List.of(
                                Field.u32(samplingInterval, IntSupplier::getAsInt),
                                Field.u8(samplingAlgorithm, one -> one.getAsInt() > 1 ? RANDOM : DETERMINISTIC))),
                rate);
    }

    /**
     * For flows that name their sampler. IPFIX has in the same record that it is by a hash, and of flows (RFC 7014). The id is
     * samplerId in both protocols: with selectorId pmacct 1.7.7 did not scale by samplerRandomInterval.
     */
    OptionsSource ofFlows(FlowSampling sampling) {
        List<Field<FlowSampling>> fields = new ArrayList<>(List.of(
                Field.u8(samplerId, chosen -> FlowSampling.ID),
                Field.u8(samplerMode, chosen -> RANDOM),
                Field.u32(samplerRandomInterval, FlowSampling::interval)));
        if (ipfix) {
            fields.add(Field.u16(flowSelectorAlgorithm, chosen -> HASH_BASED));
            fields.add(Field.u64(selectorIDTotalFlowsObserved, FlowSampling::observed));
            fields.add(Field.u64(selectorIDTotalFlowsSelected, FlowSampling::selected));
        }
        return OptionRecords.one(Template.options(SAMPLER, domainScope(), fields), sampling);
    }

    private <S> List<Field<S>> domainScope() {
        return List.of(Field.u32(ipfix ? observationDomainId : Netflow9Scope.SYSTEM, source -> domain));
    }
}
