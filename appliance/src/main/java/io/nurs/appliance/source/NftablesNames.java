package io.nurs.appliance.source;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

/** Numbers of nf_tables as nft(8) writes them. None allocates but for numbers that it does not know. */
public final class NftablesNames {
    private NftablesNames() {}

    /** Of {@code NFPROTO_*}. */
    public static String family(int number) {
        return switch (number) {
            case NFPROTO_INET -> "inet";
            case NFPROTO_IPV4 -> "ip";
            case NFPROTO_ARP -> "arp";
            case NFPROTO_NETDEV -> "netdev";
            case NFPROTO_BRIDGE -> "bridge";
            case NFPROTO_IPV6 -> "ip6";
            default -> Integer.toString(number);
        };
    }

    /** Of {@code NF_*} or {@code NFT_*}. */
    public static String verdict(int code) {
        // The kernel keeps the queue's number in the upper half.
        return switch (code) {
            case NF_DROP -> "drop";
            case NF_ACCEPT -> "accept";
            case NF_STOLEN -> "stolen";
            case NF_REPEAT -> "repeat";
            case NFT_CONTINUE -> "continue";
            case NFT_BREAK -> "break";
            case NFT_JUMP -> "jump";
            case NFT_GOTO -> "goto";
            case NFT_RETURN -> "return";
            default -> code > 0 && (code & 0xff) == NF_QUEUE ? "queue" : Integer.toString(code);
        };
    }

    /** Of {@code NFT_OBJECT_*}. */
    static String object(int type) {
        return switch (type) {
            case NFT_OBJECT_COUNTER -> "counter";
            case NFT_OBJECT_QUOTA -> "quota";
            case NFT_OBJECT_CT_HELPER -> "ct helper";
            case NFT_OBJECT_LIMIT -> "limit";
            case NFT_OBJECT_CT_TIMEOUT -> "ct timeout";
            case NFT_OBJECT_CT_EXPECT -> "ct expectation";
            case NFT_OBJECT_SECMARK -> "secmark";
            case NFT_OBJECT_SYNPROXY -> "synproxy";
            default -> "object " + type;
        };
    }

    /** Of a base chain's hook, of tables for packets of IP. */
    static String hook(int family, int number) {
        boolean ip = family == NFPROTO_INET || family == NFPROTO_IPV4 || family == NFPROTO_IPV6;
        String[] names = {"prerouting", "input", "forward", "output", "postrouting", "ingress"};
        return ip && number >= 0 && number < names.length ? names[number] : Integer.toString(number);
    }
}
