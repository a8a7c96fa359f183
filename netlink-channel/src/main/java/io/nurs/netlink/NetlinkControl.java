package io.nurs.netlink;

import org.jspecify.annotations.Nullable;

/** What the kernel says about the conversation itself. */
public sealed interface NetlinkControl {
    /**
     * A dump's last message. {@code errno} is 0, or what ended it early. With sequence number 0 it ends no dump, but a datagram
     * of several NFLOG packets. NLMSG_DONE, linux/netlink.h
     */
    record Done(int sequence, int errno) implements NetlinkControl {}

    /** A request was carried out. NLMSG_ERROR with error 0, linux/netlink.h */
    record Acknowledged(int sequence) implements NetlinkControl {}

    /** A request was refused; {@code message} is NLMSGERR_ATTR_MSG, if the kernel gave one. NLMSG_ERROR, linux/netlink.h */
    record Failure(int sequence, int errno, @Nullable String message) implements NetlinkControl {}

    /** Events were lost, and how many nobody knows; the socket still works. ENOBUFS, netlink(7) */
    record Overrun() implements NetlinkControl {}

    /** The table changed under a dump: entries may be missing or twice. Fired once a dump. NLM_F_DUMP_INTR */
    record DumpInterrupted(int sequence) implements NetlinkControl {}
}
