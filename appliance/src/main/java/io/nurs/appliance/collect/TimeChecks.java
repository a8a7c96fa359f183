package io.nurs.appliance.collect;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Times that cannot be. The header has whole seconds, rounded up or down, so nothing below one counts. */
final class TimeChecks {
    private static final Duration ROUNDING = Duration.ofSeconds(1);

    /** No router had such a clock: it was not set, or an uptime was read without its boot. */
    private static final Instant TOO_EARLY = Instant.parse("1980-01-01T00:00:00Z");

    private final Instant exported;
    private final String subject;
    private final Consumer<Finding> findings;

    private TimeChecks(Instant exported, String subject, Consumer<Finding> findings) {
        this.exported = exported;
        this.subject = subject;
        this.findings = findings;
    }

    /** Of the header. */
    static void checkExport(Instant exported, Consumer<Finding> findings) {
        new TimeChecks(exported, "header", findings).checkEpoch("the export time", exported);
    }

    /**
     * Of one record.
     *
     * @param init systemInitTimeMilliseconds(160), if the exporter told it
     */
    static void check(ReadRecord record, FlowTimes times, @Nullable Instant init, Consumer<Finding> findings) {
        String subject = record.hasTemplate() ? "template " + record.templateId() : "record";
        TimeChecks checks = new TimeChecks(record.message().exportTime(), subject, findings);
        if (checks.exported.isBefore(TOO_EARLY)) {
            return; // which has been said, and nothing can be compared with it
        }
        checks.checkOrder(times.start(), times.end());
        checks.checkOrder(times.uptimeStart(), times.uptimeEnd());
        checks.checkClock("starts", times.start());
        checks.checkClock("ends", times.end());
        checks.checkClock("was observed", times.observed());
        checks.checkClock("starts", times.uptimeStart());
        checks.checkClock("ends", times.uptimeEnd());
        checks.checkAgreement("start", "22", times.uptimeStart(), times.start());
        checks.checkAgreement("end", "21", times.uptimeEnd(), times.end());
        checks.checkBoot(times.start(), init);
    }

    private void checkOrder(@Nullable Instant start, @Nullable Instant end) {
        if (start != null && end != null && start.isAfter(end)) {
            find(ComplaintKind.START_AFTER_END, "a flow starts " + seconds(end, start) + " after its end");
        }
    }

    private void checkClock(String what, @Nullable Instant time) {
        if (time == null) {
            return;
        }
        checkEpoch("a flow " + what, time);
        if (time.isAfter(exported.plus(ROUNDING))) {
            find(
                    ComplaintKind.TIME,
                    "a flow " + what + " " + seconds(exported, time) + " after its message was sent: " + time);
        }
    }

    private void checkEpoch(String what, Instant time) {
        if (time.isBefore(TOO_EARLY)) {
            find(
                    ComplaintKind.TIME,
                    what + " " + time + ": a clock that is not set, or an uptime where a time belongs");
        }
    }

    /** A time may be sent twice; both readings are someone's. */
    private void checkAgreement(String what, String id, @Nullable Instant uptime, @Nullable Instant clock) {
        if (uptime != null
                && clock != null
                && Duration.between(uptime, clock).abs().compareTo(ROUNDING) > 0) {
            find(
                    ComplaintKind.TIME,
                    "a flow's " + what + " is " + clock + ", and " + uptime + " by its field " + id + " and the boot");
        }
    }

    private void checkBoot(@Nullable Instant start, @Nullable Instant init) {
        if (start != null && init != null && start.isBefore(init.minus(ROUNDING))) {
            find(
                    ComplaintKind.TIME,
                    "a flow starts " + seconds(start, init) + " before the exporter was booted, by its own word");
        }
    }

    private void find(ComplaintKind kind, String what) {
        findings.accept(new Finding(kind, subject, what));
    }

    static String seconds(Instant from, Instant to) {
        return seconds(Duration.between(from, to)) + " s";
    }

    /** Of any length: what an exporter says may be beyond 64 bits of milliseconds. */
    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.3f", duration.toSeconds() + duration.toNanosPart() / 1e9);
    }
}
