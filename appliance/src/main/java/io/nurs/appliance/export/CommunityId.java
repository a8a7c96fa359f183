package io.nurs.appliance.export;

import io.nurs.netlink.conntrack.TupleView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Community ID, version 1, with seed 0: a hash of addresses, protocol and ports that other tools find as well, and the same for
 * both directions. https://github.com/corelight/community-id-spec
 *
 * <p>For one event loop: it reuses its digest and its arrays, and allocates nothing.
 */
final class CommunityId {
    /** {@code 1:} and 20 octets in base64. */
    static final int LENGTH = 30;

    private static final int SEED_LENGTH = 2;
    private static final int IPV4_LENGTH = 4;
    private static final int IPV6_LENGTH = 16;
    private static final int DIGEST_LENGTH = 20;
    private static final int NONE = -1;
    private static final byte[] BASE64 =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(StandardCharsets.US_ASCII);

    private final MessageDigest sha1;
    private final byte[] source = new byte[IPV6_LENGTH];
    private final byte[] destination = new byte[IPV6_LENGTH];
    private final MemorySegment sourceMemory = MemorySegment.ofArray(source);
    private final MemorySegment destinationMemory = MemorySegment.ofArray(destination);
    /** Seed, addresses, protocol, a zero, ports. */
    private final byte[] input = new byte[SEED_LENGTH + 2 * IPV6_LENGTH + 2 + 2 * Short.BYTES];

    private final byte[] digest = new byte[DIGEST_LENGTH];

    CommunityId() {
        try {
            sha1 = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each Java has SHA-1", e);
        }
    }

    /** Writes {@value #LENGTH} octets: the id of packets before NAT. */
    void write(TupleView original, MemorySegment to, long offset) {
        original.copySource(sourceMemory, 0);
        original.copyDestination(destinationMemory, 0);
        write(original, original.sourcePort(), original.destinationPort(), original, to, offset);
    }

    /**
     * Writes {@value #LENGTH} octets: the id of packets behind NAT.
     *
     * @param original has the ICMP type and code that the packets have there, too
     */
    void writePostNat(TupleView original, TupleView reply, MemorySegment to, long offset) {
        reply.copyDestination(sourceMemory, 0);
        reply.copySource(destinationMemory, 0);
        write(reply, reply.destinationPort(), reply.sourcePort(), original, to, offset);
    }

    private void write(
            TupleView tuple, int firstPort, int secondPort, TupleView original, MemorySegment to, long offset) {
        int addressLength = tuple.isIpv6() ? IPV6_LENGTH : IPV4_LENGTH;
        int first = firstPort;
        int second = secondPort;
        boolean isOneWay = false;
        if (isIcmp(tuple.protocol())) {
            int counterpart = counterpart(tuple.protocol(), original.icmpType());
            isOneWay = counterpart == NONE;
            first = original.icmpType();
            second = isOneWay ? original.icmpCode() : counterpart;
        }
        int order = Arrays.compareUnsigned(source, 0, addressLength, destination, 0, addressLength);
        boolean swapped = !isOneWay && (order > 0 || (order == 0 && first > second));
        int length = swapped
                ? fill(destination, source, addressLength, tuple.protocol(), second, first)
                : fill(source, destination, addressLength, tuple.protocol(), first, second);
        hash(length);
        encode(to, offset);
    }

    private int fill(byte[] lower, byte[] upper, int addressLength, int protocol, int first, int second) {
        int at = SEED_LENGTH;
        System.arraycopy(lower, 0, input, at, addressLength);
        at += addressLength;
        System.arraycopy(upper, 0, input, at, addressLength);
        at += addressLength;
        input[at++] = (byte) protocol;
        input[at++] = 0;
        if (hasPorts(protocol)) {
            at = putShort(at, first);
            at = putShort(at, second);
        }
        return at;
    }

    private int putShort(int at, int value) {
        input[at] = (byte) (value >>> Byte.SIZE);
        input[at + 1] = (byte) value;
        return at + 2;
    }

    private void hash(int length) {
        sha1.update(input, 0, length);
        try {
            sha1.digest(digest, 0, DIGEST_LENGTH);
        } catch (DigestException e) {
            throw new IllegalStateException("SHA-1 has 20 octets", e);
        }
    }

    private void encode(MemorySegment to, long offset) {
        put(to, offset, '1');
        put(to, offset + 1, ':');
        long at = offset + 2;
        for (int i = 0; i < DIGEST_LENGTH; i += 3, at += 4) {
            int rest = DIGEST_LENGTH - i;
            int bits = octet(i) << 16 | octet(i + 1) << 8 | octet(i + 2);
            put(to, at, BASE64[bits >>> 18]);
            put(to, at + 1, BASE64[(bits >>> 12) & 0x3f]);
            put(to, at + 2, BASE64[(bits >>> 6) & 0x3f]);
            put(to, at + 3, rest > 2 ? BASE64[bits & 0x3f] : '=');
        }
    }

    private int octet(int index) {
        return index < DIGEST_LENGTH ? digest[index] & 0xff : 0;
    }

    private static void put(MemorySegment to, long offset, int character) {
        to.set(ValueLayout.JAVA_BYTE, offset, (byte) character);
    }

    private static boolean isIcmp(int protocol) {
        return protocol == IpProtocol.ICMP || protocol == IpProtocol.ICMPV6;
    }

    /** The specification counts ICMP, TCP, UDP and SCTP; conntrack knows ports of others too, which do not go in. */
    private static boolean hasPorts(int protocol) {
        return isIcmp(protocol)
                || protocol == IpProtocol.TCP
                || protocol == IpProtocol.UDP
                || protocol == IpProtocol.SCTP;
    }

    /** The type of the answer to a message of a type; {@link #NONE} if it has none, and so stands for one direction. */
    private static int counterpart(int protocol, int type) {
        return protocol == IpProtocol.ICMP
                ? switch (type) {
                    // Echo, router advertisement and solicitation, timestamp, information, address mask.
                    case 0 -> 8;
                    case 8 -> 0;
                    case 9 -> 10;
                    case 10 -> 9;
                    case 13 -> 14;
                    case 14 -> 13;
                    case 15 -> 16;
                    case 16 -> 15;
                    case 17 -> 18;
                    case 18 -> 17;
                    default -> NONE;
                }
                : switch (type) {
                    // Echo, multicast listeners, routers, neighbours, node information, home agents.
                    case 128 -> 129;
                    case 129 -> 128;
                    case 130 -> 131;
                    case 131 -> 130;
                    case 133 -> 134;
                    case 134 -> 133;
                    case 135 -> 136;
                    case 136 -> 135;
                    case 139 -> 140;
                    case 140 -> 139;
                    case 144 -> 145;
                    case 145 -> 144;
                    default -> NONE;
                };
    }
}
