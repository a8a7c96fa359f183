package io.nurs.netlink.nftables;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

import io.nurs.netlink.NetlinkRequest;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;

/**
 * One step of a rule: it loads register 1, compares it (and the rule ends there unless it matches), or acts. A rule's steps
 * run from left to right, as in nft(8)'s {@code --debug=netlink}.
 */
@FunctionalInterface
public interface NftablesExpression {
    /** Writes the element of NFTA_RULE_EXPRESSIONS. */
    void write(NetlinkRequest request);

    /** Counts what comes so far: {@code counter} */
    static NftablesExpression counter() {
        return request -> expression(request, "counter", () -> {});
    }

    /** Loads the transport protocol's number, one octet: {@code meta l4proto} */
    static NftablesExpression loadTransportProtocol() {
        return request -> expression(
                request, "meta", () -> request.u32(NFTA_META_DREG, NFT_REG_1).u32(NFTA_META_KEY, NFT_META_L4PROTO));
    }

    /** Loads the destination port of TCP, UDP and their like, two octets in network order: {@code th dport} */
    static NftablesExpression loadDestinationPort() {
        return request -> expression(
                request,
                "payload",
                () -> request.u32(NFTA_PAYLOAD_DREG, NFT_REG_1)
                        .u32(NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER)
                        .u32(NFTA_PAYLOAD_OFFSET, 2)
                        .u32(NFTA_PAYLOAD_LEN, 2));
    }

    /** Loads {@code CT_STATE_*}, four octets in the host's order: {@code ct state}. It is this that starts tracking. */
    static NftablesExpression loadConntrackState() {
        return request -> expression(
                request, "ct", () -> request.u32(NFTA_CT_DREG, NFT_REG_1).u32(NFTA_CT_KEY, NFT_CT_STATE));
    }

    /** Goes on if register 1 is {@code value}. */
    static NftablesExpression equal(byte... value) {
        return compare(NFT_CMP_EQ, value);
    }

    /** Goes on if four octets of register 1, in the host's order, have one of these bits. */
    static NftablesExpression anyBit(int bits) {
        return request -> {
            expression(request, "bitwise", () -> {
                request.u32(NFTA_BITWISE_SREG, NFT_REG_1)
                        .u32(NFTA_BITWISE_DREG, NFT_REG_1)
                        .u32(NFTA_BITWISE_LEN, Integer.BYTES);
                value(request, NFTA_BITWISE_MASK, host32(bits));
                value(request, NFTA_BITWISE_XOR, host32(0));
            });
            compare(NFT_CMP_NEQ, host32(0)).write(request);
        };
    }

    /** {@code accept} */
    static NftablesExpression accept() {
        return request -> expression(request, "immediate", () -> {
            request.u32(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
            request.nested(
                    NFTA_IMMEDIATE_DATA,
                    () -> request.nested(NFTA_DATA_VERDICT, () -> request.u32(NFTA_VERDICT_CODE, NF_ACCEPT)));
        });
    }

    /** {@code snat to ADDRESS}, in a chain of type nat at postrouting. */
    static NftablesExpression sourceNat(InetAddress to) {
        return nat(NFT_NAT_SNAT, to);
    }

    /** {@code dnat to ADDRESS}, in a chain of type nat at prerouting. */
    static NftablesExpression destinationNat(InetAddress to) {
        return nat(NFT_NAT_DNAT, to);
    }

    private static NftablesExpression nat(int type, InetAddress to) {
        byte[] address = to.getAddress();
        return request -> {
            expression(request, "immediate", () -> {
                request.u32(NFTA_IMMEDIATE_DREG, NFT_REG_1);
                value(request, NFTA_IMMEDIATE_DATA, address);
            });
            expression(
                    request,
                    "nat",
                    () -> request.u32(NFTA_NAT_TYPE, type)
                            .u32(NFTA_NAT_FAMILY, address.length == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6)
                            .u32(NFTA_NAT_REG_ADDR_MIN, NFT_REG_1));
        };
    }

    private static NftablesExpression compare(int operation, byte[] value) {
        return request -> expression(request, "cmp", () -> {
            request.u32(NFTA_CMP_SREG, NFT_REG_1).u32(NFTA_CMP_OP, operation);
            value(request, NFTA_CMP_DATA, value);
        });
    }

    private static void expression(NetlinkRequest request, String name, Runnable data) {
        request.nested(
                NFTA_LIST_ELEM, () -> request.string(NFTA_EXPR_NAME, name).nested(NFTA_EXPR_DATA, data));
    }

    private static void value(NetlinkRequest request, int type, byte[] value) {
        request.nested(type, () -> request.octets(NFTA_DATA_VALUE, value));
    }

    private static byte[] host32(int value) {
        byte[] octets = new byte[Integer.BYTES];
        MemorySegment.ofArray(octets).set(ValueLayout.JAVA_INT_UNALIGNED, 0, value);
        return octets;
    }
}
