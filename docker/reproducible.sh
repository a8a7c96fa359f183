#!/usr/bin/env bash
# Whether the same inputs give the same bytes: builds nurs's jars and SBOM in a clean copy of this working tree, with another path, hour,
# time zone, language and umask, and compares them with those of an earlier build.
#   docker/reproducible.sh [MODULES [SBOM]]
# MODULES is a folder with that build's jars, SBOM its nurs.cdx.json; without both it is a build in a second clean copy. Both builds have to be
# by the same JDK.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build FOLDER: what git has or would add, so nothing that was built before.
build() {
  mkdir -p "$1"
  git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$1"
  (cd "$1" && ./mvnw -q -B -ntp -Psbom -Dmaven.test.skip=true -Dspotless.check.skip=true package)
}

modules=${1-} sbom=${2-}
if [ -z "$modules" ]; then
  build "$work/one"
  modules=$work/one/appliance/target/modules sbom=$work/one/appliance/target/sbom/nurs.cdx.json
fi
(
  umask 077
  export TZ=Pacific/Kiritimati LC_ALL=C
  build "$work/another/place"
)

another=$work/another/place/appliance/target
compared=0
for jar in "$another"/modules/{appliance,codec-ipfix,codec-netflow9,netlink-channel}-*.jar; do
  cmp "$jar" "$modules/$(basename "$jar")" || { echo "reproducible.sh: $(basename "$jar") has other bytes" >&2; exit 1; }
  compared=$((compared + 1))
done
[ -z "$sbom" ] || cmp "$another/sbom/nurs.cdx.json" "$sbom" || { echo "reproducible.sh: the SBOM has other bytes" >&2; exit 1; }
[ "$compared" = 4 ] || { echo "reproducible.sh: $compared jars instead of 4" >&2; exit 1; }
echo "reproducible: $compared jars${sbom:+ and the SBOM} have the same bytes"
