package io.nurs.netlink.nftables;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An element of a set, a map or a verdict map as nft(8) writes it, as far as its types are everyday ones: addresses, ports,
 * protocols, marks, interfaces, concatenations of these. Other octets come in hexadecimal, as they are. The first key behind an
 * interval has a minus sign before it: a kernel tells the two ends of an interval apart, as two elements.
 */
public final class NftablesElementText {
    // enum datatypes of nft(8), which the kernel keeps for it: include/datatype.h
    private static final int TYPE_IPADDR = 7;
    private static final int TYPE_IP6ADDR = 8;
    private static final int TYPE_ETHERADDR = 9;
    private static final int TYPE_INET_PROTOCOL = 12;
    private static final int TYPE_INET_SERVICE = 13;
    private static final int TYPE_MARK = 19;
    private static final int TYPE_IFNAME = 41;
    /** A concatenation has its parts' types, so many bits each, the last one's lowest. */
    private static final int TYPE_BITS = 6;

    private static final int TYPE_MASK = (1 << TYPE_BITS) - 1;
    private static final int REGISTER_BYTES = 4;

    private NftablesElementText() {}

    /**
     * Of the element that the walk has come to. Allocates.
     *
     * @param keyType {@link NftablesMessage#keyType} of its set; 0 if unknown
     * @param dataType {@link NftablesMessage#dataType} of its set; 0 if unknown, or none
     */
    public static String of(NftablesElements element, int keyType, int dataType) {
        StringBuilder text = new StringBuilder();
        if (element.isCatchAll()) {
            text.append('*');
        } else {
            text.append(element.isIntervalEnd() ? "-" : "").append(value(element.key(), keyType));
        }
        byte[] end = element.keyEnd();
        if (end != null) {
            text.append('-').append(value(end, keyType));
        }
        byte[] data = element.data();
        String object = element.object();
        if (data != null) {
            text.append(" : ").append(value(data, dataType));
        } else if (element.hasVerdict()) {
            text.append(" : ").append(verdict(element));
        } else if (object != null) {
            text.append(" : \"").append(object).append('"');
        }
        String comment = element.comment();
        return (comment.isEmpty()
                        ? text
                        : text.append(" comment \"").append(comment).append('"'))
                .toString();
    }

    private static String verdict(NftablesElements element) {
        String word = switch (element.verdict()) {
            case NF_DROP -> "drop";
            case NF_ACCEPT -> "accept";
            case NF_QUEUE -> "queue";
            case NFT_CONTINUE -> "continue";
            case NFT_JUMP -> "jump";
            case NFT_GOTO -> "goto";
            case NFT_RETURN -> "return";
            default -> Integer.toString(element.verdict());
        };
        String chain = element.verdictChain();
        return chain == null ? word : word + " " + chain;
    }

    private static String value(byte[] octets, int type) {
        if (type >>> TYPE_BITS == 0) {
            return single(octets, type);
        }
        List<String> parts = new ArrayList<>();
        int shift = 0;
        while (shift + TYPE_BITS < Integer.SIZE && (type >>> (shift + TYPE_BITS)) != 0) {
            shift += TYPE_BITS;
        }
        int at = 0;
        for (; shift >= 0; shift -= TYPE_BITS) {
            int part = (type >>> shift) & TYPE_MASK;
            int length = length(part);
            if (length == 0 || at + length > octets.length) {
                return hex(octets);
            }
            parts.add(single(Arrays.copyOfRange(octets, at, at + length), part));
            at += (length + REGISTER_BYTES - 1) / REGISTER_BYTES * REGISTER_BYTES;
        }
        return at == octets.length ? String.join(" . ", parts) : hex(octets);
    }

    private static String single(byte[] octets, int type) {
        if (octets.length != length(type)) {
            return hex(octets);
        }
        @Nullable
        String text = switch (type) {
            case TYPE_IPADDR, TYPE_IP6ADDR -> RuleValue.ADDRESS.text(octets);
            case TYPE_ETHERADDR -> HexFormat.ofDelimiter(":").formatHex(octets);
            case TYPE_INET_PROTOCOL -> RuleValue.PROTOCOL.text(octets);
            case TYPE_INET_SERVICE -> RuleValue.NUMBER.text(octets);
            case TYPE_MARK -> RuleValue.MARK.text(octets);
            case TYPE_IFNAME -> name(octets);
            default -> null;
        };
        return text == null ? hex(octets) : text;
    }

    /** 0 for one that is not known. */
    private static int length(int type) {
        return switch (type) {
            case TYPE_IPADDR, TYPE_MARK -> 4;
            case TYPE_IP6ADDR, TYPE_IFNAME -> 16;
            case TYPE_ETHERADDR -> 6;
            case TYPE_INET_PROTOCOL -> 1;
            case TYPE_INET_SERVICE -> 2;
            default -> 0;
        };
    }

    private static String name(byte[] octets) {
        int end = 0;
        while (end < octets.length && octets[end] != 0) {
            end++;
        }
        return '"' + new String(octets, 0, end, StandardCharsets.UTF_8) + '"';
    }

    private static String hex(byte[] octets) {
        return "0x" + HexFormat.of().formatHex(octets);
    }
}
