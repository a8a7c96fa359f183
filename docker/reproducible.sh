#!/usr/bin/env bash
# Whether the same inputs give the same bytes: builds nurs's jars and SBOM in clean copies of this working tree, with another path, hour,
# time zone, language and umask, and compares them.
#   docker/reproducible.sh                               two builds
#   docker/reproducible.sh build FOLDER                  one, in FOLDER
#   docker/reproducible.sh compare FOLDER MODULES SBOM   what is in FOLDER with the jars and the SBOM of a build by the same JDK
set -euo pipefail
cd "$(dirname "$0")/.."

# What git has or would add, so nothing that was built before.
build() {
  mkdir -p "$1"
  git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$1"
  (cd "$1" && ./mvnw -q -B -ntp -Psbom -Dmaven.test.skip=true -Dspotless.check.skip=true package)
}

build_otherwise() (
  umask 077
  export TZ=Pacific/Kiritimati LC_ALL=C
  build "$1"
)

compare() {
  local built=$1/appliance/target modules=$2 sbom=$3 jar compared=0
  for jar in "$built"/modules/{appliance,codec-ipfix,codec-netflow9,netlink-channel}-*.jar; do
    cmp "$jar" "$modules/$(basename "$jar")" || { echo "reproducible.sh: $(basename "$jar") has other bytes" >&2; return 1; }
    compared=$((compared + 1))
  done
  cmp "$built/sbom/nurs.cdx.json" "$sbom" || { echo "reproducible.sh: the SBOM has other bytes" >&2; return 1; }
  [ "$compared" = 4 ] || { echo "reproducible.sh: $compared jars instead of 4" >&2; return 1; }
}

case ${1-} in
  build) build_otherwise "$2" ;;
  compare) compare "$2" "$3" "$4" ;;
  *)
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    build "$work/one"
    build_otherwise "$work/another/place"
    compare "$work/another/place" "$work"/one/appliance/target/{modules,sbom/nurs.cdx.json}
    echo "reproducible: the jars and the SBOM have the same bytes"
    ;;
esac
