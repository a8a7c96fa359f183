package io.nurs.appliance.status;

import io.nurs.appliance.Finding;
import io.nurs.appliance.ReloadOutcome;
import io.nurs.appliance.source.FlowLedger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is to be said at one moment. Times are Unix milliseconds, 0 for never; counts go from the start on.
 *
 * @param loadedMillis when the configuration that runs was read
 * @param reloads attempts to change it
 * @param lastReload null if there was none
 */
record StatusReport(
        String version,
        long nowMillis,
        long startedMillis,
        long loadedMillis,
        long reloads,
        @Nullable ReloadOutcome lastReload,
        List<StackStatus> stacks,
        List<SourceStatus> sources,
        List<PolledStatus> polled,
        List<EventSourceStatus> events,
        List<QueueStatus> queues,
        List<PacketStatus> packets,
        List<CollectorStatus> collectors,
        List<Finding> findings) {

    /**
     * One way from a source to exporters.
     *
     * @param source its name, without a reader's number
     */
    record StackStatus(String name, String source, int filters, String distribution, List<String> exporters) {}

    /**
     * A source, or one reader of it.
     *
     * @param bound whether its sockets are open
     * @param reading whether its event loop turns
     * @param reliable whether delivery is now, if the configuration asks for it
     * @param lagSeconds the longest of the last minute from a flow's end until that was read; -1 if no end has come with its time
     * @param tableEntries -1 where the kernel does not say, as is maxTableEntries, where 0 is no limit
     */
    record SourceStatus(
            String name,
            String namespace,
            String accounting,
            String delivery,
            boolean bound,
            boolean reading,
            boolean reliable,
            long messages,
            long bytes,
            long unreadable,
            long lostEvents,
            long lastLostMillis,
            long reports,
            long dumps,
            long failedDumps,
            double lagSeconds,
            long tableEntries,
            long maxTableEntries,
            FlowLedger ledger) {}

    /**
     * A source that asks at an interval.
     *
     * @param type as the configuration has it
     * @param reading whether its event loop turns
     * @param objects accounting objects, or counters of each CPU, at the last reading
     * @param nftables what else a source of nftables was told; null for others
     */
    record PolledStatus(
            String name,
            String type,
            String namespace,
            long intervalSeconds,
            boolean bound,
            boolean reading,
            long readings,
            long failedReadings,
            long passedOver,
            long lastReadingMillis,
            long objects,
            long reports,
            long quotaEvents,
            long zeroed,
            @Nullable NftablesStatus nftables) {}

    /**
     * What nftables has told beside counters.
     *
     * @param steps of traced packets
     * @param lost datagrams of changes and traces that the kernel had no room for
     */
    record NftablesStatus(long changes, long unattributed, long transactions, long steps, long lost) {}

    /**
     * A source of events of conntrack.
     *
     * @param kinds of events that it asks for
     * @param reading whether its event loop turns
     * @param reliable whether delivery is now, if the configuration asks for it
     */
    record EventSourceStatus(
            String name,
            String namespace,
            List<String> kinds,
            boolean bound,
            boolean reading,
            boolean reliable,
            long created,
            long updated,
            long destroyed,
            long lostEvents,
            long lastLostMillis,
            long unreadable) {}

    /**
     * A queue of packets.
     *
     * @param policy in words
     * @param bound whether the kernel says that it is ours, or, where it does not say, whether its socket is open
     * @param reading whether its event loop turns
     * @param missed packets that did not fit into the receive buffer
     * @param waiting in the kernel; -1 where it does not say, as are the two that follow
     * @param kernelDropped because the queue was full
     * @param userDropped because the receive buffer was
     */
    record QueueStatus(
            String name,
            int queue,
            String namespace,
            String policy,
            boolean failOpen,
            boolean bound,
            boolean reading,
            long packets,
            long octets,
            long accepted,
            long dropped,
            long repeated,
            long stopped,
            long requeued,
            long changed,
            long unchangeable,
            long refused,
            long failed,
            long loops,
            long missed,
            long maxLength,
            long waiting,
            long kernelDropped,
            long userDropped) {}

    /**
     * A reader of packets that rules log.
     *
     * @param type as the configuration has it
     * @param number of the group
     * @param reading whether its event loop turns
     * @param lost packets that the kernel could not deliver
     */
    record PacketStatus(
            String name,
            String type,
            String namespace,
            int number,
            boolean bound,
            boolean reading,
            long packets,
            long octets,
            long lost,
            long gaps,
            long lastLostMillis) {}

    /**
     * An exporter as one source, or one reader of it, feeds it.
     *
     * @param destination as the configuration has it
     * @param octets of its messages
     * @param lost records that were encoded and went nowhere, as far as can be known
     * @param notSent records that were dropped here
     * @param notSendable records that the protocol has no way to say
     * @param lastNotSentMillis when the last one was
     * @param lastTemplateMillis when templates were last sent, to a second
     * @param failure in words: why there is no connection; empty if there is
     */
    record CollectorStatus(
            String name,
            String source,
            long domain,
            String protocol,
            String destination,
            boolean up,
            long records,
            long messages,
            long octets,
            long lostMessages,
            long lost,
            long notSent,
            long notSendable,
            long lastNotSentMillis,
            long templates,
            long lastTemplateMillis,
            long sendErrors,
            long connections,
            String failure,
            @Nullable SpoolStatus spool) {}

    /** What waits for a collector on the disk, and what became of it. */
    record SpoolStatus(
            long backlogBytes, long spooledMessages, long replayedMessages, long droppedMessages, long outages) {}
}
