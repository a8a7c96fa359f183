#!/bin/sh
# Has connections tracked, counted and told of, and what is forwarded counted in an accounting object. As root, in the network namespace that
# nursd reads.
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
nfacct add forwarded
iptables -A FORWARD -m nfacct --nfacct-name forwarded
