package io.nurs.appliance.collect.rules;

import io.nurs.appliance.collect.rules.CollectorRules.Needs;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The collectors whose rules are known, by the names of the exporters' presets. */
public enum KnownCollector {
    /**
     * phaag/nfdump 0155dd6, src/netflow/netflow_v9.c and ipfix.c: the tables v9TranslationMap and ipfixTranslationMap. That
     * both directions of a biflow are read was seen with 1.7.1.
     */
    NFDUMP(new CollectorRules(
            ElementSet.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 27, 28, 29, 30)
                    .and(
                            32, 48, 52, 53, 55, 56, 57, 58, 59, 60, 61, 62, 63, 80, 81, 85, 86, 89, 128, 129, 136, 139,
                            148)
                    .and(150, 151, 152, 153, 160, 176, 177, 178, 179, 192, 197, 225, 226, 227, 228, 230, 231, 232, 233)
                    .and(234, 235, 243, 252, 253, 254, 255, 256, 281, 282, 298, 299, 302, 323),
            ElementSet.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 27, 28, 29, 30)
                    .and(
                            32, 48, 52, 53, 55, 56, 57, 58, 59, 60, 61, 62, 63, 80, 81, 85, 86, 89, 136, 138, 139, 148,
                            149)
                    .and(150, 151, 152, 153, 156, 157, 158, 159, 160, 171, 172, 176, 177, 178, 179, 180, 181, 182, 183)
                    .and(192, 197, 225, 226, 227, 228, 230, 231, 232, 233, 234, 235, 239, 243, 252, 253, 254, 255, 278)
                    .and(298, 299, 302, 312, 323)
                    .andReverse(1, 2),
            TemplateRule.ANY,
            SamplingRule.OF_SAMPLER,
            CounterRule.BOTH_DIRECTIONS,
            false,
            Needs.NOTHING)),

    /**
     * akvorado/akvorado 02f3337, outlet/flow/decoder/netflow/decode.go; the enricher (outlet/core) drops flows with "input
     * and output interfaces missing" and "sampling rate missing". Its decoder is goflow2's.
     */
    AKVORADO(new CollectorRules(
            akvorado(),
            akvorado().andTheirReverse(),
            TemplateRule.ANY,
            SamplingRule.OF_SAMPLER,
            CounterRule.FIRST_ABOVE_ZERO,
            true,
            Needs.RATE_AND_INTERFACE)),

    /**
     * netsampler/goflow2 042ded3, producer/proto/producer_nf.go, ConvertNetFlowDataSet: "if df.PenProvided { continue }".
     * DecodeMessageCommon (08a207c, decoders/netflow/netflow.go) returns an error at an unknown template, and the pipe
     * (03a9e6c, utils/pipe.go) drops the message.
     */
    GOFLOW2(goflow2(goflow2(21, 22), goflow2(150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 312, 315))),

    /**
     * pmacct/pmacct 1.7.7 with nfacctd_renormalize: bytes and sampling by experiment, the list of fields not checked against its source. No
     * enterprise number but its own.
     */
    PMACCT(new CollectorRules(
            pmacct(),
            pmacct(),
            TemplateRule.ANY,
            SamplingRule.OF_SAMPLER,
            CounterRule.DELTA_TOTAL_OR_OUT,
            false,
            Needs.NOTHING)),

    /** As nProbe's documentation describes it, not checked line by line; not read in source, not run. */
    NTOPNG(new CollectorRules(
            ntopng(),
            ntopng(),
            TemplateRule.ANY,
            SamplingRule.OF_DOMAIN,
            CounterRule.DELTA_COUNTS,
            false,
            Needs.NOTHING)),

    /**
     * elastic/beats 0409ebd, x-pack/filebeat/input/netflow/convert.go, flowToBeatEvent: counters are not multiplied by a
     * sampling rate. All of IANA's elements and their reverse ones are fields of the event.
     */
    ELASTIC(new CollectorRules(
            ElementSet.allOfIana(),
            ElementSet.allOfIana().andTheirReverse(),
            TemplateRule.ANY,
            SamplingRule.IGNORED,
            CounterRule.BOTH_DIRECTIONS,
            false,
            Needs.NOTHING)),

    /**
     * logstash-plugins/logstash-codec-netflow 01b447b and 0bb8e32, lib/logstash/codecs/netflow/netflow.yaml and ipfix.yaml.
     * Counters are fields of the event, not multiplied by a sampling rate.
     */
    LOGSTASH(new CollectorRules(
            ElementSet.ofRange(1, 64)
                    .and(65, 66, 67, 68, 69, 80, 81, 82, 83, 84, 85, 86, 89, 94, 95, 96, 98, 136, 147, 148, 152)
                    .and(176, 177, 178, 179, 180, 181, 182, 183, 194, 195, 201, 225, 226, 227, 228, 231, 232, 233, 234)
                    .and(235, 236, 281, 282, 298, 299, 323, 361, 362, 365, 366, 367, 372),
            ElementSet.ofRange(1, 433)
                    .without(65, 69)
                    .without(97, 97)
                    .without(105, 127)
                    .without(416, 416)
                    .without(419, 419)
                    .andTheirReverse()
                    .andNetfilter(4, 6),
            TemplateRule.BY_DICTIONARY,
            SamplingRule.IGNORED,
            CounterRule.BOTH_DIRECTIONS,
            false,
            Needs.NOTHING)),

    /** pavel-odintsov/fastnetmon 0652237, src/netflow_plugin/ipfix_collector.cpp, ipfix_record_to_flow, and its like for v9. */
    FASTNETMON(new CollectorRules(
            fastnetmon(),
            fastnetmon().and(136),
            TemplateRule.ANY,
            SamplingRule.OF_DOMAIN,
            CounterRule.DELTA_COUNTS,
            false,
            Needs.NOTHING)),

    /**
     * open-telemetry/opentelemetry-collector-contrib 053543c, receiver/netflowreceiver/parser.go: goflow2's message, of
     * which addresses, ports, protocol, counters and times become attributes.
     */
    OTEL(goflow2(otel(21, 22), otel(150, 151, 152, 153, 154, 155, 156, 157, 158, 159))),

    /** A decoder with IANA's registry and nothing else: RFC 7011 §9.1 has it skip what it does not know. */
    GENERIC(new CollectorRules(
            ElementSet.allOfIana(),
            ElementSet.allOfIana(),
            TemplateRule.ANY,
            SamplingRule.OF_DOMAIN,
            CounterRule.BOTH_DIRECTIONS_OF_IANA,
            false,
            Needs.NOTHING));

    @SuppressWarnings("ImmutableEnumChecker") // Nothing changes an ElementSet after this class has made it.
    private final CollectorRules rules;

    KnownCollector(CollectorRules rules) {
        this.rules = rules;
    }

    public CollectorRules rules() {
        return rules;
    }

    /** As the configuration and the command line write it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<KnownCollector> named(String name) {
        return Arrays.stream(values())
                .filter(collector -> collector.toString().equals(name))
                .findFirst();
    }

    public static List<String> names() {
        return Arrays.stream(values()).map(KnownCollector::toString).toList();
    }

    private static CollectorRules goflow2(ElementSet netflow9, ElementSet ipfix) {
        return new CollectorRules(
                netflow9,
                ipfix,
                TemplateRule.ANY,
                SamplingRule.FIRST_OF_305_50_34,
                CounterRule.LAST_OF_IN_AND_OUT,
                true,
                Needs.NOTHING);
    }

    private static ElementSet goflow2(int... times) {
        return ElementSet.of(1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 23, 24, 27, 28, 29, 30, 31, 32)
                .and(
                        47, 52, 54, 56, 57, 58, 59, 60, 62, 63, 70, 71, 72, 80, 81, 88, 89, 138, 139, 140, 176, 177,
                        178, 179)
                .and(197)
                .and(times);
    }

    private static ElementSet otel(int... times) {
        return ElementSet.of(1, 2, 4, 7, 8, 11, 12, 23, 24, 27, 28, 60).and(times);
    }

    private static ElementSet akvorado() {
        return ElementSet.of(1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 23, 24, 27, 28, 29, 30, 31, 32)
                .and(
                        34, 48, 50, 52, 54, 56, 57, 58, 59, 61, 62, 63, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81,
                        88, 89)
                .and(139, 176, 177, 178, 179, 192, 225, 226, 227, 228, 231, 232, 234, 235, 243, 252, 253, 254, 302, 315)
                // Only with inputs set to take the time from there.
                .and(22, 150, 152, 154, 156);
    }

    private static ElementSet pmacct() {
        return ElementSet.of(1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 27, 28, 29, 30)
                .and(31, 32, 34, 48, 50, 52, 56, 57, 58, 59, 60, 61, 62, 63, 70, 80, 81, 85, 86, 89, 95, 139, 148, 149)
                .and(150, 151, 152, 153, 154, 155, 156, 157, 160, 176, 177, 178, 179, 180, 181, 182, 183, 192, 225, 226)
                .and(227, 228, 230, 234, 235, 243, 252, 253, 254, 256, 302, 315, 323);
    }

    private static ElementSet ntopng() {
        return ElementSet.of(1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 21, 22, 23, 24, 27, 28, 29, 30, 32)
                .and(34, 48, 50, 52, 53, 56, 57, 58, 59, 60, 61, 62, 80, 81, 89, 95, 136, 139, 148, 150, 151, 152, 153)
                .and(161, 225, 226, 227, 228, 230, 231, 232, 233, 234, 281, 282, 323);
    }

    private static ElementSet fastnetmon() {
        return ElementSet.of(1, 2, 4, 6, 7, 8, 10, 11, 12, 14, 15, 16, 17, 21, 22, 27, 28, 62, 89, 150, 151, 152, 153)
                .and(154, 155);
    }
}
