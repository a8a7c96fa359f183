package io.nurs.flow;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;

/** Octets to values, RFC 7011 §6.1. Nothing that an exporter sends makes it throw. */
final class WireValue {
    private WireValue() {}

    static Object of(DataType type, byte[] octets, int offset, int length) {
        if (type == DataType.STRING) {
            return new String(octets, offset, length, StandardCharsets.UTF_8).replaceAll("\0+$", "");
        }
        // Some exporters send numbers longer than their type; any integer that fits is still a number.
        if (!type.allows(length) && !(isUnsigned(type) && length >= 1 && length <= Long.BYTES)) {
            return HexFormat.of().formatHex(octets, offset, offset + length);
        }
        return switch (type) {
            case UNSIGNED8, UNSIGNED16, UNSIGNED32, UNSIGNED64, UNSIGNED256 -> number(octets, offset, length);
            case SIGNED8, SIGNED16, SIGNED32, SIGNED64 -> signed(octets, offset, length);
            case FLOAT32, FLOAT64 -> floating(unsigned(octets, offset, length), length);
            case BOOLEAN -> bool(octets[offset]);
            case IPV4_ADDRESS, IPV6_ADDRESS -> address(Arrays.copyOfRange(octets, offset, offset + length));
            case DATE_TIME_SECONDS -> Instant.ofEpochSecond(unsigned(octets, offset, length));
            case DATE_TIME_MILLISECONDS -> Instant.ofEpochMilli(unsigned(octets, offset, length));
            case DATE_TIME_MICROSECONDS -> NtpTime.toMicroseconds(unsigned(octets, offset, length));
            case DATE_TIME_NANOSECONDS -> NtpTime.toNanoseconds(unsigned(octets, offset, length));
            default -> HexFormat.of().formatHex(octets, offset, offset + length);
        };
    }

    static long unsigned(byte[] octets, int offset, int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << 8 | (octets[offset + i] & 0xff);
        }
        return value;
    }

    /**
     * Of 4 or 16 octets. An IPv4-mapped IPv6 address stays an IPv6 address, as {@code InetAddress.getByAddress} would
     * not have it.
     */
    static InetAddress address(byte[] octets) {
        try {
            return octets.length == 16 ? Inet6Address.getByAddress(null, octets, -1) : InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(octets.length + " octets are no address", e);
        }
    }

    private static boolean isUnsigned(DataType type) {
        return switch (type) {
            case UNSIGNED8, UNSIGNED16, UNSIGNED32, UNSIGNED64, UNSIGNED256 -> true;
            default -> false;
        };
    }

    /** A {@code Long} if it is one. */
    private static Object number(byte[] octets, int offset, int length) {
        long low = length <= Long.BYTES ? unsigned(octets, offset, length) : -1;
        if (low >= 0) {
            return low;
        }
        BigInteger number = new BigInteger(1, octets, offset, length);
        return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }

    /** 1 is true and 2 is false (§6.1.5). Anything else is neither, and stays an octet. */
    private static Object bool(byte octet) {
        return switch (octet) {
            case 1 -> true;
            case 2 -> false;
            default -> HexFormat.of().toHexDigits(octet);
        };
    }

    private static long signed(byte[] octets, int offset, int length) {
        int shift = Long.SIZE - Byte.SIZE * length;
        return unsigned(octets, offset, length) << shift >> shift;
    }

    private static double floating(long bits, int length) {
        return length == Float.BYTES ? Float.intBitsToFloat((int) bits) : Double.longBitsToDouble(bits);
    }
}
