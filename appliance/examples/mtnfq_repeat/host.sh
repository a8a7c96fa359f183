#!/bin/sh
# Has pings wait for nursd, unless it has marked them, and counts those. As root, in the network namespace that nursd reads.
set -eu

iptables -w -A FORWARD -p icmp -m mark ! --mark 10 -j NFQUEUE --queue-balance 1:4 --queue-bypass
iptables -w -A FORWARD -m mark --mark 10
