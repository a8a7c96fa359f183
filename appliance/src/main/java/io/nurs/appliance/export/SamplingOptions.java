package io.nurs.appliance.export;

import static io.nurs.flow.IanaElements.*;

import io.nurs.flow.Field;
import io.nurs.flow.OptionsSource;
import io.nurs.flow.Template;
import io.nurs.netflow9.Netflow9Scope;
import java.util.List;

/** How a collector is told that one of so many conversations is sent. */
final class SamplingOptions {
    private static final int SELECTOR = 306;
    private static final int SAMPLER_TABLE = 307;

    /** Not one of samplingAlgorithm(35) and samplerMode(49) is a hash: 1 is every so-manieth, 2 random, which comes nearest. */
    private static final int RANDOM = 2;

    // IANA's "PSAMP Parameters" and "IPFIX Flow Selection Parameters".
    private static final int SYSTEMATIC_COUNT_BASED = 1;
    private static final int HASH_BASED = 6;

    private final FlowSampling sampling;
    private final long domain;

    SamplingOptions(FlowSampling sampling, long domain) {
        this.sampling = sampling;
        this.domain = domain;
    }

    /**
     * RFC 5477 and RFC 7014. Collectors scale by an interval and a space, as if every so-manieth packet were taken;
     * flowSelectorAlgorithm says that it is by a hash, and of flows.
     */
    OptionsSource selector() {
        return OptionRecords.one(
                Template.options(
                        SELECTOR,
                        List.of(Field.u64(selectorId, chosen -> FlowSampling.ID)),
                        List.of(
                                Field.u16(selectorAlgorithm, chosen -> SYSTEMATIC_COUNT_BASED),
                                Field.u32(samplingPacketInterval, chosen -> 1),
                                Field.u32(samplingPacketSpace, chosen -> chosen.interval() - 1),
                                Field.u16(flowSelectorAlgorithm, chosen -> HASH_BASED),
                                Field.u64(selectorIDTotalFlowsObserved, FlowSampling::observed),
                                Field.u64(selectorIDTotalFlowsSelected, FlowSampling::selected))),
                sampling);
    }

    /** For all records of an exporter: RFC 3954 §8. */
    OptionsSource interval() {
        return OptionRecords.one(
                Template.options(
                        SELECTOR,
                        List.of(Field.u32(Netflow9Scope.SYSTEM, chosen -> domain)),
                        List.of(
                                Field.u32(samplingInterval, FlowSampling::interval),
                                Field.u8(samplingAlgorithm, chosen -> RANDOM))),
                sampling);
    }

    /** For records that name their sampler. */
    OptionsSource samplerTable() {
        return OptionRecords.one(
                Template.options(
                        SAMPLER_TABLE,
                        List.of(Field.u32(Netflow9Scope.SYSTEM, chosen -> domain)),
                        List.of(
                                Field.u8(samplerId, chosen -> FlowSampling.ID),
                                Field.u8(samplerMode, chosen -> RANDOM),
                                Field.u32(samplerRandomInterval, FlowSampling::interval))),
                sampling);
    }
}
