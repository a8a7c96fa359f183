package io.nurs.appliance.collect;

import static io.nurs.flow.IanaElements.*;

import io.nurs.flow.InformationElement;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a flow began and ended, said as times of the clock, as uptime, or as both.
 *
 * @param uptimeStart what flowStartSysUpTime(22) comes to with the boot that the exporter tells; null without either
 */
public record FlowTimes(
        @Nullable Instant start,
        @Nullable Instant end,
        @Nullable Instant uptimeStart,
        @Nullable Instant uptimeEnd,
        @Nullable Instant observed) {
    private static final List<InformationElement> STARTS =
            List.of(flowStartMilliseconds, flowStartNanoseconds, flowStartMicroseconds, flowStartSeconds);
    private static final List<InformationElement> ENDS =
            List.of(flowEndMilliseconds, flowEndNanoseconds, flowEndMicroseconds, flowEndSeconds);
    private static final List<InformationElement> OBSERVED = List.of(
            observationTimeMilliseconds,
            observationTimeNanoseconds,
            observationTimeMicroseconds,
            observationTimeSeconds);

    /**
     * Of one record.
     *
     * @param boot null if the exporter has not told it
     */
    static FlowTimes of(ReadRecord record, @Nullable Instant boot) {
        Instant exported = record.message().exportTime();
        return new FlowTimes(
                record.instantOf(STARTS),
                record.instantOf(ENDS),
                sinceBoot(record.number(flowStartSysUpTime), boot, exported),
                sinceBoot(record.number(flowEndSysUpTime), boot, exported),
                record.instantOf(OBSERVED));
    }

    /** 32 bits of milliseconds wrap after 49.7 days: of the instants that are possible, the one nearest to the export. */
    private static @Nullable Instant sinceBoot(@Nullable Long uptime, @Nullable Instant boot, Instant exported) {
        if (uptime == null || boot == null) {
            return null;
        }
        long exportUptime = exported.toEpochMilli() - boot.toEpochMilli();
        int before = (int) (exportUptime - uptime);
        return exported.minusMillis(before);
    }

    /** The best that is known of the start; null if nothing is. */
    @Nullable
    Instant bestStart() {
        return start != null ? start : uptimeStart != null ? uptimeStart : observed;
    }

    @Nullable
    Instant bestEnd() {
        return end != null ? end : uptimeEnd;
    }
}
