package io.nurs.appliance.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.nurs.appliance.config.TopConfig;
import io.nurs.appliance.nat.NatStats;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.appliance.source.ConntrackStats;
import io.nurs.appliance.source.EventLag;
import io.nurs.appliance.source.FlowLedger;
import io.nurs.appliance.source.Source;
import io.nurs.appliance.source.WalkProgress;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One reader of a source: what it reads, what it makes of that, and what becomes of flows. */
final class SourceMeters implements Part {
    private final ConntrackSource source;
    private final Meters meters;
    private final @Nullable TableMeters table;
    private final @Nullable TopMeters top;
    /** One for all its figures, which otherwise would not add up. */
    private FlowLedger ledger;

    /** @param top null: off */
    SourceMeters(MeterRegistry registry, ConntrackSource source, @Nullable TopConfig top) {
        this.source = source;
        this.meters = new Meters(registry, ApplianceMetrics.tags(source.sourceName(), source.reader()));
        this.table = source.reader() == 0 ? new TableMeters(registry, source) : null;
        this.top = top == null ? null : new TopMeters(registry, source, top);
        this.ledger = source.latestLedger();
        source.channels().forEach((name, channel) -> NetlinkMeters.bind(meters, name, channel));
        bindEvents();
        bindReports();
        bindLedger();
        bindWalk();
        if (source.isToBeReliable()) {
            bindDelivery(meters, source::isReliable, source::timesGivenUp);
        }
        bindNat();
        TrafficMeters.bind(meters, source.traffic());
    }

    @Override
    public void refresh() {
        ledger = source.latestLedger();
        if (table != null) {
            table.refresh();
        }
        if (top != null) {
            top.refresh();
        }
    }

    private void bindEvents() {
        ConntrackStats stats = source.stats();
        EventLag lag = source.lag();
        bindUp(meters, source);
        bindLost(meters, stats::lostEvents);
        meters.counter(
                "nurs.events.repeated",
                "events",
                "Ends of flows passed over because the kernel had told them before.",
                stats::repeated);
        meters.timer(
                "nurs.event.lag",
                "From the end of a flow by the kernel's stamp until it was read here. Needs nf_conntrack_timestamp = 1.",
                lag::count,
                lag::sumMillis);
        meters.gauge(
                "nurs.event.lag.max",
                "seconds",
                "The longest such time of the last minute.",
                () -> lag.mostMillis() / 1e3);
    }

    static void bindLost(Meters meters, LongSupplier lost) {
        meters.counter(
                "nurs.events.lost", "events", "Events that the kernel could not queue and did not send again.", lost);
    }

    static void bindDelivery(Meters meters, BooleanSupplier reliable, LongSupplier timesGivenUp) {
        meters.gauge(
                "nurs.delivery.reliable",
                null,
                "1 while the kernel keeps ends of flows until they are delivered. Only with delivery: reliable.",
                () -> reliable.getAsBoolean() ? 1 : 0);
        meters.counter(
                "nurs.delivery.given.up",
                "times",
                "How often reliable delivery was given up because the table was getting full.",
                timesGivenUp);
    }

    static void bindUp(Meters meters, Source source) {
        meters.gauge("nurs.source.up", null, "1 while its sockets are open.", () -> source.isBound() ? 1 : 0);
    }

    private void bindReports() {
        ConntrackStats stats = source.stats();
        meters.counter("nurs.reports", "reports", "Reports of flows handed to the stacks.", stats::reported);
        meters.counter("nurs.dumps", "dumps", "Dumps of the table carried out.", stats::dumps);
        meters.counter("nurs.dumps.failed", "dumps", "Dumps of the table that failed.", stats::failedDumps);
        meters.counter("nurs.queries", "queries", "Times that the kernel was asked for a single entry.", stats::asked);
        meters.counter(
                "nurs.entries.other.mark", "entries", "Entries left to others by the mark filter.", stats::otherMark);
        meters.counter(
                "nurs.flows.baseline",
                "flows",
                "Flows whose counters at the first start were where reports begin.",
                stats::baseline);
        meters.counter(
                "nurs.counters.zeroed",
                "counters",
                "Counters found below what was reported: another program had set them to zero.",
                stats::zeroed);
        meters.counter(
                "nurs.flows.untracked",
                "flows",
                "Times that a flow was met for which the table of totals had no room.",
                stats::untracked);
        meters.counter(
                "nurs.flows.in.doubt",
                "flows",
                "Flows whose last record was being sent when the process before this one was killed.",
                stats::inDoubt);
        meters.counter(
                "nurs.flows.unsent.ends",
                "flows",
                "Flows that ended before this start and had not been sent, reported by this process.",
                stats::unsentEnds);
    }

    private void bindLedger() {
        meters.counter("nurs.flows.seen", "flows", "Flows met for the first time.", () -> ledger.seen());
        meters.gauge("nurs.flows.live", "flows", "Flows met whose end is not known.", () -> ledger.live());
        meters.counter("nurs.flows.ended", "flows", "Flows whose end is known.", () -> ledger.ended());
        meters.counter(
                "nurs.flows.exported",
                "flows",
                "Ended flows whose last report has gone through all stacks.",
                () -> ledger.exported());
        String accounted = "Ended flows that are not exported, for a reason.";
        meters.counter("nurs.flows.accounted", "flows", accounted, () -> ledger.empty(), "reason", "empty");
        meters.counter("nurs.flows.accounted", "flows", accounted, () -> ledger.fromBefore(), "reason", "from_before");
        meters.counter("nurs.flows.accounted", "flows", accounted, () -> ledger.unwatched(), "reason", "unwatched");
        meters.counter(
                "nurs.ledger.uneven",
                "looks",
                "Looks at which the ledger did not add up. Always 0, or there is a mistake in nurs.",
                source.stats()::unevenLedgers);
    }

    private void bindWalk() {
        WalkProgress walk = source.walk();
        if (walk == null) {
            return;
        }
        meters.gauge(
                "nurs.walk.progress",
                "ratio",
                "How much of the table the walk has visited in this lap, 0 to 1.",
                walk::share);
        meters.counter("nurs.walk.laps", "laps", "Laps that came to the end of the table.", walk::laps);
        meters.gauge("nurs.walk.lap", "seconds", "How long the last lap took.", () -> walk.lastLapMillis() / 1e3);
        meters.gauge("nurs.walk.lap.target", "seconds", "How long a lap is to take.", () -> walk.aimedMillis() / 1e3);
        meters.gauge(
                "nurs.walk.late",
                null,
                "1 while a lap has taken more than five quarters of the time that it should.",
                () -> walk.isLate() ? 1 : 0);
    }

    private void bindNat() {
        NatStats nat = source.natStats();
        if (nat == null) {
            return;
        }
        meters.counter("nurs.nat.sessions", "sessions", "Translated sessions whose begin was logged.", nat::created);
        meters.counter("nurs.nat.deleted", "sessions", "Translated sessions whose end was logged.", nat::deleted);
        meters.counter("nurs.nat.late", "sessions", "Of the created, those logged with their end only.", nat::late);
        meters.counter(
                "nurs.nat.untracked",
                "sessions",
                "Times that a session was met for which there was no room.",
                nat::untracked);
        meters.counter("nurs.nat.events", "events", "Events of the translator handed to the stacks.", nat::events);
        meters.counter("nurs.nat.repeated", "messages", "Messages that told what had been told before.", nat::repeated);
        meters.gauge("nurs.nat.blocks", "blocks", "Blocks of ports that are allocated.", nat::blocks);
        meters.gauge("nurs.nat.bindings", "bindings", "Bindings that there are.", nat::bindings);
    }

    @Override
    public void close() {
        meters.close();
        if (table != null) {
            table.close();
        }
        if (top != null) {
            top.close();
        }
    }
}
