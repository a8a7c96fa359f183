#!/bin/sh
# Puts the licences of nurs and of its libraries, and the SBOM, into a folder: for the image and for the package alike.
#   docker/licences.sh DOC TREE
# DOC is the folder, TREE what runtime.sh made. Wants JAVA_HOME and appliance/target/sbom (./mvnw -Psbom package). Makes
#   DOC/LICENSE         nurs's own
#   DOC/nurs.cdx.json   which library has which licences (CycloneDX)
#   DOC/licences        the text of each licence that the SBOM names, by its SPDX id; many jars carry none
#   DOC/libraries       what jars do carry: licences and notices with their authors' names
# Those of the JDK are in TREE/runtime/legal.
set -eu
doc=${1:?where to put them}
tree=${2:?the tree that runtime.sh made}
here=$(dirname "$(readlink -f "$0")")
repository=$(dirname "$here")
sbom=$repository/appliance/target/sbom/nurs.cdx.json

mkdir -p "$doc/licences" "$doc/libraries"
cp "$repository/LICENSE" "$sbom" "$doc"

ids=$(grep -A1 '"license" : {' "$sbom" | sed -n 's/.*"id" : "\(.*\)".*/\1/p' | sort -u)
[ -n "$ids" ] || { echo "licences.sh: $sbom names no licence" >&2; exit 1; }
for id in $ids; do
  text=$here/licences/$id.txt
  if [ "$id" = Apache-2.0 ]; then
    text=$repository/LICENSE
  fi
  [ -s "$text" ] || { echo "licences.sh: a library is under $id; add its text as docker/licences/$id.txt" >&2; exit 1; }
  cp "$text" "$doc/licences/$id.txt"
done

for jar in "$tree"/modules/*.jar; do
  into=$doc/libraries/$(basename "$jar" .jar)
  mkdir -p "$into"
  (cd "$into" && "$JAVA_HOME/bin/jar" --list --file "$jar" | grep -iE '(^|/)([^/]+-)?(licen[sc]e|notice|copying)[^/]*$' | grep -v '\.class$' |
    xargs -r "$JAVA_HOME/bin/jar" --extract --file "$jar")
  rmdir "$into" 2>/dev/null || true
done
