package io.nurs.netlink.conntrack;

import java.util.OptionalLong;

/**
 * What one {@link ConntrackMessage} said, as a value that outlives it.
 *
 * @param originalPackets and its like: absent unless net.netfilter.nf_conntrack_acct was 1 when the entry was made
 * @param startNanos Unix time; absent unless net.netfilter.nf_conntrack_timestamp was 1 when the entry was made
 */
public record ConntrackEntry(
        ConntrackMessage.Kind kind,
        ConntrackTuple original,
        ConntrackTuple reply,
        int id,
        int status,
        int mark,
        int zone,
        OptionalLong originalPackets,
        OptionalLong originalBytes,
        OptionalLong replyPackets,
        OptionalLong replyBytes,
        OptionalLong startNanos,
        OptionalLong stopNanos) {}
