#!/usr/bin/env bash
# Builds the Debian package, and has apt install, upgrade and purge it in a container with systemd, with real traffic on this machine's kernel in
# the container's network namespace. Needs root, a JDK 25 and: binutils bash-completion buildah conntrack curl dpkg-dev iproute2 lintian man-db mmdebstrap nfdump
# nftables podman procps python3 runc. `docker/package/test.sh DIRECTORY` tests what an earlier run has left there with KEEP=DIRECTORY.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=docker/engine.sh
. docker/engine.sh

work=$(mktemp -d)
box=nurs-deb-$$
image=localhost/nurs-systemd:test
# Paths in the container.
conf=/etc/nurs/nursd.yaml

cleanup() {
  local pid
  for pid in ${collectors[@]+"${collectors[@]}"} ${sink-} ${base-}; do kill "$pid" 2>/dev/null || true; done
  podman rm -f -t 0 "$box" >/dev/null 2>&1 || true
  rm -rf "$work"
  drop_store
}
trap cleanup EXIT
declare -A collectors=()

fail() {
  echo "FAILED: $*" >&2
  in_box journalctl -u nursd -n 30 --no-pager >&2 2>/dev/null || true
  exit 1
}

in_box() { podman exec "$box" "$@"; }

# With this machine's tools, in the container's network.
inside() { nsenter --net="/proc/$box_pid/ns/net" "$@"; }

wait_for() {
  local what=$1
  shift
  for _ in $(seq 600); do
    if "$@"; then
      return
    fi
    sleep 0.1
  done
  fail "waited a minute for $what"
}

expect() { [ "$2" = "$3" ] || fail "$1: expected $2, got $3"; }

build() {
  debian_image >"$work/image.log" 2>&1 &
  base=$!
  ./mvnw -q -B -ntp -Psbom -Dmaven.test.skip=true -Dspotless.check.skip=true package
  local compression=${KEEP:+xz} epoch
  epoch=$(date -d "$(sed -n 's,.*<project.build.outputTimestamp>\(.*\)</.*,\1,p' pom.xml)" +%s)
  JAVA_HOME=$(jdk) SOURCE_DATE_EPOCH=$epoch docker/runtime.sh "$work/tree" /usr/lib/nurs
  # xz takes its time, and is of no matter here.
  NURS_TREE=$work/tree VERSION=1.0-1 NURS_COMPRESSION=${compression:-gzip} docker/package/build.sh "$work/debs" >/dev/null
  NURS_TREE=$work/tree VERSION=1.1-1 NURS_COMPRESSION=none docker/package/build.sh "$work/debs" >/dev/null
  [ -z "${KEEP-}" ] || cp "$work"/debs/* "$KEEP"
  wait "$base" || fail "the container's image: $(cat "$work/image.log")"
  base=
}

packages() {
  mkdir "$work/debs"
  if [ -n "${1-}" ]; then
    cp "$1"/nurs_1.[01]-1_*.deb "$work/debs"
    debian_image
  else
    build
  fi
  first=$(echo "$work"/debs/nurs_1.0-1_*.deb)
  second=$(echo "$work"/debs/nurs_1.1-1_*.deb)
  echo "  $(($(stat -c %s "$first") / 1000)) kB, installed $(dpkg-deb -f "$first" Installed-Size) KiB, depends on $(dpkg-deb -f "$first" Depends)"
}

jdk() {
  local home
  for home in "${JAVA_HOME-}" /usr/lib/jvm/*; do
    if grep -qs '^JAVA_VERSION="25' "$home/release"; then
      echo "$home"
      return
    fi
  done
}

# Of the Debian that this machine runs; never pushed.
debian_image() {
  if podman image exists "$image"; then
    return
  fi
  mmdebstrap --quiet --variant=apt --mode=root --format=tar --include=systemd-sysv,iproute2 \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$work/base.tar"
  podman import -q "$work/base.tar" "$image"
  rm "$work/base.tar"
}

boot() {
  podman run -d --name "$box" --systemd=always --privileged --network none -v "$work/debs:/debs:ro" "$image" /sbin/init >/dev/null
  box_pid=$(podman inspect -f '{{.State.Pid}}' "$box")
  wait_for "systemd to be up" booted
  inside ip link set lo up
  inside nft -f - <<'RULES'
table inet nurs {
  chain out { type filter hook output priority 0; ct state established,new,related accept; }
}
RULES
  inside sysctl -qw net.netfilter.nf_conntrack_acct=0 net.netfilter.nf_conntrack_timestamp=0 net.netfilter.nf_conntrack_events=0
  nsenter --net="/proc/$box_pid/ns/net" python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 7000))
while True: s.recv(2048)' &
  sink=$!
}

booted() { in_box systemctl is-system-running 2>/dev/null | grep -E '^(running|degraded)' >/dev/null; }

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

# collector PORT
collector() {
  mkdir -p "$work/flows-$1"
  nsenter --net="/proc/$box_pid/ns/net" nfcapd -b 127.0.0.1 -p "$1" -w "$work/flows-$1" -t 3600 >"$work/nfcapd-$1.log" 2>&1 &
  collectors[$1]=$!
  wait_for "nfcapd to listen" listening "$1"
}

listening() { inside ss -Hlun "sport = :$1" | grep . >/dev/null; }

# collected PORT: ends that nfcapd, and prints the flows, packets and octets of ours that it has.
collected() {
  wait_for "nfcapd to have read all" read_up "$1"
  kill "${collectors[$1]}"
  wait "${collectors[$1]}" || true
  unset "collectors[$1]"
  collected=$(nfdump -R "$work/flows-$1" -q -N -o 'fmt:%pkt %byt' 'dst port 7000' |
    awk 'NF == 2 { n++; p += $1; o += $2 } END { print n + 0, p + 0, o + 0 }')
}

read_up() { [ "$(inside ss -Hlun "sport = :$1" | awk '{ print $2 }')" = 0 ]; }

active() { [ "$(in_box systemctl is-active nursd 2>/dev/null)" = active ]; }

main_pid() { in_box systemctl show -P MainPID nursd; }

said() { in_box journalctl -u nursd --no-pager -o cat 2>/dev/null | grep -F -- "$1" >/dev/null; }

# metric NAME [LABEL]: the sum of that name's series, or of those with the label. 0 if nobody answers.
metric() {
  { inside curl -fsS http://127.0.0.1:9469/metrics 2>/dev/null || true; } |
    awk -v "name=$1" -v "label=${2-}" 'index($1, name) == 1 && (label == "" || index($0, label)) { sum += $NF } END { print sum + 0 }'
}

records() { metric nurs_export_records_total 'kind="flow"'; }

# More than the first walk over the table is done, and what it finds counts as from before (first-start: baseline).
walked() { [ "$(metric nurs_walk_laps_total)" -ge 1 ]; }

sent() { [ "$(records)" -ge "$1" ]; }

no_lintian_errors() {
  lintian --fail-on error,warning "$first" >"$work/lintian" 2>&1 || fail "lintian: $(cat "$work/lintian")"
}

man_pages_render() {
  mkdir "$work/tree-of-deb"
  dpkg-deb -x "$first" "$work/tree-of-deb"
  local page
  for page in man8/nursd.8.gz man5/nursd.yaml.5.gz; do
    MANWIDTH=80 man --warnings -E UTF-8 -l "$work/tree-of-deb/usr/share/man/$page" >"$work/page" 2>"$work/warnings"
    [ ! -s "$work/warnings" ] || fail "$page: $(cat "$work/warnings")"
    [ "$(wc -l <"$work/page")" -gt 100 ] || fail "$page is short"
  done
  grep -q 'active-timeout' "$work/page" || fail "nursd.yaml(5) does not name active-timeout"
}

the_shell_completes() {
  local words
  words=$(bash -c '. "$1"; COMP_WORDS=(nursd rel); COMP_CWORD=1; _complete_nursd; echo "${COMPREPLY[*]}"' - \
    "$work/tree-of-deb/usr/share/bash-completion/completions/nursd")
  expect "nursd rel<TAB>" reload "$words"
}

paths() {
  in_box find /etc /usr /var /run/nurs /run/private -xdev \( -path /var/lib/dpkg -o -path /var/cache -o -path /var/log -o -path /var/lib/apt -o -path /var/tmp \) -prune \
    -o -print 2>/dev/null | grep -v '^/run/private$' | sort || true
}

one_command_installs_and_starts_it() {
  paths >"$work/before"
  in_box apt-get install -y --no-install-recommends "/debs/$(basename "$first")" >"$work/apt.log" 2>&1 || fail "apt: $(cat "$work/apt.log")"
  wait_for "the service to be up" active
  expect "enabled" enabled "$(in_box systemctl is-enabled nursd)"
  in_box nursd check --config $conf >"$work/out" 2>&1 || fail "the configuration that it brings: $(cat "$work/out")"
  grep -qi warning "$work/out" && fail "a warning: $(cat "$work/out")"
  local name
  for name in acct timestamp events; do
    expect "nf_conntrack_$name" 1 "$(inside sysctl -n "net.netfilter.nf_conntrack_$name")"
  done
  # A cache that does not fit is passed over in silence, unless told otherwise.
  in_box env _JAVA_OPTIONS=-XX:AOTMode=on nursd --version >"$work/out" 2>&1 || fail "the AOT cache cannot be used: $(cat "$work/out")"
}

the_unit_is_sound() {
  in_box systemd-analyze verify --man=no nursd.service >"$work/out" 2>&1 || true
  [ ! -s "$work/out" ] || fail "systemd-analyze verify: $(cat "$work/out")"
  in_box systemd-analyze security --offline=yes --threshold=19 /usr/lib/systemd/system/nursd.service >"$work/out" 2>&1 ||
    fail "exposed: $(tail -1 "$work/out")"
  echo "  $(tail -1 "$work/out")"
}

only_net_admin_is_left() {
  local status
  status=$(in_box cat "/proc/$(main_pid)/status")
  expect "effective, permitted and bounding capabilities" "0000000000001000 0000000000001000 0000000000001000" \
    "$(awk '/^Cap(Prm|Eff|Bnd)/ { printf "%s%s", s, $2; s = " " }' <<<"$status")"
  expect "no new privileges, filtered system calls" "1 2" "$(awk '/^NoNewPrivs/ { n = $2 } /^Seccomp:/ { print n, $2 }' <<<"$status")"
  [ "$(awk '/^Uid/ { print $2 }' <<<"$status")" -ge 61184 ] || fail "its user is not one of systemd's dynamic ones"
}

flows_go_where_the_edited_file_says() {
  collector 9996
  in_box sed -i 's/127.0.0.1:9995/127.0.0.1:9996/' $conf
  in_box systemctl restart nursd
  wait_for "the first walk" walked
  send 40 25
  end_flows
  wait_for "the records" sent 40
  collected 9996
  expect "flows, packets, octets" "40 1000 100000" "$collected"
  in_box nursd healthcheck || fail "healthcheck says that it is not well"
}

systemctl_reload_takes_up_a_changed_file() {
  local before
  before=$(main_pid)
  collector 9997
  in_box sed -i 's/127.0.0.1:9996/127.0.0.1:9997/' $conf
  in_box systemctl reload nursd || fail "systemctl reload"
  said 'exporter main changed' || fail "no word of the reload"
  expect "the process" "$before" "$(main_pid)"
  send 3 7
  end_flows
  wait_for "the records" sent 3
  collected 9997
  expect "flows, packets, octets" "3 21 2100" "$collected"
}

a_file_with_mistakes_changes_nothing() {
  local before
  before=$(main_pid)
  in_box cp $conf /etc/nurs/good
  in_box sed -i 's/#dscp: 0/dscp: 99/' $conf
  in_box systemctl reload nursd >"$work/out" 2>&1 && fail "a reload with a broken file succeeds"
  said 'exporters.main.dscp: 99 is outside 0 to 63' || fail "the log does not say what is wrong"
  active || fail "it is not active any more"
  expect "the process" "$before" "$(main_pid)"
  in_box mv /etc/nurs/good $conf
  in_box systemctl reload nursd || fail "reload of the good file"
}

restarted() { active && [ "$(main_pid)" != "$1" ] && walked; }

# told PACKETS: that is what the flow from port 7100 has come to, in all reports of it that have arrived.
told() {
  [ "$(in_box cat /tmp/flows | grep -F '"sourceTransportPort":7100,' | sed -n 's/.*"packetDeltaCount":\([0-9]*\).*/\1/p' | awk '{ sum += $1 } END { print sum + 0 }')" = "$1" ]
}

# One flow lives through kill -9 and an upgrade, and is told to the last packet.
totals_outlive_kill_and_upgrade() {
  local before
  podman exec -d "$box" sh -c 'echo $$ >/tmp/collect.pid; exec nursd collect --listen udp://127.0.0.1:9998 --format json >/tmp/flows 2>/tmp/collect.log' >/dev/null
  wait_for "nursd collect to listen" listening 9998
  in_box sed -i 's/127.0.0.1:9997/127.0.0.1:9998/' $conf
  in_box systemctl reload nursd
  send 1 30 7100
  before=$(main_pid)
  in_box systemctl kill -s USR2 nursd
  wait_for "a report at once" told 30
  in_box systemctl kill -s KILL nursd
  wait_for "systemd to restart it" restarted "$before"
  send 1 12 7100
  before=$(main_pid)
  in_box apt-get install -y --no-install-recommends "/debs/$(basename "$second")" >"$work/apt.log" 2>&1 || fail "upgrade: $(cat "$work/apt.log")"
  wait_for "the upgraded one" restarted "$before"
  expect "the version" 1.1-1 "$(in_box dpkg-query -W -f '${Version}' nurs)"
  in_box grep -q 127.0.0.1:9998 $conf || fail "the edited file is gone"
  send 1 5 7100
  end_flows
  wait_for "the packets of before, between and after" told 47
  in_box sh -c 'kill $(cat /tmp/collect.pid)'
}

the_demo_runs_from_the_package() {
  in_box nursd demo >"$work/out" 2>&1 || fail "nursd demo: $(tail -5 "$work/out")"
  grep -qx equal "$work/out" || fail "the demo: $(tail -5 "$work/out")"
}

purging_leaves_nothing() {
  in_box apt-get remove -y nurs >"$work/apt.log" 2>&1 || fail "remove: $(cat "$work/apt.log")"
  active && fail "it runs though it is removed"
  in_box test -e $conf || fail "removing took the configuration"
  in_box test -e /usr/lib/nurs && fail "removing left /usr/lib/nurs"
  in_box apt-get purge -y nurs >"$work/apt.log" 2>&1 || fail "purge: $(cat "$work/apt.log")"
  paths >"$work/after"
  diff "$work/before" "$work/after" >"$work/out" || fail "before and after: $(cat "$work/out")"
}

packages "${1-}"
for test in no_lintian_errors man_pages_render the_shell_completes; do
  echo "package: ${test//_/ }"
  "$test"
done
boot
for test in one_command_installs_and_starts_it the_unit_is_sound only_net_admin_is_left flows_go_where_the_edited_file_says \
  systemctl_reload_takes_up_a_changed_file a_file_with_mistakes_changes_nothing totals_outlive_kill_and_upgrade \
  the_demo_runs_from_the_package purging_leaves_nothing; do
  echo "package: ${test//_/ }"
  "$test"
done
echo "package: all well"
