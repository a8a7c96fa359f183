#!/bin/sh
# Puts into DOC what the image and the package say of licences: ours, what is in each library's jar, and the SBOM, which names each library's.
#   docker/licences.sh TREE DOC
# Wants JAVA_HOME (a JDK 25) and appliance/target/sbom (./mvnw -Psbom package).
set -eu
tree=${1:?the tree that runtime.sh made}
doc=${2:?where to put them}
repository=$(dirname "$(dirname "$(readlink -f "$0")")")

mkdir -p "$doc/libraries"
cp "$repository/LICENSE" "$doc"
cp "$repository/appliance/target/sbom/nurs.cdx.json" "$doc"
for jar in "$tree"/modules/*.jar; do
  into=$doc/libraries/$(basename "$jar" .jar)
  mkdir "$into"
  (cd "$into" && "$JAVA_HOME/bin/jar" --list --file "$jar" | grep -iE '(^|/)(licen[sc]e|notice|copying)[^/]*$' | grep -v '\.class$' |
    xargs -r "$JAVA_HOME/bin/jar" --extract --file "$jar")
  rmdir "$into" 2>/dev/null || true
done
