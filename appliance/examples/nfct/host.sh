#!/bin/sh
# Has connections tracked, counted and stamped, and each of them told of. As root, in the network namespace that nursd reads.
set -eu

sysctl -qw net.netfilter.nf_conntrack_acct=1 net.netfilter.nf_conntrack_timestamp=1 net.netfilter.nf_conntrack_events=1
nft -f - <<'RULES'
table inet nurs {
    chain track {
        type filter hook prerouting priority 0;
        ct state new counter
    }
}
RULES
