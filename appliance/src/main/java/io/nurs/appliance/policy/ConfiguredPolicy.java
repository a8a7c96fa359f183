package io.nurs.appliance.policy;

import io.nurs.appliance.config.PolicyConfig;
import io.nurs.appliance.config.PolicyConfig.MarkChange;
import io.nurs.appliance.filter.PacketExpression;
import io.nurs.netlink.nfqueue.Verdict;
import org.jspecify.annotations.Nullable;

/** What a configuration says under {@code policy}. */
public final class ConfiguredPolicy implements PacketPolicy {
    private final @Nullable PacketExpression dropIf;
    private final @Nullable MarkChange mark;
    private final int ttl;
    private final int dscp;
    private final int verdict;

    /** @param failOpen whether packets for a queue that nobody has are accepted */
    public ConfiguredPolicy(PolicyConfig config, boolean failOpen) {
        this.dropIf = config.dropIf();
        this.mark = config.mark();
        this.ttl = config.ttl();
        this.dscp = config.dscp();
        this.verdict = switch (config.action()) {
            case ACCEPT -> Verdict.NF_ACCEPT;
            case DROP -> Verdict.NF_DROP;
            case REPEAT -> Verdict.NF_REPEAT;
            case STOP -> Verdict.NF_STOP;
            case QUEUE -> failOpen ? Verdict.queueOrAccept(config.queue()) : Verdict.queue(config.queue());
        };
    }

    @Override
    public int decide(QueuedPacket packet) {
        if (verdict == Verdict.NF_DROP || (dropIf != null && dropIf.matches(packet))) {
            return Verdict.NF_DROP;
        }
        if (ttl != PolicyConfig.UNCHANGED) {
            packet.ttl(ttl);
        }
        if (dscp != PolicyConfig.UNCHANGED) {
            packet.dscp(dscp);
        }
        if (mark != null) {
            packet.mark(mark.apply(packet.message().mark()));
        }
        return verdict;
    }
}
