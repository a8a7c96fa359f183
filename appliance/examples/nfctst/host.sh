#!/bin/sh
# Has connections tracked, which a namespace does not do until a rule asks for it. As root, in the network namespace that nursd reads.
set -eu

nft -f - <<'RULES'
table inet nurs {
    chain track {
        type filter hook prerouting priority 0;
        ct state new counter
    }
}
RULES
