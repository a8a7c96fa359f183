#!/bin/sh
# Writes into the mark of each new connection where it came in and goes out: host.sh INSIDE OUTSIDE, two interfaces. As root, in the network
# namespace that nursd reads.
#
#   0x1000  one of those that nursd takes      0x0f00  index of the interface that its first packet came in on
#   0x0001  it was begun from inside           0x00f0  index of the one that it left by
set -eu

inside=$1
outside=$2

index() {
    number=$(cat "/sys/class/net/$1/ifindex")
    if [ "$number" -gt 15 ]; then
        echo "$1 has index $number, and four bits hold 15: choose wider masks, here and in nurs.yaml" >&2
        exit 1
    fi
    echo "$number"
}

mark() { # in out direction
    value=$(printf '0x%x' $((0x1000 | $(index "$1") << 8 | $(index "$2") << 4 | $3)))
    for command in iptables ip6tables; do
        "$command" -t mangle -A FORWARD -i "$1" -o "$2" -m conntrack --ctstate NEW -j CONNMARK --set-xmark "$value/0x1ff1"
    done
}

sysctl -qw net.netfilter.nf_conntrack_acct=1 net.netfilter.nf_conntrack_timestamp=1 net.netfilter.nf_conntrack_events=1
mark "$inside" "$outside" 1
mark "$outside" "$inside" 0
