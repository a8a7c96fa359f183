package io.nurs.appliance.collect.rules;

import java.util.HashSet;
import java.util.Set;

/** What a collector remembers of one exporter's observation domain, and what the exporter has said of its sampling. */
final class ExporterDomain {
    private final Set<Integer> learnt = new HashSet<>();
    private final SamplingRule.Rates rates;
    private final SamplingRule.Rates announced = new SamplingRule.Rates(SamplingRule.OF_DOMAIN);
    /** Sent before the exporter has announced a rate. */
    private Traffic unscaled = Traffic.NONE;

    private boolean hasAnnounced;

    ExporterDomain(SamplingRule sampling) {
        this.rates = new SamplingRule.Rates(sampling);
    }

    void learnTemplate(int id) {
        learnt.add(id);
    }

    boolean isLearnt(int template) {
        return learnt.contains(template);
    }

    void learnRate(RecordValues options) {
        rates.learn(options);
    }

    /** 0 if the collector knows none. */
    long rateOf(RecordValues record) {
        return rates.of(record);
    }

    /** What was sent until now without a rate has the one that is announced first. */
    Traffic announced(RecordValues options) {
        announced.learn(options);
        long rate = announced.of(options);
        if (rate == 0 || hasAnnounced) {
            return Traffic.NONE;
        }
        hasAnnounced = true;
        Traffic scaled = unscaled.times(rate);
        unscaled = Traffic.NONE;
        return scaled;
    }

    /** A flow's traffic by the announced rate; nothing yet if that is to come. */
    Traffic sent(RecordValues record, Traffic traffic) {
        if (hasAnnounced) {
            return traffic.times(announced.of(record));
        }
        unscaled = unscaled.plus(traffic);
        return Traffic.NONE;
    }

    /** What never had a rate was not sampled. */
    Traffic end() {
        Traffic rest = unscaled;
        unscaled = Traffic.NONE;
        return rest;
    }
}
