package io.nurs.appliance.collect.rules;

import io.nurs.flow.DataRecord.DataField;
import io.nurs.flow.InformationElement;
import java.util.OptionalLong;

/** Which counters of a record a collector adds up. Each is a pair of ids: octets and packets. */
enum CounterRule {
    /** 1 and 2 alone. */
    DELTA_COUNTS {
        @Override
        Traffic of(RecordValues record) {
            return new Traffic(record.firstOf(1), record.firstOf(2));
        }
    },

    /** 1 and 2, or 85 and 86, or what left (23 and 24): no counters of Cisco's firewalls. */
    DELTA_TOTAL_OR_OUT {
        @Override
        Traffic of(RecordValues record) {
            return new Traffic(record.firstOf(1, 85, 23), record.firstOf(2, 86, 24));
        }
    },

    /** 1 or 23 and 2 or 24, of which the last one in the record counts. */
    LAST_OF_IN_AND_OUT {
        @Override
        Traffic of(RecordValues record) {
            return new Traffic(last(record, 1, 23), last(record, 2, 24));
        }
    },

    /** Both directions of a biflow: the flow's own and the reverse ones (29305/1 and 2, or 232 and 299). */
    BOTH_DIRECTIONS {
        @Override
        Traffic of(RecordValues record) {
            return forward(record).plus(new Traffic(reverse(record, 1, 232), reverse(record, 2, 299)));
        }
    },

    /** Both directions, where IANA's elements alone are known: without 29305. */
    BOTH_DIRECTIONS_OF_IANA {
        @Override
        Traffic of(RecordValues record) {
            return forward(record).plus(new Traffic(record.firstOf(232), record.firstOf(299)));
        }
    },

    /**
     * Of 1, 23, 231 and 232 the first one that is not 0: a column is set once. Reverse elements (29305) make a second flow.
     * akvorado/akvorado 02f3337: outlet/flow/decoder/netflow/decode.go, decodeRecord; common/schema/clickhouse.go,
     * AppendUint
     */
    FIRST_ABOVE_ZERO {
        @Override
        Traffic of(RecordValues record) {
            Traffic forward = new Traffic(firstAboveZero(record, 0, 1, 23, 231, 232), firstAboveZero(record, 0, 2, 24));
            long reversePackets = firstAboveZero(record, InformationElement.REVERSE, 2, 24);
            if (reversePackets == 0) {
                return forward;
            }
            return forward.plus(new Traffic(firstAboveZero(record, InformationElement.REVERSE, 1, 23), reversePackets));
        }
    };

    abstract Traffic of(RecordValues record);

    private static Traffic forward(RecordValues record) {
        return new Traffic(record.firstOf(1, 85, 231), record.firstOf(2, 86, 298));
    }

    private static long reverse(RecordValues record, int reversed, int responders) {
        OptionalLong value = record.first(InformationElement.REVERSE, reversed);
        return value.orElseGet(() -> record.firstOf(responders));
    }

    private static long last(RecordValues record, int in, int out) {
        long last = 0;
        for (DataField field : record.fields()) {
            int id = field.element().id();
            if (field.element().isIana() && (id == in || id == out)) {
                last = RecordValues.number(field);
            }
        }
        return last;
    }

    private static long firstAboveZero(RecordValues record, int enterprise, int... ids) {
        for (DataField field : record.fields()) {
            for (int id : ids) {
                if (field.element().enterprise() == enterprise
                        && field.element().id() == id
                        && RecordValues.number(field) != 0) {
                    return RecordValues.number(field);
                }
            }
        }
        return 0;
    }
}
