package io.nurs.appliance.command;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkOptions;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a second thread begin with what takes long and needs no configuration, while the first reads the command line and the
 * configuration: Netty finds out what it runs on, and the C library's functions are linked, none of which an AOT cache can keep.
 */
final class EarlyStart {
    private static final Logger LOG = LoggerFactory.getLogger(EarlyStart.class);

    private EarlyStart() {}

    /** Whatever fails here fails again, and is told, where it is needed. */
    static void begin() {
        Thread.ofPlatform().name("early-start").daemon().start(() -> {
            try {
                link();
            } catch (IOException | RuntimeException | LinkageError e) {
                LOG.debug("the early start came to nothing", e);
            }
        });
    }

    private static void link() throws IOException {
        // Needs no privilege, and talks to nobody.
        NetlinkChannel.open(NetlinkOptions.events(NetlinkOptions.NETLINK_USERSOCK))
                .unsafe()
                .closeForcibly();
        Epoll.isAvailable();
        ByteBufAllocator.DEFAULT.directBuffer().release();
    }
}
