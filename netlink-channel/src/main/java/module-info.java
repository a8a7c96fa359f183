/** Talks to the kernel over netlink; knows nothing of flows, collectors or metrics. */
module io.nurs.netlink {
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.classes.io_uring;
    requires io.netty.transport.unix.common;
    requires org.jspecify;

    exports io.nurs.netlink;
    exports io.nurs.netlink.conntrack;
    exports io.nurs.netlink.nfacct;
    exports io.nurs.netlink.nflog;
    exports io.nurs.netlink.nfqueue;
    exports io.nurs.netlink.nftables;
    exports io.nurs.netlink.packet;
    exports io.nurs.netlink.route;
}
