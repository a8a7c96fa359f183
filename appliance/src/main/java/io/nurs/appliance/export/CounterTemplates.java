package io.nurs.appliance.export;

import static io.nurs.appliance.export.NursElement.*;
import static io.nurs.flow.IanaElements.*;

import io.nurs.appliance.source.CounterReport;
import io.nurs.flow.Field;
import io.nurs.flow.Template;
import java.util.ArrayList;
import java.util.List;

/** The dictionary of what conntrack counts of itself. It is no traffic: no element of IANA's but the time is in it. */
final class CounterTemplates {
    /** After those of {@link NfacctTemplates}. */
    private static final int FIRST_ID = 608;

    private static final int NAME_BYTES = 16;

    private final Template<CounterReport> sum;
    private final Template<CounterReport> cpu;
    private final Template<CounterReport> level;

    CounterTemplates(ObservationFields own) {
        sum = own.template(FIRST_ID, fields(own, counted(own)));
        List<Field<CounterReport>> ofCpu = new ArrayList<>(counted(own));
        ofCpu.add(own.number(ctCpu, CounterReport::cpu));
        cpu = own.template(FIRST_ID + 1, fields(own, ofCpu));
        level = own.template(FIRST_ID + 2, fields(own, List.of(own.number(ctCounterLevel, CounterReport::value))));
    }

    private static List<Field<CounterReport>> counted(ObservationFields own) {
        return List.of(
                own.number(ctCounterTotal, CounterReport::value), own.number(ctCounterDelta, CounterReport::delta));
    }

    private static List<Field<CounterReport>> fields(ObservationFields own, List<Field<CounterReport>> values) {
        List<Field<CounterReport>> fields = new ArrayList<>();
        fields.add(Field.u64(observationTimeMilliseconds, CounterReport::timeMillis));
        fields.addAll(values);
        fields.add(own.number(ctCounterId, report -> report.counter().id()));
        fields.addAll(own.namespace());
        fields.add(
                own.string(ctCounterName, NAME_BYTES, report -> report.counter().name()));
        return fields;
    }

    List<Template<CounterReport>> all() {
        return List.of(sum, cpu, level);
    }

    Template<CounterReport> of(CounterReport report) {
        if (report.counter().isLevel()) {
            return level;
        }
        return report.cpu() == CounterReport.ALL_CPUS ? sum : cpu;
    }
}
