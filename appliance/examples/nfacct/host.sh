#!/bin/sh
# Counts what is forwarded, by protocol, in accounting objects. As root, in the network namespace that nursd reads.
set -eu

for protocol in tcp udp icmp; do
    nfacct add "forwarded-$protocol"
    iptables -A FORWARD -p "$protocol" -m nfacct --nfacct-name "forwarded-$protocol"
done
