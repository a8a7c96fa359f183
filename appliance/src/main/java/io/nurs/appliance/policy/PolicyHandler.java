package io.nurs.appliance.policy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.appliance.RateLimit;
import io.nurs.netlink.nfqueue.NfqueueMessage;
import io.nurs.netlink.nfqueue.NfqueueVerdicts;
import io.nurs.netlink.nfqueue.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the policy for each packet of a queue, and has its verdict sent; then hands the {@link QueuedPacket} on. Stands behind
 * {@link NfqueueVerdicts}. Packets in a row with the same verdict have one for all of them: they are decided on in their order, so that
 * those before are gone.
 */
public final class PolicyHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyHandler.class);
    /** No packet waits for more than so many others that are decided on. */
    private static final int PACKETS_A_FLUSH = 64;

    private static final int VERDICT_MASK = 0xff;
    private static final int NF_QUEUE = Verdict.queue(0);
    private static final int QUEUE_SHIFT = 16;

    private final String name;
    private final int queue;
    private final boolean failOpen;
    private final NfqueueVerdicts verdicts;
    private final VerdictStats stats = new VerdictStats();
    private final RateLimit failures = new RateLimit();
    private final QueuedPacket packet = new QueuedPacket();
    private PacketPolicy policy;
    private int lastId;
    private int sinceFlush;
    /** Packets that wait for one verdict; those before them have theirs. */
    private int run;

    private int runVerdict;
    private boolean runMarked;
    private int runMark;

    /**
     * For one queue.
     *
     * @param name whose queue it is, for the log
     * @param failOpen whether a packet that the policy fails on is accepted
     */
    public PolicyHandler(String name, int queue, boolean failOpen, PacketPolicy policy, NfqueueVerdicts verdicts) {
        this.name = name;
        this.queue = queue;
        this.failOpen = failOpen;
        this.policy = policy;
        this.verdicts = verdicts;
    }

    public VerdictStats stats() {
        return stats;
    }

    /** Asks another from the next packet on; on the event loop. */
    public void policy(PacketPolicy next) {
        policy = next;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!(read instanceof NfqueueMessage message)) {
            ctx.fireChannelRead(read);
            return;
        }
        decide(message);
        ctx.fireChannelRead(packet);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        endRun();
        sinceFlush = 0;
        ctx.fireChannelReadComplete();
    }

    private void decide(NfqueueMessage message) {
        stats.packets++;
        stats.octets += message.packetLength();
        stats.missed += Math.max(0, message.packetId() - lastId - 1);
        packet.point(message);
        int verdict = count(withoutLoop(ask(), message));
        packet.verdict(verdict);
        boolean changed = packet.mendIfChanged();
        stats.unchangeable += packet.isUnchangeable() ? 1 : 0;
        stats.marked += packet.isMarked() ? 1 : 0;
        if (changed) {
            stats.changed++;
            endRun();
            replace(message, verdict);
        } else {
            addToRun(verdict);
        }
        lastId = message.packetId();
        if (++sinceFlush == PACKETS_A_FLUSH) {
            endRun();
            verdicts.flush();
            sinceFlush = 0;
        }
    }

    /** Whatever it throws: a packet without a verdict would wait for ever. */
    private int ask() {
        try {
            int verdict = policy.decide(packet);
            if (isVerdict(verdict)) {
                return verdict;
            }
            throw new IllegalStateException("no verdict: " + verdict);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            stats.failed++;
            packet.forgetChanges();
            if (failures.permits()) {
                LOG.error(
                        "source {}: the policy failed on a packet, which is {}: {}{}",
                        name,
                        failOpen ? "accepted" : "dropped",
                        e.toString(),
                        failures.suppressed(),
                        e);
            }
            return failOpen ? Verdict.NF_ACCEPT : Verdict.NF_DROP;
        }
    }

    private static boolean isVerdict(int verdict) {
        return switch (verdict & VERDICT_MASK) {
            case Verdict.NF_DROP, Verdict.NF_ACCEPT, Verdict.NF_REPEAT, Verdict.NF_STOP -> verdict >>> Byte.SIZE == 0;
            default -> (verdict & VERDICT_MASK) == NF_QUEUE;
        };
    }

    /** A packet that comes back as it is has the same verdict again, without end. */
    private int withoutLoop(int verdict, NfqueueMessage message) {
        boolean loops = verdict == Verdict.NF_REPEAT
                ? !packet.isMarked() || packet.newMark() == message.mark()
                : (verdict & VERDICT_MASK) == NF_QUEUE && verdict >>> QUEUE_SHIFT == queue;
        if (!loops) {
            return verdict;
        }
        stats.loops++;
        if (failures.permits()) {
            LOG.warn(
                    "source {}: a packet of queue {} would come back for ever, and is accepted: {}{}",
                    name,
                    queue,
                    verdict == Verdict.NF_REPEAT
                            ? "it has the policy's mark already; have the rule pass over packets with that mark"
                            : "its policy sends it to its own queue",
                    failures.suppressed());
        }
        return Verdict.NF_ACCEPT;
    }

    private int count(int verdict) {
        switch (verdict & VERDICT_MASK) {
            case Verdict.NF_DROP -> stats.dropped++;
            case Verdict.NF_ACCEPT -> stats.accepted++;
            case Verdict.NF_REPEAT -> stats.repeated++;
            case Verdict.NF_STOP -> stats.stopped++;
            default -> stats.requeued++;
        }
        return verdict;
    }

    private void addToRun(int verdict) {
        boolean marked = packet.isMarked();
        if (run > 0 && (verdict != runVerdict || marked != runMarked || (marked && packet.newMark() != runMark))) {
            endRun();
        }
        runVerdict = verdict;
        runMarked = marked;
        runMark = packet.newMark();
        run++;
    }

    /** The last packet's id stands for all of the run. */
    private void endRun() {
        if (run == 0) {
            return;
        }
        if (run == 1 && runMarked) {
            verdicts.decideWithMark(queue, lastId, runVerdict, runMark);
        } else if (run == 1) {
            verdicts.decide(queue, lastId, runVerdict);
        } else if (runMarked) {
            verdicts.decideUpToWithMark(queue, lastId, runVerdict, runMark);
        } else {
            verdicts.decideUpTo(queue, lastId, runVerdict);
        }
        run = 0;
    }

    private void replace(NfqueueMessage message, int verdict) {
        if (packet.isMarked()) {
            verdicts.decideWithMarkAndPayload(
                    queue,
                    message.packetId(),
                    verdict,
                    packet.newMark(),
                    message.memory(),
                    message.payloadOffset(),
                    message.payloadLength());
        } else {
            verdicts.decideWithPayload(
                    queue,
                    message.packetId(),
                    verdict,
                    message.memory(),
                    message.payloadOffset(),
                    message.payloadLength());
        }
    }
}
