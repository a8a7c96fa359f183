#!/bin/sh
# A table with counters and a quota for what is forwarded, and a rule that traces one packet in a minute. As root, in the network
# namespace that nursd reads.
set -eu

nft -f - <<'RULES'
table inet watched {
  counter tcp_forwarded {
    comment "both directions"
  }
  counter udp_forwarded {
    comment "both directions"
  }
  quota udp_day { over 10000 mbytes }
  chain sample {
    type filter hook prerouting priority -350;
    meta l4proto udp limit rate 1/minute burst 1 packets meta nftrace set 1
  }
  chain count {
    type filter hook forward priority 50;
    meta l4proto tcp counter name "tcp_forwarded"
    meta l4proto udp counter name "udp_forwarded" quota name "udp_day"
  }
}
RULES
