package io.nurs.appliance.demo;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

import io.netty.buffer.ByteBufAllocator;
import io.nurs.netlink.nftables.NftablesBatch;
import io.nurs.netlink.nftables.NftablesExpression;
import io.nurs.netlink.nftables.NftablesRequests;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The router's nftables rules, in nft(8)'s words:
 *
 * <pre>{@code
 * table inet nurs-demo {
 *     chain forward { type filter hook forward priority filter; counter; ct state established,related accept; }
 * }
 * table ip nurs-demo-nat {
 *     chain postrouting { type nat hook postrouting priority srcnat; meta l4proto tcp th dport PORT snat to ADDRESS; }
 * }
 * }</pre>
 */
final class DemoRules {
    private static final String TABLE = "nurs-demo";
    /** A family of its own: NAT in an inet table needs a newer kernel. */
    private static final String NAT_TABLE = "nurs-demo-nat";

    private static final String FORWARD = "forward";
    private static final String POSTROUTING = "postrouting";
    private static final byte TCP = 6;

    private DemoRules() {}

    /** The counter, and the rule that makes the namespace track connections: none would be without it. */
    static void install(NetlinkSession session) throws IOException {
        ByteBufAllocator allocator = session.allocator();
        session.send(new NftablesBatch(List.of(
                NftablesRequests.newTable(allocator, NFPROTO_INET, TABLE),
                NftablesRequests.newBaseChain(
                        allocator, NFPROTO_INET, TABLE, FORWARD, "filter", NF_INET_FORWARD, NF_IP_PRI_FILTER),
                NftablesRequests.newRule(
                        allocator, NFPROTO_INET, TABLE, FORWARD, List.of(NftablesExpression.counter())),
                NftablesRequests.newRule(
                        allocator,
                        NFPROTO_INET,
                        TABLE,
                        FORWARD,
                        List.of(
                                NftablesExpression.loadConntrackState(),
                                NftablesExpression.anyBit(CT_STATE_ESTABLISHED | CT_STATE_RELATED),
                                NftablesExpression.accept())))));
    }

    /** Gives TCP connections to {@code port} the source {@code to}. */
    static void installSourceNat(NetlinkSession session, int port, InetAddress to) throws IOException {
        ByteBufAllocator allocator = session.allocator();
        session.send(new NftablesBatch(List.of(
                NftablesRequests.newTable(allocator, NFPROTO_IPV4, NAT_TABLE),
                NftablesRequests.newBaseChain(
                        allocator,
                        NFPROTO_IPV4,
                        NAT_TABLE,
                        POSTROUTING,
                        "nat",
                        NF_INET_POST_ROUTING,
                        NF_IP_PRI_NAT_SRC),
                NftablesRequests.newRule(
                        allocator,
                        NFPROTO_IPV4,
                        NAT_TABLE,
                        POSTROUTING,
                        List.of(
                                NftablesExpression.loadTransportProtocol(),
                                NftablesExpression.equal(TCP),
                                NftablesExpression.loadDestinationPort(),
                                NftablesExpression.equal((byte) (port >>> 8), (byte) port),
                                NftablesExpression.sourceNat(to))))));
    }

    static Forwarded forwarded(NetlinkSession session) throws IOException {
        AtomicReference<Forwarded> counter = new AtomicReference<>();
        session.readRules(NftablesRequests.rules(session.allocator(), NFPROTO_INET, TABLE, FORWARD), rule -> {
            if (rule.hasCounter() && rule.table().equals(TABLE)) {
                counter.set(new Forwarded(rule.counterPackets(), rule.counterBytes()));
            }
        });
        Forwarded forwarded = counter.get();
        if (forwarded == null) {
            throw new IOException("the router's counter is gone: its rules were changed");
        }
        return forwarded;
    }
}
