package io.nurs.appliance.source;

import io.nurs.appliance.StartException;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/** Opens what a source reads from, in its namespace. What cannot be opened is explained to the operator. */
final class SourceSockets {
    private SourceSockets() {}

    static NetworkNamespace namespace(SourceConfig config) throws StartException {
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

    static NetlinkChannel open(SourceConfig config, NetworkNamespace namespace, NetlinkOptions options)
            throws StartException {
        try {
            return namespace.call(() -> NetlinkChannel.open(options));
        } catch (IOException e) {
            throw new StartException("source " + config.name() + ": " + explain(config, e), e);
        }
    }

    /** Closes it, registered or not. */
    static void discard(NetlinkChannel channel) {
        if (channel.isRegistered()) {
            channel.close();
        } else {
            channel.unsafe().closeForcibly();
        }
    }

    static String explain(SourceConfig config, Throwable cause) {
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
