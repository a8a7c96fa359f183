package io.nurs.appliance.collect.rules;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** How a collector learns the sampling rate of an exporter's domain, and how it applies it. */
enum SamplingRule {
    /** It adds up what the records say. */
    IGNORED {
        @Override
        OptionalLong announced(RecordValues options) {
            return OptionalLong.empty();
        }
    },

    /**
     * 305 is taken for the rate, else 50, else 34; it holds for the whole domain and for all flows of the message that
     * announces it. netsampler/goflow2 042ded3, producer/proto/producer_nf.go, SearchNetFlowOptionDataSets
     */
    FIRST_OF_305_50_34 {
        @Override
        OptionalLong announced(RecordValues options) {
            for (int id : new int[] {305, 50, 34}) {
                OptionalLong value = options.first(id);
                if (value.isPresent()) {
                    return value;
                }
            }
            return OptionalLong.empty();
        }

        @Override
        boolean holdsForWholeMessage() {
            return true;
        }
    },

    /** 34 or 50, or the pair of RFC 5476 §6.5.2, which is (305 + 306) / 305; the last one that the domain announced. */
    OF_DOMAIN {
        @Override
        OptionalLong announced(RecordValues options) {
            return rate(options);
        }
    },

    /**
     * The same for each sampler (48) or selector (302) apart; a record may have a rate of its own. akvorado/akvorado
     * 02f3337, outlet/flow/decoder/netflow/decode.go, decodeNFv9IPFIX and decodeRecord
     */
    OF_SAMPLER {
        @Override
        OptionalLong announced(RecordValues options) {
            return rate(options);
        }

        @Override
        OptionalLong own(RecordValues record) {
            long rate = record.firstOf(34, 50);
            return rate > 0 ? OptionalLong.of(rate) : OptionalLong.empty();
        }

        @Override
        long sampler(RecordValues record) {
            return record.firstOf(48, 302);
        }
    };

    /** The rate that a record of options announces, if it announces one. */
    abstract OptionalLong announced(RecordValues options);

    /** The rate that stands in a flow's record. */
    OptionalLong own(RecordValues record) {
        return OptionalLong.empty();
    }

    /** Of which sampler a record is; 0 if that is not looked at. */
    long sampler(RecordValues record) {
        return 0;
    }

    /** Whether flows that stand before the rate in the same message have it too. */
    boolean holdsForWholeMessage() {
        return false;
    }

    private static OptionalLong rate(RecordValues options) {
        long interval = options.firstOf(305);
        long rate = interval > 0 ? (interval + options.firstOf(306)) / interval : options.firstOf(34, 50);
        return rate > 0 ? OptionalLong.of(rate) : OptionalLong.empty();
    }

    /** The rates that one domain has announced so far. */
    static final class Rates {
        /** A bound, as anyone can send datagrams with made-up samplers. */
        private static final int MAX_SAMPLERS = 1024;

        private final SamplingRule rule;
        private final Map<Long, Long> bySampler = new HashMap<>();

        Rates(SamplingRule rule) {
            this.rule = rule;
        }

        void learn(RecordValues options) {
            OptionalLong rate = rule.announced(options);
            long sampler = rule.sampler(options);
            if (rate.isPresent() && (bySampler.size() < MAX_SAMPLERS || bySampler.containsKey(sampler))) {
                bySampler.put(sampler, rate.getAsLong());
            }
        }

        /** Of this record's sampler, or the domain's; 0 if none is known. */
        long of(RecordValues record) {
            OptionalLong own = rule.own(record);
            if (own.isPresent()) {
                return own.getAsLong();
            }
            long domains = bySampler.getOrDefault(0L, 0L);
            return bySampler.getOrDefault(rule.sampler(record), domains);
        }
    }
}
