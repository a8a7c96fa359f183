package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import io.nurs.appliance.source.ConntrackSysctls;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether anything in a namespace has it track connections: without a rule that asks for them it tracks none. */
final class TrackingCheck {
    /** As {@code nft list ruleset} prints expressions that need conntrack; iptables-nft's matches are named there too. */
    private static final Pattern NFT = Pattern.compile(
            "\\bct (original |reply )?(state|direction|status|mark|expiration|helper"
                    + "|label|l3proto|protocol|bytes|packets|avgpkt|zone|count|event|id|timeout|expectation|ip|ip6|saddr|daddr)\\b"
                    + "|\\b(masquerade|snat|dnat|redirect|synproxy)\\b|\\bflow (add|offload) @"
                    + "|\\bxt (match|target) \"(conntrack|state|conn[a-z]+|CONN[A-Z]+|MASQUERADE|[SD]NAT|REDIRECT|NETMAP|CT)\"");

    private static final Pattern IPTABLES = Pattern.compile(
            "-m (conntrack|state|conn[a-z]+)\\b|-j (CONN[A-Z]+|MASQUERADE|SNAT|DNAT|REDIRECT|NETMAP|SYNPROXY|CT)\\b");

    private static final String LOOK = "nft list ruleset";

    private TrackingCheck() {}

    /** @param ruleset of nft, null if it cannot be seen */
    static Finding finding(Place place, long entries, @Nullable String ruleset) throws IOException {
        String subject = place.subject("tracking");
        if (entries > 0) {
            return Finding.ok(subject, "%,d entries".formatted(entries));
        }
        if (asks(ruleset, place.output("iptables-save"), place.output("ip6tables-save"))) {
            return Finding.ok(subject, "no entry now, but rules that use conntrack");
        }
        if (ruleset == null) {
            return Finding.warn(
                    subject,
                    "no entry, and the rules cannot be seen from here: if there is traffic, none of them uses conntrack",
                    place.command(LOOK));
        }
        return Finding.fail(
                subject,
                "no entry and no rule that uses conntrack: nothing is tracked here, so nothing is exported. This rule starts"
                        + " it",
                place.command(ConntrackSysctls.STARTS_TRACKING));
    }

    static boolean asks(@Nullable String nft, @Nullable String... iptables) {
        if (nft != null && NFT.matcher(nft).find()) {
            return true;
        }
        for (String rules : iptables) {
            if (rules != null && IPTABLES.matcher(rules).find()) {
                return true;
            }
        }
        return false;
    }
}
