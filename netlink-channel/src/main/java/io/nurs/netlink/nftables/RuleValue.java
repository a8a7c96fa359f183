package io.nurs.netlink.nftables;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How nft writes a value, by what it is compared with. Null where it is not known how. */
enum RuleValue {
    ADDRESS,
    NUMBER,
    PROTOCOL,
    FAMILY,
    INTERFACE,
    STATE,
    MARK,
    ICMP,
    ICMPV6,
    TCP_FLAGS;

    private static final Map<Integer, String> PROTOCOLS = Map.of(
            1, "icmp", 6, "tcp", 17, "udp", 33, "dccp", 47, "gre", 50, "esp", 51, "ah", 58, "ipv6-icmp", 132, "sctp");
    private static final Map<Integer, String> ICMP_TYPES = Map.of(
            0, "echo-reply",
            3, "destination-unreachable",
            5, "redirect",
            8, "echo-request",
            9, "router-advertisement",
            10, "router-solicitation",
            11, "time-exceeded",
            12, "parameter-problem",
            13, "timestamp-request",
            14, "timestamp-reply");
    private static final Map<Integer, String> ICMPV6_TYPES = Map.ofEntries(
            Map.entry(1, "destination-unreachable"),
            Map.entry(2, "packet-too-big"),
            Map.entry(3, "time-exceeded"),
            Map.entry(4, "parameter-problem"),
            Map.entry(128, "echo-request"),
            Map.entry(129, "echo-reply"),
            Map.entry(130, "mld-listener-query"),
            Map.entry(131, "mld-listener-report"),
            Map.entry(132, "mld-listener-done"),
            Map.entry(133, "nd-router-solicit"),
            Map.entry(134, "nd-router-advert"),
            Map.entry(135, "nd-neighbor-solicit"),
            Map.entry(136, "nd-neighbor-advert"),
            Map.entry(137, "nd-redirect"));
    private static final String[] FLAGS = {"fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"};

    @Nullable
    String text(byte[] value) {
        return switch (this) {
            case ADDRESS -> address(value);
            case NUMBER -> number(value);
            case PROTOCOL -> named(PROTOCOLS, value);
            case FAMILY ->
                value.length != 1 ? null : value[0] == NFPROTO_IPV4 ? "ipv4" : value[0] == NFPROTO_IPV6 ? "ipv6" : null;
            case INTERFACE -> interfaceName(value);
            case STATE -> value.length == 4 ? states(host32(value)) : null;
            case MARK -> value.length == 4 ? "0x%08x".formatted(host32(value)) : null;
            case ICMP -> named(ICMP_TYPES, value);
            case ICMPV6 -> named(ICMPV6_TYPES, value);
            case TCP_FLAGS -> value.length == 1 ? flags(value[0]) : null;
        };
    }

    static int host32(byte[] value) {
        return MemorySegment.ofArray(value).get(ValueLayout.JAVA_INT_UNALIGNED, 0);
    }

    static boolean isZero(byte[] value) {
        for (byte octet : value) {
            if (octet != 0) {
                return false;
            }
        }
        return true;
    }

    /** The length of the prefix that a mask stands for; -1 if its ones are not all in front. */
    static int prefixLength(byte[] mask) {
        int length = 0;
        while (length < 8 * mask.length && (mask[length / 8] >> (7 - length % 8) & 1) != 0) {
            length++;
        }
        for (int bit = length; bit < 8 * mask.length; bit++) {
            if ((mask[bit / 8] >> (7 - bit % 8) & 1) != 0) {
                return -1;
            }
        }
        return length;
    }

    private static @Nullable String number(byte[] value) {
        if (value.length == 0 || value.length > 4) {
            return null;
        }
        long number = 0;
        for (byte octet : value) {
            number = number << 8 | Byte.toUnsignedInt(octet);
        }
        return Long.toString(number);
    }

    private static @Nullable String named(Map<Integer, String> names, byte[] value) {
        return value.length != 1
                ? null
                : names.getOrDefault(Byte.toUnsignedInt(value[0]), Integer.toString(Byte.toUnsignedInt(value[0])));
    }

    /** Without its NUL a name is the beginning of names. */
    private static @Nullable String interfaceName(byte[] value) {
        int end = 0;
        while (end < value.length && value[end] != 0) {
            end++;
        }
        String name = new String(value, 0, end, StandardCharsets.UTF_8);
        return end == 0 ? null : '"' + name + (end == value.length ? "*" : "") + '"';
    }

    private static @Nullable String states(int bits) {
        List<String> names = new ArrayList<>();
        String[] byBit = {"invalid", "established", "related", "new"};
        // nft's order, and NF_CT_STATE_UNTRACKED_BIT
        for (int bit : new int[] {0, 3, 1, 2}) {
            if ((bits >> bit & 1) != 0) {
                names.add(byBit[bit]);
            }
        }
        if ((bits >> 6 & 1) != 0) {
            names.add("untracked");
        }
        return names.size() == Integer.bitCount(bits) ? String.join(",", names) : null;
    }

    private static String flags(byte bits) {
        List<String> names = new ArrayList<>();
        for (int bit = 0; bit < 8; bit++) {
            if ((bits >> bit & 1) != 0) {
                names.add(FLAGS[bit]);
            }
        }
        return names.isEmpty() ? "0x0" : String.join(",", names);
    }

    private static @Nullable String address(byte[] value) {
        if (value.length == 4) {
            return "%d.%d.%d.%d".formatted(value[0] & 0xff, value[1] & 0xff, value[2] & 0xff, value[3] & 0xff);
        }
        return value.length == 16 ? address6(value) : null;
    }

    /** RFC 5952: the longest run of two or more zero groups, the first of equals, is left out. */
    private static String address6(byte[] value) {
        int[] groups = new int[8];
        int from = -1;
        int length = 1;
        int run = 0;
        for (int i = 0; i < 8; i++) {
            groups[i] = (value[2 * i] & 0xff) << 8 | (value[2 * i + 1] & 0xff);
            run = groups[i] == 0 ? run + 1 : 0;
            if (run > length) {
                length = run;
                from = i - run + 1;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == from) {
                text.append("::");
                i += length - 1;
            } else {
                text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":")
                        .append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }
}
