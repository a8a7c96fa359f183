#!/bin/sh
# A table with counters and a quota for what is forwarded, and a rule that traces one packet in a minute. As root, in the network
# namespace that nursd reads.
set -eu

nft -f - <<'RULES'
table inet watched {
  counter tcp { comment "forwarded TCP"; }
  counter udp { comment "forwarded UDP"; }
  quota udp-day { over 10 gbytes }
  chain sample {
    type filter hook prerouting priority -350;
    meta l4proto udp limit rate 1/minute burst 1 packets meta nftrace set 1
  }
  chain count {
    type filter hook forward priority 50;
    meta l4proto tcp counter name "tcp"
    meta l4proto udp counter name "udp" quota name "udp-day"
  }
}
RULES
