package io.nurs.appliance.config;

import io.nurs.netlink.nfqueue.NfqueueRequests;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Queues of packets that wait for a verdict, in one network namespace; each has an event loop of its own.
 *
 * @param copyRangeBytes of each packet, from its network header on; 0 for none
 * @param failOpen whether packets pass where no verdict can be asked for: the queue or the receive buffer is full, the policy fails
 * @param gso whether packets come before they are cut into segments, rather than each segment
 * @param uidGid whether the sender's user and group come along
 * @param conntrack whether the packet's connection comes along
 * @param maxLength packets that may wait in each queue
 * @param receiveBufferBytes what is asked of the kernel for each queue, which doubles it for its own bookkeeping
 * @param namespace a name in /run/netns, an absolute path, or null for the process's own
 */
public record NfqueueSourceConfig(
        String name,
        List<Integer> queues,
        int copyRangeBytes,
        boolean failOpen,
        boolean gso,
        boolean uidGid,
        boolean securityContext,
        boolean conntrack,
        int maxLength,
        int receiveBufferBytes,
        PolicyConfig policy,
        @Nullable String namespace)
        implements SourceConfig {
    /** Room for the headers that can be asked for. */
    private static final int HEADER_BYTES = 256;

    private static final int MAX_LENGTH = 1_000_000;

    public NfqueueSourceConfig {
        queues = List.copyOf(queues);
    }

    static @Nullable NfqueueSourceConfig read(YamlSection section, String name) {
        List<Integer> queues = QueueNumbers.read(section, "queues");
        PolicyConfig policy = PolicyConfig.read(section);
        NfqueueSourceConfig config = new NfqueueSourceConfig(
                name,
                queues,
                (int) section.integer(
                        "copy-range",
                        policy.rewrites() ? NfqueueRequests.MOST_COPIED_BYTES : HEADER_BYTES,
                        0,
                        NfqueueRequests.MOST_COPIED_BYTES),
                section.flag("fail-open", true),
                section.flag("gso", !policy.rewrites()),
                section.flag("uid-gid", false),
                section.flag("security-context", false),
                section.flag("conntrack", false),
                (int) section.integer("max-length", 4096, 1, MAX_LENGTH),
                (int) section.sizeBytes("receive-buffer", 16 << 20, 4 << 10, 1 << 30),
                policy,
                PolledKeys.namespace(section));
        config.check(section);
        section.finish();
        return queues.isEmpty() ? null : config;
    }

    private void check(YamlSection section) {
        YamlValue policyPlace = section.value("policy");
        YamlValue gsoPlace = section.value("gso");
        YamlValue copyPlace = section.value("copy-range");
        if (policyPlace != null && policy.action() == PolicyConfig.Action.QUEUE && queues.contains(policy.queue())) {
            policyPlace.error("queue " + policy.queue()
                    + " is one of this source's own: packets would come back for ever; name another");
        }
        if (gsoPlace != null && gso && policy.rewrites()) {
            gsoPlace.error(
                    "with rewrite, packets have to come as they are sent: a changed one cannot be cut into segments"
                            + " any more; leave gso out");
        }
        if (copyPlace != null && copyRangeBytes < NfqueueRequests.MOST_COPIED_BYTES && policy.rewrites()) {
            copyPlace.warning(
                    "rewrite leaves packets alone that are longer than this: only a whole packet can be given back");
        } else if (copyPlace != null && copyRangeBytes < HEADER_BYTES / 2 && policy.dropIf() != null) {
            copyPlace.warning("drop-if cannot see headers beyond this; leave copy-range out");
        }
    }

    /** A queue of this source's. */
    public int queue(int reader) {
        return queues.get(reader);
    }

    /** As the operator would write them. */
    public String queueNumbers() {
        return QueueNumbers.print(queues);
    }

    @Override
    public int readers() {
        return queues.size();
    }

    @Override
    public boolean tellsOfFlows() {
        return false;
    }

    @Override
    public boolean tellsOfPackets() {
        return true;
    }

    /** The policy may change while packets come; all else is asked of the kernel when the queue is bound. */
    @Override
    public boolean canBecome(SourceConfig next) {
        return next instanceof NfqueueSourceConfig other
                && new NfqueueSourceConfig(
                                name,
                                queues,
                                copyRangeBytes,
                                failOpen,
                                gso,
                                uidGid,
                                securityContext,
                                conntrack,
                                maxLength,
                                receiveBufferBytes,
                                other.policy,
                                namespace)
                        .equals(other);
    }
}
