package io.nurs.appliance.source;

import io.netty.channel.ChannelFuture;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetworkNamespace;
import io.nurs.netlink.conntrack.ConntrackRequests;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be so in a namespace before a conntrack source can start, and what was found there.
 *
 * @param table null where the kernel does not show conntrack's sysctls
 * @param muteBeforeNanos flows that began before this Unix time have no events: 0 for none, MAX_VALUE for all
 */
record ConntrackSetup(@Nullable TableUse table, long muteBeforeNanos) {
    private static final Logger LOG = LoggerFactory.getLogger(ConntrackSetup.class);

    /**
     * Sets sysctls if asked to, and warns of what is amiss.
     *
     * @param requests a registered channel with a request tracker
     */
    static ConntrackSetup prepare(ConntrackSourceConfig config, NetworkNamespace namespace, NetlinkChannel requests)
            throws StartException, InterruptedException {
        requireCtnetlink(config, requests);
        try {
            ConntrackSysctls found = ConntrackSysctls.read(namespace);
            if (config.setSysctls()) {
                ConntrackSysctls.set(namespace);
            }
            ConntrackSysctls sysctls = ConntrackSysctls.read(namespace);
            if (found == null || sysctls == null) {
                LOG.warn(
                        "source {}: /proc/sys/net/netfilter is not there; assuming that conntrack is set up",
                        config.name());
                return new ConntrackSetup(null, 0);
            }
            sysctls.findings(config.accounting())
                    .forEach(finding ->
                            LOG.warn("source {}: {}. Run: {}", config.name(), finding.what(), finding.mend()));
            return new ConntrackSetup(TableUse.open(namespace), muteBeforeNanos(found, sysctls));
        } catch (NoSuchFileException e) {
            throw new StartException(
                    "source " + config.name() + ": the kernel has no " + e.getFile()
                            + "; it needs CONFIG_NF_CONNTRACK_EVENTS, CONFIG_NF_CONNTRACK_TIMESTAMP and their like",
                    e);
        } catch (IOException e) {
            throw new StartException(
                    "source " + config.name() + ": cannot " + (config.setSysctls() ? "set" : "read")
                            + " conntrack's sysctls: " + e.getMessage()
                            + "; set them outside (sysctl -w net.netfilter.nf_conntrack_acct=1 and its like) and write"
                            + " set-sysctls: false",
                    e);
        }
    }

    /** For one more reader of the same source, which may be closed before the others. */
    ConntrackSetup another(NetworkNamespace namespace) throws StartException {
        try {
            return new ConntrackSetup(table == null ? null : TableUse.open(namespace), muteBeforeNanos);
        } catch (IOException e) {
            throw new StartException("cannot read conntrack's sysctls: " + e.getMessage(), e);
        }
    }

    /** Any answer but "no such subsystem" will do; asking also loads the module. */
    static void requireCtnetlink(SourceConfig config, NetlinkChannel requests)
            throws StartException, InterruptedException {
        ChannelFuture answer = requests.writeAndFlush(ConntrackRequests.stats(requests.alloc()));
        requests.read();
        answer.await();
        if (!answer.isSuccess()) {
            throw new StartException(
                    "source " + config.name() + ": the kernel does not speak ctnetlink ("
                            + answer.cause().getMessage()
                            + "); it needs CONFIG_NF_CT_NETLINK: modprobe nf_conntrack_netlink",
                    answer.cause());
        }
    }

    /** Our socket listens by now. What was made before, while events were not always on, may have none. */
    private static long muteBeforeNanos(ConntrackSysctls found, ConntrackSysctls now) {
        if (now.events() == 0) {
            return Long.MAX_VALUE;
        }
        return found.events() == 1 ? 0 : TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis() + 1);
    }
}
