package io.nurs.appliance.source;

import io.nurs.appliance.StartException;
import io.nurs.appliance.config.Accounting;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.Delivery;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetworkNamespace;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import io.nurs.netlink.conntrack.ConntrackEventFilter;
import java.util.ArrayList;
import java.util.List;

/**
 * The sockets of one of a conntrack source's readers, opened in its namespace: from here on the kernel queues events for the
 * first.
 *
 * @param requests for dumps as well
 * @param queries for single entries and for counters, beside a dump under way
 */
record ConntrackSockets(
        NetworkNamespace namespace, NetlinkChannel events, NetlinkChannel requests, NetlinkChannel queries) {
    /** Some 25 entries: small tables are walked through evenly too. */
    private static final int WALK_DATAGRAM_BYTES = 8 * 1024;

    static ConntrackSockets open(ConntrackSourceConfig config, Share share) throws StartException {
        NetworkNamespace namespace = SourceSockets.namespace(config);
        boolean delta = config.accounting() == Accounting.DELTA;
        NetlinkOptions requests = NetlinkOptions.requests(NetlinkOptions.NETLINK_NETFILTER);
        List<NetlinkChannel> opened = new ArrayList<>();
        try {
            // A walk goes a datagram at a time.
            NetlinkOptions dumps = delta ? requests.withSlots(1, WALK_DATAGRAM_BYTES) : requests;
            opened.add(SourceSockets.open(config, namespace, eventOptions(config, share)));
            opened.add(SourceSockets.open(config, namespace, dumps));
            opened.add(SourceSockets.open(config, namespace, requests));
            return new ConntrackSockets(namespace, opened.get(0), opened.get(1), opened.get(2));
        } catch (StartException e) {
            opened.forEach(SourceSockets::discard);
            throw e;
        }
    }

    List<NetlinkChannel> channels() {
        return List.of(events, requests, queries);
    }

    /** Closes all, registered or not. */
    void discard() {
        channels().forEach(SourceSockets::discard);
    }

    private static NetlinkOptions eventOptions(ConntrackSourceConfig config, Share share) {
        NetlinkOptions options = NetlinkOptions.events(NetlinkOptions.NETLINK_NETFILTER, groups(config))
                .withReceiveBufferBytes(config.receiveBufferBytes())
                .withBroadcastError(config.delivery() == Delivery.RELIABLE);
        return share.readers() == 1
                ? options
                : options.withFilter(ConntrackEventFilter.share(share.reader(), share.readers()));
    }

    /** The groups that the event socket joins, and leaves first at the end. */
    static Integer[] groups(ConntrackSourceConfig config) {
        return config.natEvents() == null
                ? new Integer[] {ConntrackAttribute.NFNLGRP_CONNTRACK_DESTROY}
                : new Integer[] {ConntrackAttribute.NFNLGRP_CONNTRACK_DESTROY, ConntrackAttribute.NFNLGRP_CONNTRACK_NEW
                };
    }
}
