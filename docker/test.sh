#!/usr/bin/env bash
# Builds the image, and tests it on this machine's kernel in a network namespace of its own, run as docker/README.md says.
# Needs root and: buildah podman runc mmdebstrap nfdump nftables conntrack iproute2 curl python3-yaml. `docker/test.sh IMAGE` tests one that is built.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=docker/engine.sh
. docker/engine.sh

image=${1:-localhost/nurs:test}
# What README.md tells to write after `docker run`.
flags="--network host --cap-drop ALL --cap-add NET_ADMIN --security-opt no-new-privileges --read-only"
# podman's --read-only leaves tmpfs behind, docker's does not.
as_docker="--read-only-tmpfs=false"
state="-v nurs-state:/var/lib/nurs"
work=$(mktemp -d)
space=nurs-image-$$
stop_limit_millis=2000

cleanup() {
  podman rm -af -t 0 >/dev/null 2>&1 || true
  podman volume prune -f >/dev/null 2>&1 || true
  [ -z "${nfcapd-}" ] || kill "$nfcapd" 2>/dev/null || true
  [ -z "${sink-}" ] || kill "$sink" 2>/dev/null || true
  ip netns del "$space" 2>/dev/null || true
  rm -rf "$work"
  drop_store
}
trap cleanup EXIT

fail() {
  echo "FAILED: $*" >&2
  podman logs nurs 2>&1 | tail -20 >&2 || true
  exit 1
}

inside() { nsenter --net=/run/netns/$space "$@"; }

wait_for() {
  local what=$1
  shift
  for _ in $(seq 300); do
    if "$@"; then
      return
    fi
    sleep 0.1
  done
  fail "waited 30 s for $what"
}

build() {
  docker/stand-in.sh
  buildah bud -q --format docker --layers --network host -f docker/Dockerfile -t "$image" . >/dev/null
}

network() {
  ip netns add "$space"
  inside ip link set lo up
  inside nft -f - <<'END'
table inet nurs {
  chain out { type filter hook output priority 0; ct state established,new,related accept; }
}
END
  inside sysctl -qw net.netfilter.nf_conntrack_acct=1 net.netfilter.nf_conntrack_timestamp=1 net.netfilter.nf_conntrack_events=1
  nsenter --net="/run/netns/$space" python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 7000))
while True: s.recv(2048)' &
  sink=$!
}

# send FLOWS PACKETS [SOURCE-PORT]: each packet has 100 octets, 72 of them ours.
send() {
  inside python3 -c 'import socket, sys
flows, packets, port = map(int, sys.argv[1:])
for flow in range(flows):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        if port: s.bind(("127.0.0.1", port))
        for _ in range(packets): s.sendto(b"x" * 72, ("127.0.0.1", 7000))' "$1" "$2" "${3-0}"
}

end_flows() { inside conntrack -D -p udp --dport 7000 >/dev/null 2>&1; }

collector() {
  rm -rf "$work/flows" && mkdir "$work/flows"
  nsenter --net="/run/netns/$space" nfcapd -b 127.0.0.1 -p 9995 -w "$work/flows" -t 3600 >"$work/nfcapd.log" 2>&1 &
  nfcapd=$!
  wait_for "nfcapd to listen" listening
}

listening() { inside ss -Hlun 'sport = :9995' | grep -q .; }

# Ends nfcapd; what has reached it of our traffic is in $collected: flows packets octets.
collect() {
  wait_for "nfcapd to have read all" read_up
  kill "$nfcapd"
  wait "$nfcapd" || true
  nfcapd=
  collected=$(nfdump -R "$work/flows" -q -N -o 'fmt:%pkt %byt' 'dst port 7000' |
    awk 'NF == 2 { n++; p += $1; o += $2 } END { print n + 0, p + 0, o + 0 }')
}

read_up() { [ "$(inside ss -Hlun 'sport = :9995' | awk '{ print $2 }')" = 0 ]; }

# start FLAGS -- ARGUMENTS: in the background, as the container nurs.
start() {
  local options=()
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  podman rm -f -t 0 nurs >/dev/null 2>&1 || true
  inside podman run -d --name nurs "${options[@]}" "$image" "$@" >/dev/null
  wait_for "nursd to run" said "nursd is running"
  # What the first walk over the table finds counts as from before (first-start: baseline).
  sleep 2
}

# Not grep -q: it ends at the first line, and pipefail takes podman's complaint of that for an answer.
said() { podman logs nurs 2>&1 | grep "$@" >/dev/null; }

stop() {
  podman stop -t 30 nurs >/dev/null
  [ "$(podman inspect -f '{{.State.ExitCode}}' nurs)" = 0 ] || fail "the exit code is not 0 after SIGTERM"
}

configuration() {
  cat >"$work/nursd.yaml"
  chmod 644 "$work/nursd.yaml"
}

expect() { [ "$2" = "$3" ] || fail "$1: expected $2, got $3"; }

the_readme_says_what_is_tested() {
  grep -qF -- "docker run $flags" docker/README.md || fail "docker/README.md has other flags"
}

flows_arrive_at_a_collector() {
  collector
  start $flags $as_docker -- run --collector netflow9://127.0.0.1:9995
  send 40 25
  end_flows
  stop
  collect
  expect "flows, packets, octets" "40 1000 100000" "$collected"
  said ' WARN ' && fail "it warns" || true
}

only_net_admin_is_left() {
  start $flags $as_docker -- run --collector netflow9://127.0.0.1:9995
  local pid
  pid=$(podman inspect -f '{{.State.Pid}}' nurs)
  expect "effective, permitted and bounding capabilities" "0000000000001000 0000000000001000 0000000000001000" \
    "$(awk '/^Cap(Prm|Eff|Bnd)/ { printf "%s%s", s, $2; s = " " }' "/proc/$pid/status")"
  expect "no new privileges" 1 "$(awk '/^NoNewPrivs/ { print $2 }' "/proc/$pid/status")"
  expect "PID inside" 1 "$(awk '/^NSpid/ { print $NF }' "/proc/$pid/status")"
  awk '$5 == "/" { print $6 }' "/proc/$pid/mountinfo" | grep '^ro' >/dev/null || fail "the root file system can be written"
  stop
}

without_net_admin_it_says_so() {
  podman run --rm ${flags/ --cap-add NET_ADMIN/} $as_docker "$image" run --collector netflow9://127.0.0.1:9995 >"$work/out" 2>&1 &&
    fail "it ran without CAP_NET_ADMIN"
  grep -q 'needs CAP_NET_ADMIN' "$work/out" || fail "no word of CAP_NET_ADMIN: $(cat "$work/out")"
}

nothing_but_the_state_can_be_written() {
  configuration <<'END'
stacks:
  - { name: flows, source: { type: conntrack, state-file: /etc/totals }, exporters: [main] }
exporters:
  main: { type: netflow9, collector: "127.0.0.1:9995" }
END
  inside podman run --rm $flags $as_docker -v "$work/nursd.yaml:/etc/nurs/nursd.yaml:ro" "$image" \
    run --config /etc/nurs/nursd.yaml >"$work/out" 2>&1 && fail "a state file in /etc was written"
  grep -qi 'read-only' "$work/out" || fail "no word of a read-only file system: $(cat "$work/out")"
}

totals_outlive_the_container() {
  configuration <<'END'
stacks:
  - { name: flows, source: { type: conntrack, state-file: /var/lib/nurs/totals }, exporters: [main] }
exporters:
  main: { type: netflow9, collector: "127.0.0.1:9995" }
END
  local mounts="$state -v $work/nursd.yaml:/etc/nurs/nursd.yaml:ro" began millis
  collector
  start $flags $as_docker $mounts -- run --config /etc/nurs/nursd.yaml
  send 1 30 7100
  began=$(date +%s%3N)
  stop
  millis=$(($(date +%s%3N) - began))
  echo "  stopped in $millis ms"
  [ "$millis" -lt "$stop_limit_millis" ] || fail "it took $millis ms to stop"
  send 1 12 7100
  start $flags $as_docker $mounts -- run --config /etc/nurs/nursd.yaml
  end_flows
  stop
  collect
  expect "packets and octets of before and after" "42 4200" "${collected#* }"
}

usr2_has_live_flows_reported() {
  start $flags $as_docker -- run --collector netflow9://127.0.0.1:9995
  inside podman run -d --name collector $flags $as_docker "$image" collect --listen udp://127.0.0.1:9995 --format json >/dev/null
  wait_for "the image's own collector" listening
  send 1 5 7200
  podman kill -s USR2 nurs >/dev/null
  # Before their minute (active-timeout) is over.
  wait_for "a report of what was sent" reported
  podman rm -f collector >/dev/null
  end_flows
  stop
}

reported() { podman logs collector 2>/dev/null | grep '"packetDeltaCount":5,' >/dev/null; }

podman_runs_it_as_another_user() {
  collector
  start $flags $as_docker --user 10001:10001 -- run --collector netflow9://127.0.0.1:9995
  expect "the user" 10001 "$(awk '/^Uid/ { print $2 }' "/proc/$(podman inspect -f '{{.State.Pid}}' nurs)/status")"
  send 3 7
  end_flows
  stop
  collect
  expect "flows, packets, octets" "3 21 2100" "$collected"
}

another_namespace_is_read_with_sys_admin() {
  configuration <<END
stacks:
  - { name: flows, source: { type: conntrack, namespace: $space }, exporters: [main] }
exporters:
  main: { type: ipfix, file: { path: /var/lib/nurs/flows.ipfix } }
END
  local mounts="-v /run/netns:/run/netns:ro,rslave $state -v $work/nursd.yaml:/etc/nurs/nursd.yaml:ro"
  podman rm -f -t 0 nurs >/dev/null 2>&1 || true
  # Not inside: its own network is an empty one.
  podman run -d --name nurs ${flags/--network host/--network none} $as_docker --cap-add SYS_ADMIN $mounts "$image" \
    run --config /etc/nurs/nursd.yaml >/dev/null
  wait_for "nursd to run" said "nursd is running"
  sleep 2
  send 2 9
  end_flows
  stop
  said '2 ended = 2 exported' || fail "the flows of $space are not there"
}

the_examples_are_right() {
  python3 -c 'import sys, yaml
documents = yaml.safe_load_all(open("docker/kubernetes.yaml"))
print(next(d for d in documents if d["kind"] == "ConfigMap")["data"]["nursd.yaml"])' >"$work/kubernetes.yaml"
  cp docker/lab/nursd.conf.yaml "$work/lab.yaml"
  local example
  for example in kubernetes lab; do
    podman run --rm $flags $as_docker -v "$work/$example.yaml:/etc/nurs/nursd.yaml:ro" "$image" check --config /etc/nurs/nursd.yaml >"$work/out" 2>&1 ||
      fail "the configuration of $example: $(cat "$work/out")"
  done
}

the_image_has_what_it_should() {
  local root
  root=$(podman image mount "$image")
  for path in usr/share/doc/nurs/LICENSE usr/share/doc/nurs/nurs.cdx.json usr/lib/nurs/runtime/legal/java.base/LICENSE; do
    [ -s "$root/$path" ] || fail "no $path in the image"
  done
  grep -q '"bomFormat" : "CycloneDX"' "$root/usr/share/doc/nurs/nurs.cdx.json" || fail "the SBOM is none"
  [ -z "$(find "$root" \( -name sh -o -name bash -o -name busybox \) -type f)" ] || fail "there is a shell"
  podman image unmount "$image" >/dev/null
  expect "the version" "nursd" "$(podman run --rm "$image" --version | awk 'NR == 1 { print $1 }')"
  # A cache that does not fit is passed over in silence, unless told otherwise.
  podman run --rm -e _JAVA_OPTIONS="-XX:AOTMode=on" "$image" --version >/dev/null 2>&1 || fail "the AOT cache cannot be used"
}

the_status_page_answers() {
  start $flags $as_docker -- run --collector netflow9://127.0.0.1:9995
  inside curl -fsS http://127.0.0.1:9469/healthz >/dev/null || fail "/healthz does not answer"
  inside curl -fsS http://127.0.0.1:9469/metrics | grep '^nurs_' >/dev/null || fail "no metrics of nurs"
  inside podman healthcheck run nurs || fail "the health check of one that is well"
  inside podman run --rm --network none "$image" healthcheck >/dev/null 2>&1 && fail "the health check where nobody is"
  stop
}

hup_has_the_configuration_read_again() {
  configuration <<'END'
stacks:
  - { name: flows, source: { type: conntrack }, exporters: [main] }
exporters:
  main: { type: netflow9, collector: "127.0.0.1:9995" }
END
  start $flags $as_docker -v "$work/nursd.yaml:/etc/nurs/nursd.yaml:ro" -- run --config /etc/nurs/nursd.yaml
  podman kill -s HUP nurs >/dev/null
  wait_for "a word of the reload" said 'reloaded:'
  stop
}

[ -n "${1-}" ] || build
network
for test in the_readme_says_what_is_tested the_examples_are_right the_image_has_what_it_should flows_arrive_at_a_collector only_net_admin_is_left \
  without_net_admin_it_says_so nothing_but_the_state_can_be_written totals_outlive_the_container usr2_has_live_flows_reported \
  podman_runs_it_as_another_user another_namespace_is_read_with_sys_admin \
  the_status_page_answers hup_has_the_configuration_read_again; do
  echo "image: ${test//_/ }"
  "$test"
done
echo "image: all well"
