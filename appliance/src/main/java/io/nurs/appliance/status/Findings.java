package io.nurs.appliance.status;

import io.nurs.appliance.Finding;
import io.nurs.appliance.ReloadOutcome;
import io.nurs.appliance.config.Accounting;
import io.nurs.appliance.config.CollectorDestination;
import io.nurs.appliance.config.CollectorTransport;
import io.nurs.appliance.config.ConfigError;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.Delivery;
import io.nurs.appliance.config.Destination;
import io.nurs.appliance.config.OutputDestination;
import io.nurs.appliance.config.OutputSocket;
import io.nurs.appliance.source.ConntrackEventSource;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.appliance.source.ConntrackSysctls;
import io.nurs.appliance.source.PacketSource;
import io.nurs.appliance.source.PolledStats;
import io.nurs.appliance.status.StatusReport.CollectorStatus;
import io.nurs.appliance.status.StatusReport.EventSourceStatus;
import io.nurs.appliance.status.StatusReport.NftablesStatus;
import io.nurs.appliance.status.StatusReport.PacketStatus;
import io.nurs.appliance.status.StatusReport.PolledStatus;
import io.nurs.appliance.status.StatusReport.QueueStatus;
import io.nurs.appliance.status.StatusReport.SourceStatus;
import io.nurs.netlink.NetlinkChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is amiss, in words, with what to do about it: the worst first. */
final class Findings {
    /** What has happened so long ago is over. */
    static final long RECENT_SECONDS = 300;

    /** An event loop that has not turned for so long stands still. */
    static final long STUCK_SECONDS = 10;

    private static final int TABLE_FAIL_PERCENT = 95;
    private static final int TABLE_WARN_PERCENT = 80;
    private static final long UNTRACKED_SECONDS = 10;
    /** A walk begins when the one before is due to have ended, and may take as long again. */
    private static final int LATE_LAPS = 2;

    private static final long LATE_SECONDS = 5;

    private final List<Finding> findings = new ArrayList<>();
    private final long nowMillis;

    Findings(long nowMillis) {
        this.nowMillis = nowMillis;
    }

    List<Finding> sorted() {
        return findings.stream()
                .distinct()
                .sorted(Comparator.comparing(Finding::level).reversed())
                .toList();
    }

    void ofConfiguration(List<ConfigError> warnings) {
        for (ConfigError warning : warnings) {
            findings.add(Finding.warn(
                    "configuration",
                    (warning.key().isEmpty() ? "" : warning.key() + ": ") + warning.message(),
                    "nursd check --config " + warning.file()));
        }
    }

    void ofReload(ReloadOutcome last) {
        if (!last.reloaded()) {
            findings.add(Finding.warn(
                    "reload",
                    "The last change of the configuration was refused, and what ran before runs on: " + last.words(),
                    "mend the file, then reload again"));
        }
    }

    void ofMissing(String name) {
        findings.add(Finding.fail(
                "source " + name,
                "It does not run: a reload failed, and what ran before could not be taken up again.",
                "mend what the log names, then reload again"));
    }

    void of(SourceStatus source, ConntrackSource live, ConntrackSourceConfig config, SourceLook look) {
        String subject = "source " + source.name();
        ofTurning(subject, source.bound(), source.reading(), look);
        ofSysctls(subject, look);
        ofTable(subject, source, look);
        ofLoss(subject, source, live, config);
        ofWalks(subject, config, look);
        if (!source.ledger().isEven() || live.stats().unevenLedgers() > 0) {
            findings.add(Finding.fail(
                    subject,
                    "The ledger does not add up, which is a mistake in nurs: " + source.ledger(),
                    "please report it, with the log"));
        }
    }

    void of(PolledStatus source, PolledStats stats, SourceLook look) {
        String subject = "source " + source.name();
        ofTurning(subject, source.bound(), source.reading(), look);
        if (source.nftables() != null) {
            ofLosses(subject, source.nftables(), look);
        }
        if (!stats.lastFailure().isEmpty() || look.hasFailedToRead(RECENT_SECONDS)) {
            findings.add(Finding.fail(
                    subject,
                    "The kernel's counters cannot be read, %d times so far".formatted(source.failedReadings())
                            + (stats.lastFailure().isEmpty() ? "." : ": " + stats.lastFailure() + "."),
                    "nursd doctor (as nursd is run; shows what is missing)"));
        }
        if (look.secondsSinceReading() > LATE_LAPS * source.intervalSeconds() + LATE_SECONDS) {
            findings.add(Finding.warn(
                    subject,
                    "The kernel's counters have not been read for %d s; it is to be each %d s."
                            .formatted(look.secondsSinceReading(), source.intervalSeconds()),
                    "see which collector it waits for; what is counted meanwhile is in the next report"));
        }
    }

    void of(EventSourceStatus source, ConntrackEventSource live, SourceLook look) {
        String subject = "source " + source.name();
        ofTurning(subject, source.bound(), source.reading(), look);
        ofSysctls(subject, look);
        if (isRecent(source.lastLostMillis())) {
            findings.add(Finding.fail(
                    subject,
                    "Events were lost, %d in all: the receive buffer (%d KiB) overflowed."
                            .formatted(source.lostEvents(), live.receiveBufferBytes() / 1024),
                    "write receive-buffer: " + 2 * live.receiveBufferBytes() / 1024
                            + "KiB in the source, fewer events, or a mark"));
        }
        if (live.isToBeReliable() && !source.reliable()) {
            findings.add(Finding.fail(
                    subject,
                    "Reliable delivery is given up for now, so that the table does not fill with ends that wait for nursd: those"
                            + " that the kernel drops are lost.",
                    "see what keeps nursd from reading; sysctl net.netfilter.nf_conntrack_max tells how large the table may"
                            + " get"));
        }
        if (source.unreadable() > 0) {
            findings.add(Finding.warn(
                    subject,
                    source.unreadable() + " messages of the kernel could not be read and were left out.",
                    "please report it, with the kernel's version"));
        }
    }

    private void ofSysctls(String subject, SourceLook look) {
        look.sysctls()
                .forEach(finding -> findings.add(new Finding(
                        finding.level(), subject + ": " + finding.subject(), finding.what(), finding.mend())));
    }

    /** Beside what is found of its readings. */
    private void ofLosses(String subject, NftablesStatus nftables, SourceLook look) {
        if (look.hasLostWithin(RECENT_SECONDS)) {
            findings.add(Finding.warn(
                    subject,
                    "Changes or traces of nftables came faster than they were read, and %d datagrams are lost so far."
                            .formatted(nftables.lost()),
                    "receive-buffer: 64MiB in the source; trace fewer packets"));
        }
    }

    void of(QueueStatus queue, SourceLook look) {
        String subject = "source " + queue.name();
        String whatHappens = queue.failOpen() ? "pass undecided" : "are dropped";
        if (queue.bound()) {
            ofTurning(subject, true, queue.reading(), look);
        } else {
            findings.add(Finding.fail(
                    subject,
                    "Nobody has queue %d: packets for it pass with --queue-bypass in the rule, and are dropped without."
                            .formatted(queue.queue()),
                    "systemctl restart nursd"));
        }
        if (look.queueFull.hasHappenedWithin(RECENT_SECONDS)) {
            findings.add(Finding.fail(
                    subject,
                    "Queue %d was full (%d packets wait of at most %d): packets beyond %s."
                            .formatted(queue.queue(), queue.waiting(), queue.maxLength(), whatHappens),
                    "share the load: more queues, and --queue-balance in the rule"));
        }
        if (look.missed.hasHappenedWithin(RECENT_SECONDS) || look.userDropped.hasHappenedWithin(RECENT_SECONDS)) {
            findings.add(Finding.fail(
                    subject,
                    "Packets could not be handed over, %d so far, as the receive buffer was full; the kernel dropped %d. They %s."
                            .formatted(queue.missed(), Math.max(0, queue.userDropped()), whatHappens),
                    "write a larger receive-buffer or a smaller copy-range, or share the load over more queues"));
        }
        if (look.failed.hasHappenedWithin(RECENT_SECONDS)) {
            findings.add(Finding.fail(
                    subject,
                    "The policy fails, on %d packets so far; they %s.".formatted(queue.failed(), whatHappens),
                    "nursd's log says why"));
        }
        if (look.loops.hasHappenedWithin(RECENT_SECONDS)) {
            findings.add(Finding.warn(
                    subject,
                    "Packets come back that have the policy's mark, %d so far; they are accepted."
                            .formatted(queue.loops()),
                    "write -m mark ! --mark … into the rule, so that it passes over them"));
        }
        if (look.refused.hasHappenedWithin(RECENT_SECONDS)) {
            findings.add(Finding.warn(
                    subject,
                    "The kernel refused %d verdicts so far: their packets did not wait any more."
                            .formatted(queue.refused()),
                    "see whether an interface went down, at which the kernel drops what waits"));
        }
    }

    void of(PacketStatus source, PacketSource live, SourceLook look) {
        String subject = "source " + source.name();
        ofTurning(subject, source.bound(), source.reading(), look);
        if (isRecent(source.lastLostMillis())) {
            int bytes = live.channels().values().stream()
                    .mapToInt(NetlinkChannel::receiveBufferBytes)
                    .max()
                    .orElse(0);
            findings.add(Finding.fail(
                    subject,
                    "Packets were lost, %d in all beside %d that came: the receive buffer (%d KiB) overflowed."
                            .formatted(source.lost(), source.packets(), bytes / 1024),
                    "write receive-buffer: " + bytes / 1024
                            + "KiB in the source, have rules log less, or see which collector it waits for"));
        }
    }

    private void ofTurning(String subject, boolean bound, boolean reading, SourceLook look) {
        if (!bound) {
            findings.add(Finding.fail(
                    subject, "Its socket to the kernel is closed, so nothing is read.", "systemctl restart nursd"));
        } else if (!reading) {
            findings.add(Finding.fail(
                    subject,
                    "It has read nothing for " + look.secondsSinceTurn() + " s: its event loop stands still.",
                    "jstack " + ProcessHandle.current().pid() + " (shows where; then systemctl restart nursd)"));
        }
    }

    private void ofTable(String subject, SourceStatus source, SourceLook look) {
        long most = source.maxTableEntries();
        long percent = most > 0 ? source.tableEntries() * 100 / most : 0;
        if (percent >= TABLE_WARN_PERCENT) {
            String what =
                    "The connection table is %d %% full (%d of %d). When it is full, the kernel drops new connections."
                            .formatted(percent, source.tableEntries(), most);
            String mend = "sysctl -w net.netfilter.nf_conntrack_max=" + 2 * most + " (in the first namespace)";
            findings.add(
                    percent >= TABLE_FAIL_PERCENT
                            ? Finding.fail(subject, what, mend)
                            : Finding.warn(subject, what, mend));
        }
        if (source.tableEntries() == 0 && source.ledger().seen() == 0 && look.secondsWatched() >= UNTRACKED_SECONDS) {
            findings.add(Finding.warn(
                    subject,
                    source.namespace()
                            + " tracks no connection at all. If it has traffic, no rule there uses conntrack yet.",
                    ConntrackSysctls.STARTS_TRACKING + " (in that namespace)"));
        }
    }

    private void ofLoss(String subject, SourceStatus source, ConntrackSource live, ConntrackSourceConfig config) {
        boolean reliable = config.delivery() == Delivery.RELIABLE;
        if (isRecent(source.lastLostMillis())) {
            String buffer = "receive-buffer: " + 2 * live.events().receiveBufferBytes() / 1024 + "KiB in the source";
            findings.add(Finding.fail(
                    subject,
                    "Events were lost, %d in all: the receive buffer (%d KiB) overflowed."
                            .formatted(source.lostEvents(), live.events().receiveBufferBytes() / 1024),
                    reliable ? "write " + buffer : "write delivery: reliable, or " + buffer));
        }
        if (reliable && !source.reliable()) {
            findings.add(Finding.fail(
                    subject,
                    "Reliable delivery is given up for now, so that the table does not fill with ends of flows that wait for"
                            + " nursd: ends that the kernel drops are lost.",
                    "sysctl -w net.netfilter.nf_conntrack_max=" + 2 * Math.max(1, source.maxTableEntries())
                            + " (in the first namespace), and see what keeps nursd from reading"));
        }
    }

    private void ofWalks(String subject, ConntrackSourceConfig config, SourceLook look) {
        if (config.accounting() == Accounting.END) {
            return;
        }
        long due = LATE_LAPS * config.activeTimeout().toSeconds() + LATE_SECONDS;
        if (look.hasFailedWithin(RECENT_SECONDS)) {
            findings.add(Finding.warn(
                    subject,
                    "Walks through the table fail; flows that live are reported late.",
                    "nursd's log says why"));
        }
        if (look.secondsSinceLap() > due) {
            findings.add(Finding.warn(
                    subject,
                    "The walk through the table is late: none has ended for %d s, one each %d s is asked for. Flows that live"
                                    .formatted(
                                            look.secondsSinceLap(),
                                            config.activeTimeout().toSeconds())
                            + " are reported late.",
                    "raise active-timeout, write more readers, or see which collector it waits for"));
        }
    }

    void of(CollectorStatus collector, Destination destination, CollectorLook look) {
        String subject = "collector " + collector.name();
        if (!collector.up()) {
            findings.add(Finding.fail(
                    subject,
                    collector.destination() + " is down"
                            + (collector.failure().isEmpty() ? "." : ": " + collector.failure() + "."),
                    mend(destination)));
        }
        boolean drops = look.dropped.hasHappenedWithin(RECENT_SECONDS);
        if (drops || (collector.up() && look.lost.hasHappenedWithin(RECENT_SECONDS))) {
            findings.add(Finding.fail(
                    subject,
                    "Records do not reach it: %d dropped here, %d messages lost on the way, so far."
                            .formatted(collector.notSent(), collector.lostMessages()),
                    collector.spool() == null
                            ? "write spool: { directory: /var/lib/nurs/spool } in the exporter, and they wait on the disk"
                            : "raise the spool's max-size, or see why the collector does not keep up"));
        }
    }

    private static String mend(Destination destination) {
        if (destination instanceof OutputDestination output && output.place() instanceof OutputSocket) {
            return "start the program that reads it; nursd's log says more";
        }
        if (!(destination instanceof CollectorDestination there)) {
            return "nursd's log says why; see df for room on the disk";
        }
        String kind = there.transport() == CollectorTransport.UDP ? "u" : "t";
        return "ss -ln" + kind + " 'sport = :" + there.address().port()
                + "' (on the collector: shows whether it listens; then see the firewalls between)";
    }

    private boolean isRecent(long millis) {
        return millis != 0 && nowMillis - millis < RECENT_SECONDS * 1000;
    }
}
