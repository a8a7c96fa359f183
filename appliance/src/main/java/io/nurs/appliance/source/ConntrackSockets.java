package io.nurs.appliance.source;

import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.Delivery;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetworkNamespace;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/**
 * A conntrack source's two sockets, opened in its namespace: from here on the kernel queues events for the first. What cannot
 * be opened is explained to the operator.
 *
 * @param requests for dumps as well
 */
record ConntrackSockets(NetworkNamespace namespace, NetlinkChannel events, NetlinkChannel requests) {
    static ConntrackSockets open(ConntrackSourceConfig config) throws StartException {
        NetworkNamespace namespace = namespace(config);
        NetlinkChannel requests =
                openChannel(config, namespace, NetlinkOptions.requests(NetlinkOptions.NETLINK_NETFILTER));
        try {
            return new ConntrackSockets(namespace, openChannel(config, namespace, eventOptions(config)), requests);
        } catch (StartException e) {
            discard(requests);
            throw e;
        }
    }

    /** Closes both, registered or not. */
    void discard() {
        discard(events);
        discard(requests);
    }

    private static void discard(NetlinkChannel channel) {
        if (channel.isRegistered()) {
            channel.close();
        } else {
            channel.unsafe().closeForcibly();
        }
    }

    private static NetlinkOptions eventOptions(ConntrackSourceConfig config) {
        return NetlinkOptions.events(NetlinkOptions.NETLINK_NETFILTER, ConntrackAttribute.NFNLGRP_CONNTRACK_DESTROY)
                .withReceiveBufferBytes(config.receiveBufferBytes())
                .withBroadcastError(config.delivery() == Delivery.RELIABLE);
    }

    private static NetworkNamespace namespace(ConntrackSourceConfig config) throws StartException {
        String name = config.namespace();
        try {
            return name == null ? NetworkNamespace.current() : NetworkNamespace.of(name);
        } catch (NoSuchFileException e) {
            throw new StartException(
                    "source " + config.name() + ": there is no network namespace " + e.getFile()
                            + "; `ip netns list` shows those with a name",
                    e);
        } catch (IOException e) {
            throw new StartException("source " + config.name() + ": " + e.getMessage(), e);
        }
    }

    private static NetlinkChannel openChannel(
            ConntrackSourceConfig config, NetworkNamespace namespace, NetlinkOptions options) throws StartException {
        try {
            return namespace.call(() -> NetlinkChannel.open(options));
        } catch (IOException e) {
            throw new StartException("source " + config.name() + ": " + explain(config, e), e);
        }
    }

    private static String explain(ConntrackSourceConfig config, IOException cause) {
        if (!(cause instanceof Errno errno)) {
            return cause.toString();
        }
        String advice = switch (errno.number()) {
            case Errno.EPERM, Errno.EACCES ->
                config.namespace() == null
                        ? "; it needs CAP_NET_ADMIN: run it as root, or give it that capability"
                        : "; to enter a namespace it needs CAP_SYS_ADMIN as well as CAP_NET_ADMIN: run it as"
                                + " root, or start it inside the namespace (ip netns exec) without `namespace`";
            case Errno.EPROTONOSUPPORT, Errno.EAFNOSUPPORT ->
                "; this kernel has no nfnetlink (CONFIG_NETFILTER_NETLINK): modprobe nfnetlink";
            default -> "";
        };
        return errno.getMessage() + advice;
    }
}
