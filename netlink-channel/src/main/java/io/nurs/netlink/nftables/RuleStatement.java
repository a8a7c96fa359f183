package io.nurs.netlink.nftables;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

import org.jspecify.annotations.Nullable;

/** How nft writes the statements that need no register. Null where it is not known how. */
final class RuleStatement {
    private static final String[] LEVELS = {"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug", "audit"
    };
    private static final int DEFAULT_BURST = 5;

    private RuleStatement() {}

    static @Nullable String object(NftablesExpressions step) {
        String name = step.string(NFTA_OBJREF_IMM_NAME);
        String kind = switch (step.number(NFTA_OBJREF_IMM_TYPE, -1)) {
            case NFT_OBJECT_COUNTER -> "counter";
            case NFT_OBJECT_QUOTA -> "quota";
            case NFT_OBJECT_LIMIT -> "limit";
            default -> null;
        };
        return name == null || kind == null ? null : kind + " name \"" + name + '"';
    }

    static @Nullable String limit(NftablesExpressions step) {
        String unit = switch ((int) step.u64(NFTA_LIMIT_UNIT)) {
            case 1 -> "second";
            case 60 -> "minute";
            case 3600 -> "hour";
            case 86_400 -> "day";
            case 604_800 -> "week";
            default -> null;
        };
        if (unit == null || step.number(NFTA_LIMIT_TYPE, -1) != NFT_LIMIT_PKTS) {
            return null;
        }
        String over = (step.number(NFTA_LIMIT_FLAGS, 0) & NFT_LIMIT_F_INV) != 0 ? "over " : "";
        int burst = step.number(NFTA_LIMIT_BURST, DEFAULT_BURST);
        return "limit rate " + over + Long.toUnsignedString(step.u64(NFTA_LIMIT_RATE)) + "/" + unit
                + (burst == DEFAULT_BURST ? "" : " burst " + Integer.toUnsignedString(burst) + " packets");
    }

    static @Nullable String log(NftablesExpressions step) {
        int level = step.number(NFTA_LOG_LEVEL, NFT_LOGLEVEL_WARNING);
        if (step.number(NFTA_LOG_FLAGS, 0) != 0 || level < 0 || level >= LEVELS.length) {
            return null;
        }
        String prefix = step.string(NFTA_LOG_PREFIX);
        return "log" + (prefix == null ? "" : " prefix \"" + prefix + '"')
                + option(step, " group ", NFTA_LOG_GROUP)
                + option(step, " snaplen ", NFTA_LOG_SNAPLEN)
                + option(step, " queue-threshold ", NFTA_LOG_QTHRESHOLD)
                + (level == NFT_LOGLEVEL_WARNING ? "" : " level " + LEVELS[level]);
    }

    private static String option(NftablesExpressions step, String name, int type) {
        return step.has(type) ? name + Integer.toUnsignedString(step.number(type, 0)) : "";
    }

    /** @param family what the packet is, 0 if the rule has not said so */
    static @Nullable String reject(NftablesExpressions step, int tableFamily, int family) {
        int type = step.number(NFTA_REJECT_TYPE, -1);
        if (type == NFT_REJECT_TCP_RST) {
            return "reject with tcp reset";
        }
        // Port unreachable, which is the default, by each family's own number.
        int usual = type == NFT_REJECT_ICMPX_UNREACH ? 1 : tableFamily == NFPROTO_IPV6 ? 4 : 3;
        boolean own = type == NFT_REJECT_ICMPX_UNREACH || family == tableFamily;
        return own && step.number(NFTA_REJECT_ICMP_CODE, -1) == usual ? "reject" : null;
    }
}
