#!/bin/sh
# Makes the Debian package nurs_VERSION_ARCH.deb of this machine's architecture in DIRECTORY (default: appliance/target).
#   docker/package/build.sh [DIRECTORY]
# Wants a JDK 25 (JAVA_HOME, or under /usr/lib/jvm), dpkg-dev, binutils, python3, and namespaces: as root, or where users may make them. From the environment:
#   VERSION            the pom's, with -1 behind it; 0.1.0-SNAPSHOT becomes 0.1.0~snapshot, which is older than 0.1.0
#   MAINTAINER         who stands for the package
#   SOURCE_DATE_EPOCH  of all that is made now; the pom's project.build.outputTimestamp
#   NURS_TREE          what runtime.sh has made for /usr/lib/nurs before, instead of making it
#   NURS_COMPRESSION   xz; or what else dpkg-deb -Z knows
# The same inputs give the same files, save the cache of linked classes (nursd.aot).
set -eu
here=$(dirname "$(readlink -f "$0")")
repository=$(dirname "$(dirname "$here")")
out=${1:-$repository/appliance/target}
prefix=/usr/lib/nurs

fail() { echo "build.sh: $*" >&2; exit 1; }

of_pom() { sed -n "s,.*<$1>\(.*\)</$1>.*,\1,p" "$repository/pom.xml" | head -n 1; }

java_home() {
  for jdk in "${JAVA_HOME-}" /usr/lib/jvm/*; do
    if grep -qs '^JAVA_VERSION="25' "$jdk/release"; then
      echo "$jdk"
      return
    fi
  done
  fail "there is no JDK 25 in JAVA_HOME or under /usr/lib/jvm"
}

JAVA_HOME=$(java_home)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date -d "$(of_pom project.build.outputTimestamp)" +%s)}
export JAVA_HOME SOURCE_DATE_EPOCH
version=${VERSION:-$(of_pom version | sed 's/-SNAPSHOT$/~snapshot/')-1}
maintainer=${MAINTAINER:-nurs maintainers <nurs@packages.invalid>}
architecture=$(dpkg --print-architecture)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
root=$work/root
doc=$root/usr/share/doc/nurs
umask 022

program() {
  if [ -z "${NURS_TREE-}" ]; then
    (cd "$repository" && ./mvnw -q -B -ntp -Psbom -Dmaven.test.skip=true -Dspotless.check.skip=true package)
    NURS_TREE=$work/tree
    "$repository/docker/runtime.sh" "$NURS_TREE" "$prefix"
  fi
  mkdir -p "$root/usr/lib" "$root/usr/bin"
  cp -a "$NURS_TREE" "$root$prefix"
  find "$root$prefix/runtime/bin" "$root$prefix/runtime/lib" "$root$prefix/native" -type f \( -name '*.so' -o -perm /111 \) \
    -exec strip --strip-unneeded --preserve-dates {} +
  chmod -R u=rwX,go=rX "$root$prefix"
  launcher >"$root/usr/bin/nursd"
  chmod 755 "$root/usr/bin/nursd"
}

# The demo's isolation is that of the launcher in a clone.
launcher() {
  echo '#!/bin/sh'
  echo '# Starts nurs with the runtime that its package brings.'
  echo 'set -eu'
  grep '^fail() ' "$repository/nursd"
  sed -n '/^# The demo makes network/,/^}/p; /^is_live_demo() {/,/^}/p' "$repository/nursd"
  cat <<LAUNCHER

# The JVM suspends threads by SIGUSR2 unless told otherwise; it is the operator's, to have live flows reported at once.
export _JAVA_SR_SIGNUM=62
if is_live_demo "\$@"; then
  [ -n "\${NURS_ISOLATED-}" ] || isolate "\$@"
  # A JVM that starts where lo is down does without IPv6 for good.
  ip link set lo up || fail "the demo wants ip, of the package iproute2"
fi
exec $prefix/runtime/bin/java @$prefix/nursd.options "\$@"
LAUNCHER
}

settings() {
  mkdir -p "$root/etc/nurs" "$root/usr/lib/sysctl.d" "$root/usr/lib/modules-load.d" "$root/usr/lib/systemd/system"
  cp "$here/nursd.yaml" "$root/etc/nurs"
  cp "$here/sysctl.conf" "$root/usr/lib/sysctl.d/50-nurs.conf"
  cp "$here/modules-load.conf" "$root/usr/lib/modules-load.d/nurs.conf"
  cp "$here/nursd.service" "$root/usr/lib/systemd/system"
}

manual() {
  mkdir -p "$root/usr/share/man/man8" "$root/usr/share/man/man5" "$root/usr/share/bash-completion/completions" "$work/manual"
  "$JAVA_HOME/bin/java" -p "$root$prefix/modules" -m io.nurs.appliance/io.nurs.appliance.manual.Manual \
    "$repository/appliance/docs/configuration.md" "$work/manual"
  gzip -9n <"$work/manual/nursd.8" >"$root/usr/share/man/man8/nursd.8.gz"
  gzip -9n <"$work/manual/nursd.yaml.5" >"$root/usr/share/man/man5/nursd.yaml.5.gz"
  # Sourced, not run.
  sed 1d "$work/manual/nursd.bash" >"$root/usr/share/bash-completion/completions/nursd"
}

documents() {
  "$repository/docker/licences.sh" "$doc" "$root$prefix"
  # Debian has these texts in /usr/share/common-licenses, of which copyright tells.
  rm "$doc/LICENSE" "$doc/licences/Apache-2.0.txt" "$doc/licences/CC0-1.0.txt" "$doc/licences/LGPL-2.1-only.txt"
  cp "$here/README.Debian" "$doc"
  "$here/copyright.py" "$doc" >"$doc/copyright"
  mkdir "$doc/docs"
  cp "$repository"/appliance/docs/*.md "$doc/docs"
  cp -r "$repository/dashboards" "$doc/dashboards"
  gzip -9n <"$repository/CHANGELOG.md" >"$doc/changelog.gz"
  {
    printf 'nurs (%s) unstable; urgency=medium\n\n' "$version"
    printf '  * What is new in nurs: changelog.gz beside this file.\n\n'
    printf ' -- %s  %s\n' "$maintainer" "$(LC_ALL=C date -R -u -d "@$SOURCE_DATE_EPOCH")"
  } | gzip -9n >"$doc/changelog.Debian.gz"
  mkdir -p "$root/usr/share/lintian/overrides"
  cp "$here/lintian-overrides" "$root/usr/share/lintian/overrides/nurs"
}

# What the runtime and Netty's libraries are linked with.
libraries() {
  mkdir -p "$work/debian"
  printf 'Source: nurs\n\nPackage: nurs\nArchitecture: any\n' >"$work/debian/control"
  # Of warnings there is one for each library that is the runtime's own.
  (cd "$work" && find "$root$prefix" \( -name '*.so' -o -path '*/bin/java' \) -exec dpkg-shlibdeps -O -l"$root$prefix/runtime/lib" \
    -l"$root$prefix/runtime/lib/server" --ignore-missing-info --warnings=0 {} + 2>"$work/shlibdeps.log") | sed -n 's/^shlibs:Depends=//p' |
    grep . || fail "$(cat "$work/shlibdeps.log")"
}

control() {
  depends=$(libraries)
  mkdir "$root/DEBIAN"
  cp "$here/postinst" "$here/prerm" "$here/postrm" "$root/DEBIAN"
  echo /etc/nurs/nursd.yaml >"$root/DEBIAN/conffiles"
  (cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
  cat >"$root/DEBIAN/control" <<CONTROL
Package: nurs
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -sk --apparent-size --exclude=DEBIAN "$root" | cut -f1)
Depends: $depends, init-system-helpers (>= 1.54)
Recommends: iproute2, kmod, systemd
Suggests: conntrack, nfdump
Section: net
Priority: optional
Description: NetFlow v9 and IPFIX from what the kernel has counted
 The kernel of a Linux router keeps an entry for every connection that passes
 (conntrack), with counters of packets and octets. nursd reads those entries
 over netlink and sends them to collectors as NetFlow v9 or IPFIX. No packet
 is captured or copied.
 .
 It brings the parts of a Java runtime that it needs, and runs as a user of
 its own with CAP_NET_ADMIN alone.
CONTROL
}

program
settings
manual
documents
control
mkdir -p "$out"
dpkg-deb --root-owner-group -Z"${NURS_COMPRESSION:-xz}" --build "$root" "$out/nurs_${version}_$architecture.deb"
