#!/bin/sh
# Has conntrack look at what arrives at a mirror port: host.sh PORT [NAMESPACE]. As root, outside the namespace, which is made here. The
# port is moved into it and is of no use for anything else then.
set -eu

port=$1
namespace=${2:-mirror}

inside() {
    ip netns exec "$namespace" "$@"
}

ip netns add "$namespace"
ip -n "$namespace" link set lo up

# Where all packets are sent, so that they pass the whole way through the kernel: conntrack keeps an entry only of what leaves again. A
# pair of veth, whose other end drops them; large enough for what the port's driver has merged.
ip -n "$namespace" link add sink mtu 65535 arp off type veth peer name drain mtu 65535 arp off
ip -n "$namespace" link set drain up
ip -n "$namespace" link set sink up

# Forwarding, whoever the sender is. TCP: a mirror port loses packets when it is too slow, and checksums may have been left to the sender's card.
inside sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
    net.ipv4.conf.all.send_redirects=0 net.netfilter.nf_conntrack_tcp_be_liberal=1 net.netfilter.nf_conntrack_checksum=0 \
    net.netfilter.nf_conntrack_acct=1 net.netfilter.nf_conntrack_timestamp=1 net.netfilter.nf_conntrack_events=1

ip link set "$port" netns "$namespace"
inside sysctl -qw "net.ipv4.conf.$port.rp_filter=0" "net.ipv6.conf.$port.addr_gen_mode=1"
ip -n "$namespace" link set "$port" arp off promisc on up
ip -n "$namespace" route add default dev sink
ip -n "$namespace" -6 route add default dev sink

# Frames for other hosts are dropped before IP sees them, unless they are made ours; packets on their last hop are not forwarded. One rule that
# asks for it, and connections are tracked.
inside nft -f - <<RULES
table netdev nurs {
    chain port {
        type filter hook ingress device "$port" priority 0;
        ether type ip meta pkttype set host ip ttl set 64 accept
        ether type ip6 meta pkttype set host ip6 hoplimit set 64 accept
        drop
    }
    chain drain {
        type filter hook ingress device "drain" priority 0;
        drop
    }
}
table inet nurs {
    chain track {
        type filter hook prerouting priority 0;
        ct state new counter
    }
}
RULES
