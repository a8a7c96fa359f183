package io.nurs.appliance.metrics;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** How the keys of a {@link io.nurs.appliance.traffic.TopWindow} are written. */
final class TopNames {
    private static final int MAPPED = 0xffff;

    private TopNames() {}

    static String address(long high, long low) {
        boolean ipv4 = high == 0 && low >>> 32 == MAPPED;
        ByteBuffer octets = ipv4
                ? ByteBuffer.allocate(4).putInt((int) low)
                : ByteBuffer.allocate(16).putLong(high).putLong(low);
        try {
            return InetAddress.getByAddress(octets.array()).getHostAddress();
        } catch (UnknownHostException e) {
            throw new AssertionError("4 and 16 octets are addresses", e);
        }
    }

    /** Those with ports: others have no entry. */
    static String protocol(long key) {
        int protocol = (int) (key >>> 16);
        return switch (protocol) {
            case 6 -> "tcp";
            case 17 -> "udp";
            case 33 -> "dccp";
            case 132 -> "sctp";
            case 136 -> "udplite";
            default -> Integer.toString(protocol);
        };
    }

    static String port(long key) {
        return Long.toString(key & 0xffff);
    }
}
