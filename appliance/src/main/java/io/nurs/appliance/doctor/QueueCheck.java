package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import io.nurs.appliance.config.NfqueueSourceConfig;
import io.nurs.appliance.doctor.SocketOwners.Owner;
import io.nurs.appliance.source.QueueState;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who has a source's queues, how full they are, and whether rules lead there. */
final class QueueCheck {
    private static final int NETLINK_NETFILTER = 12;
    private static final int COLUMNS = 10;
    private static final int NEARLY_FULL_PERCENT = 80;

    /** As iptables-save prints it: one queue, or the first and the last of several. */
    private static final Pattern QUEUES = Pattern.compile("--queue-(?:num|balance) (\\d+)(?::(\\d+))?");

    /** As nft prints it, which has changed. */
    private static final Pattern NFT_QUEUE = Pattern.compile("\\bqueue (?:flags \\S+ )?(?:num|to) ");

    private QueueCheck() {}

    static List<Finding> findings(Place place, NfqueueSourceConfig source, boolean running) throws IOException {
        List<QueueState> states;
        try {
            states = QueueState.read(place.namespace());
        } catch (NoSuchFileException e) {
            return List.of(Finding.fail(
                    place.subject("nfqueue"),
                    "the kernel has no queues for packets, so nursd does not start",
                    "modprobe nfnetlink_queue"));
        }
        List<Finding> findings = new ArrayList<>();
        for (int queue : source.queues()) {
            QueueState state = states.stream()
                    .filter(known -> known.queue() == queue)
                    .findFirst()
                    .orElse(null);
            String subject = place.subject("queue " + queue);
            findings.add(
                    state == null
                            ? ofNobodys(subject, running)
                            : of(subject, state, owner(place, state), source.maxLength()));
        }
        findings.addAll(ofRules(
                place,
                source,
                place.output("nft", "list", "ruleset"),
                place.output("iptables-save"),
                place.output("ip6tables-save")));
        return findings;
    }

    private static Finding ofNobodys(String subject, boolean running) {
        return running
                ? Finding.fail(
                        subject,
                        "nobody has it: packets for it pass with --queue-bypass in their rule, and are dropped without",
                        "systemctl restart nursd")
                : Finding.ok(subject, "free for nursd");
    }

    static Finding of(String subject, QueueState state, @Nullable Owner owner, int maxLength) {
        if (owner != null && !owner.isNursd()) {
            return Finding.fail(
                    subject,
                    "belongs to " + owner + ", and the kernel gives a queue to one program only",
                    "stop that, or write other queues");
        }
        String what = "%d packets wait".formatted(state.waiting());
        if (state.dropped() + state.userDropped() > 0) {
            return Finding.warn(
                    subject,
                    what
                            + "; the kernel has dropped %d because the queue was full, %d because the receive buffer was"
                                    .formatted(state.dropped(), state.userDropped()),
                    "share the load over more queues, with --queue-balance in the rule; raise receive-buffer");
        }
        return state.waiting() * 100 >= (long) maxLength * NEARLY_FULL_PERCENT
                ? Finding.warn(
                        subject,
                        what + " of at most " + maxLength + ": the queue is nearly full",
                        "share the load over more queues, with --queue-balance in the rule")
                : Finding.ok(subject, what);
    }

    /** By the socket's number, which another line of /proc/net/netlink has. */
    private static @Nullable Owner owner(Place place, QueueState state) throws IOException {
        for (String line : place.net("netlink").lines().skip(1).toList()) {
            String[] columns = line.strip().split("\\s+", -1);
            if (columns.length >= COLUMNS
                    && Integer.parseInt(columns[1]) == NETLINK_NETFILTER
                    && Long.parseLong(columns[2]) == state.portId()) {
                long inode = Long.parseLong(columns[9]);
                return SocketOwners.of(Set.of(inode)).get(inode);
            }
        }
        return null;
    }

    /**
     * @param ruleset of nft, null without the tool: only whether a rule of it queues packets is looked at
     * @param tables what iptables-save and its sister print; null without the tool
     */
    static List<Finding> ofRules(
            Place place, NfqueueSourceConfig source, @Nullable String ruleset, @Nullable String... tables) {
        List<String> rules = Stream.of(tables)
                .filter(Objects::nonNull)
                .flatMap(String::lines)
                .filter(line -> line.contains("-j NFQUEUE") && leadsTo(source, line))
                .toList();
        if (Stream.of(tables).allMatch(Objects::isNull)) {
            return List.of();
        }
        String subject = place.subject("rules");
        if (rules.isEmpty() && ruleset != null && NFT_QUEUE.matcher(ruleset).find()) {
            return List.of(Finding.ok(
                    subject, "a rule of nft queues packets; see that it has bypass and its queues are these"));
        }
        if (rules.isEmpty()) {
            return List.of(Finding.warn(
                    subject,
                    "no rule of iptables sends packets to queue " + source.queueNumbers(),
                    place.command(
                            "iptables -A FORWARD -j NFQUEUE --queue-num " + source.queue(0) + " --queue-bypass")));
        }
        List<Finding> findings = new ArrayList<>();
        rules.stream()
                .filter(rule -> !rule.contains("--queue-bypass"))
                .forEach(rule -> findings.add(Finding.warn(
                        subject,
                        "without --queue-bypass its packets are dropped while no nursd runs: " + rule,
                        "write the rule anew, with --queue-bypass")));
        return findings.isEmpty() ? List.of(Finding.ok(subject, "packets pass while no nursd runs")) : findings;
    }

    private static boolean leadsTo(NfqueueSourceConfig source, String rule) {
        Matcher queues = QUEUES.matcher(rule);
        if (!queues.find()) {
            // Without a number it is queue 0.
            return source.queues().contains(0);
        }
        int first = Integer.parseInt(queues.group(1));
        int last = queues.group(2) == null ? first : Integer.parseInt(queues.group(2));
        return source.queues().stream().anyMatch(queue -> first <= queue && queue <= last);
    }
}
