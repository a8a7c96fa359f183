package io.nurs.netlink;

import java.net.SocketAddress;

/** A {@code sockaddr_nl}: the port id that the kernel gave the socket; 0 is the kernel itself. */
public final class NetlinkAddress extends SocketAddress {
    static final NetlinkAddress KERNEL = new NetlinkAddress(0);

    private static final long serialVersionUID = 1;

    private final int portId;

    NetlinkAddress(int portId) {
        this.portId = portId;
    }

    /** {@code nl_pid}, an unsigned 32-bit number that is only by custom a process id. */
    public int portId() {
        return portId;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NetlinkAddress address && address.portId == portId;
    }

    @Override
    public int hashCode() {
        return portId;
    }

    @Override
    public String toString() {
        return "netlink:" + Integer.toUnsignedString(portId);
    }
}
