package io.nurs.appliance.filter;

import io.netty.util.NetUtil;
import io.nurs.appliance.config.ScalarText;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/**
 * The addresses of one family that begin alike; a single address is one with all its bits. What is written as IPv6 is IPv6:
 * {@code ::ffff:192.0.2.1} is not the address {@code 192.0.2.1}, nor is any IPv4 flow in {@code ::/0}.
 *
 * @param high the first eight octets; 0 for IPv4
 * @param low the last eight; for IPv4 its four
 * @param length bits that must be the same
 */
record IpPrefix(boolean isIpv6, long high, long low, int length) {
    private static final Pattern IPV4 = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    /** Reads {@code ADDRESS} or {@code ADDRESS/LENGTH}. */
    static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        IpPrefix address = address(slash < 0 ? text : text.substring(0, slash));
        if (slash < 0) {
            return address;
        }
        String bits = text.substring(slash + 1);
        if (!bits.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(bits) > address.length) {
            throw new IllegalArgumentException(ScalarText.quote(text) + ": the length of an " + family(address.isIpv6)
                    + " prefix is a number from 0 to " + address.length);
        }
        return address.prefix(text, Integer.parseInt(bits));
    }

    private IpPrefix prefix(String text, int bits) {
        IpPrefix prefix = new IpPrefix(isIpv6, high, low, bits);
        IpPrefix masked = new IpPrefix(isIpv6, high & prefix.highMask(), low & prefix.lowMask(), bits);
        if (!masked.equals(prefix)) {
            throw new IllegalArgumentException(ScalarText.quote(text) + " has bits beyond its length: write " + masked
                    + ", or leave the length out if one address is meant");
        }
        return prefix;
    }

    private static IpPrefix address(String text) {
        boolean ipv6 = IPV6.matcher(text).matches();
        if (!ipv6 && !IPV4.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    ScalarText.quote(text)
                            + " is no address: write one such as 192.0.2.1 or 2001:db8::1, or with `in` a prefix such as 192.0.2.0/24");
        }
        byte[] octets;
        try {
            octets = InetAddress.ofLiteral(text).getAddress();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(ScalarText.quote(text) + " is no " + family(ipv6) + " address", e);
        }
        // The JDK makes an IPv4 address of ::ffff:192.0.2.1.
        if (octets.length == 4) {
            long number = Integer.toUnsignedLong(ByteBuffer.wrap(octets).getInt());
            return ipv6 ? new IpPrefix(true, 0, 0xffff_0000_0000L | number, 128) : new IpPrefix(false, 0, number, 32);
        }
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        return new IpPrefix(true, buffer.getLong(), buffer.getLong(), 128);
    }

    boolean isSingle() {
        return length == (isIpv6 ? 128 : 32);
    }

    /** The IPv4 addresses, as numbers. */
    NumberRange range() {
        return new NumberRange(low, low | (~lowMask() & 0xffff_ffffL));
    }

    long highMask() {
        return isIpv6 ? mask(Math.min(length, 64), 64) : 0;
    }

    long lowMask() {
        return isIpv6 ? mask(Math.max(length - 64, 0), 64) : mask(length, 32);
    }

    private static long mask(int bits, int of) {
        // Java shifts by 64 as by 0.
        return bits == 0 ? 0 : -1L << (of - bits);
    }

    static String family(boolean ipv6) {
        return ipv6 ? "IPv6" : "IPv4";
    }

    @Override
    public String toString() {
        byte[] octets = isIpv6
                ? ByteBuffer.allocate(16).putLong(high).putLong(low).array()
                : ByteBuffer.allocate(4).putInt((int) low).array();
        try {
            // As RFC 5952 has it, which the JDK does not.
            String address = NetUtil.toAddressString(InetAddress.getByAddress(octets));
            boolean mapped = isIpv6 && address.indexOf(':') < 0;
            return (mapped ? "::ffff:" : "") + address + (isSingle() ? "" : "/" + length);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 octets", e);
        }
    }
}
