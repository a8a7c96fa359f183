package io.nurs.netlink.route;

import static io.nurs.netlink.route.RouteAttribute.IFF_UP;
import static io.nurs.netlink.route.RouteAttribute.LOOPBACK_INDEX;
import static io.nurs.netlink.route.RouteAttribute.RTM_NEWLINK;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.libc.Libc;
import io.nurs.netlink.libc.ReceiveBlock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Brings {@code lo} of the calling thread's network namespace up. Without a channel, because it comes first in a new
 * namespace: Netty and the JDK look at the interfaces once, when their classes are loaded.
 */
public final class Loopback {
    // struct nlmsghdr, linux/netlink.h, and struct ifinfomsg, linux/rtnetlink.h
    private static final int REQUEST_BYTES = 32;
    private static final int TYPE = 4;
    private static final int FLAGS = 6;
    private static final int IFI_INDEX = 20;
    private static final int IFI_FLAGS = 24;
    private static final int IFI_CHANGE = 28;
    /** nlmsgerr, in the answer: the error as a negative errno, 0 for an acknowledgement. */
    private static final int ERROR = 16;

    private static final int ANSWER_BYTES = 4096;

    private Loopback() {}

    /**
     * Does nothing if it is up already.
     *
     * @throws Errno EPERM without CAP_NET_ADMIN in the namespace
     */
    public static void up() throws Errno {
        int fd = check(Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, NetlinkOptions.NETLINK_ROUTE));
        try (Arena arena = Arena.ofConfined();
                ReceiveBlock answer = new ReceiveBlock(1, ANSWER_BYTES)) {
            check(Libc.sendto(fd, request(arena).address(), REQUEST_BYTES, 0, 0, 0));
            // The kernel has carried it out within sendto, so that the answer is there.
            check(Libc.recvmmsg(fd, answer.headersAddress(), answer.slots(), Libc.MSG_DONTWAIT));
            check(answer.data().get(JAVA_INT, ERROR));
        } finally {
            Libc.close(fd);
        }
    }

    private static MemorySegment request(Arena arena) {
        MemorySegment request = arena.allocate(REQUEST_BYTES, Integer.BYTES);
        request.set(JAVA_INT, 0, REQUEST_BYTES);
        request.set(JAVA_SHORT, TYPE, (short) RTM_NEWLINK);
        request.set(JAVA_SHORT, FLAGS, (short) (NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_ACK));
        request.set(JAVA_INT, IFI_INDEX, LOOPBACK_INDEX);
        request.set(JAVA_INT, IFI_FLAGS, IFF_UP);
        request.set(JAVA_INT, IFI_CHANGE, IFF_UP);
        return request;
    }

    private static int check(int result) throws Errno {
        if (result < 0) {
            throw new Errno("cannot bring lo up", -result);
        }
        return result;
    }
}
