package io.nurs.appliance.doctor;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.nurs.appliance.Finding;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.NetlinkRequestTracker;
import io.nurs.netlink.conntrack.ConntrackRequests;
import io.nurs.netlink.nfacct.NfacctRequests;
import io.nurs.netlink.nflog.NflogRequests;
import io.nurs.netlink.nftables.NftablesRequests;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Whether conntrack, or another part of netfilter, answers over netlink, by asking it something small. */
final class CtnetlinkCheck {
    private static final String SUBJECT = "ctnetlink";
    private static final long PATIENCE_SECONDS = 5;
    private static final int LAST_GROUP = 0xffff;

    private CtnetlinkCheck() {}

    /**
     * The kernel may load the module to answer, as it does for nursd.
     *
     * @throws Errno EPERM or EACCES if this user may not enter the namespace
     */
    static Finding finding(Place place, EventLoop loop) throws IOException, InterruptedException {
        return finding(place, loop, SUBJECT, "nf_conntrack_netlink", ConntrackRequests::stats);
    }

    /** As {@link #finding(Place, EventLoop)}, of the accounting objects. */
    static Finding ofNfacct(Place place, EventLoop loop) throws IOException, InterruptedException {
        return finding(place, loop, "nfacct", "nfnetlink_acct", NfacctRequests::dump);
    }

    /** As {@link #finding(Place, EventLoop)}, of the rule set. */
    static Finding ofNftables(Place place, EventLoop loop) throws IOException, InterruptedException {
        return finding(place, loop, "nftables", "nf_tables", NftablesRequests::generation);
    }

    /** As {@link #finding(Place, EventLoop)}, of the packet log: a request that changes nothing of a group that nobody uses. */
    static Finding ofNflog(Place place, EventLoop loop) throws IOException, InterruptedException {
        return finding(
                place, loop, "nflog", "nfnetlink_log", allocator -> NflogRequests.configure(allocator, LAST_GROUP));
    }

    private static Finding finding(
            Place place,
            EventLoop loop,
            String subsystem,
            String module,
            Function<ByteBufAllocator, NetlinkRequest> question)
            throws IOException, InterruptedException {
        String subject = place.subject(subsystem);
        NetlinkChannel channel;
        try {
            channel = place.namespace()
                    .call(() -> NetlinkChannel.open(NetlinkOptions.requests(NetlinkOptions.NETLINK_NETFILTER)));
        } catch (Errno e) {
            if (e.number() == Errno.EPERM || e.number() == Errno.EACCES) {
                throw e;
            }
            return Finding.fail(subject, "no netlink socket: " + e.getMessage(), "modprobe nfnetlink");
        }
        channel.pipeline().addLast(new NetlinkMessageDecoder(channel.stats()), new NetlinkRequestTracker());
        loop.register(channel).sync();
        try {
            ChannelFuture answer = channel.writeAndFlush(question.apply(channel.alloc()));
            channel.read();
            if (!answer.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return Finding.fail(subject, "the kernel does not answer", "dmesg | tail");
            }
            return answer.isSuccess() ? Finding.ok(subject, "answers") : refused(subject, module, answer.cause());
        } finally {
            channel.close().sync();
        }
    }

    private static Finding refused(String subject, String module, Throwable cause) {
        if (cause instanceof Errno errno && errno.number() == Errno.ENODEV) {
            // Nobody has that group.
            return Finding.ok(subject, "answers");
        }
        boolean forbidden = cause instanceof Errno errno && errno.number() == Errno.EPERM;
        return forbidden
                ? Finding.ok(subject, "unknown: only CAP_NET_ADMIN may ask")
                : Finding.fail(
                        subject,
                        "does not answer (" + cause.getMessage() + "), so nothing can be read",
                        "modprobe " + module);
    }
}
