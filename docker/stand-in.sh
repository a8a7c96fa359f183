#!/usr/bin/env bash
# Makes a stand-in for the image that the Dockerfile starts from, where no registry of images can be reached: from the archive of
# the Debian that this machine runs, and its JDK 25. It is for tests of our own steps only, lives in the image store that the environment
# names, and is never pushed: it is not Temurin's image. Needs root, mmdebstrap and buildah.
set -euo pipefail
name=docker.io/library/eclipse-temurin:25-jdk-noble
if buildah images -q "$name" >/dev/null 2>&1; then
  exit 0
fi

for jdk in "${JAVA_HOME-}" /usr/lib/jvm/*; do
  if grep -qs '^JAVA_VERSION="25' "$jdk/release"; then
    break
  fi
done
grep -qs '^JAVA_VERSION="25' "$jdk/release" || { echo "stand-in.sh: there is no JDK 25 in JAVA_HOME or under /usr/lib/jvm" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mmdebstrap --quiet --variant=essential --mode=root --format=tar \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$work/base.tar"
cp -a "$jdk" "$work/openjdk"
# A packaged JDK links to the machine's certificates; an image brings its own.
cp --remove-destination -L "$jdk/lib/security/cacerts" "$work/openjdk/lib/security/cacerts"

container=$(buildah from scratch)
buildah add -q "$container" "$work/base.tar" / >/dev/null
buildah copy -q "$container" "$work/openjdk" /opt/java/openjdk >/dev/null
buildah config --env JAVA_HOME=/opt/java/openjdk \
  --env PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
buildah commit -q --rm "$container" "$name" >/dev/null
