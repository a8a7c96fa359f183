#!/bin/sh
# Makes the tree that runs nursd without a JDK installed: for the image and for the package alike.
#   docker/runtime.sh TREE [PREFIX]
# TREE is where it is made, PREFIX (default: TREE) where it will lie when it runs. Wants JAVA_HOME (a JDK 25) and appliance/target/modules
# (./mvnw package). Makes
#   TREE/runtime        the JDK's modules that nursd uses, and no other (jlink)
#   TREE/modules        nurs and its libraries
#   TREE/native         Netty's native libraries, which it would otherwise unpack into /tmp at each start
#   TREE/nursd.options  what java is told: java @PREFIX/nursd.options run …
#   TREE/nursd.aot      classes loaded and linked beforehand (JEP 483, 514): as `nursd rehearse` uses them
set -eu
tree=${1:?where to make it}
prefix=${2:-$tree}
here=$(dirname "$(readlink -f "$0")")
repository=$(dirname "$here")
built=$repository/appliance/target/modules
recording=$repository/appliance/src/test/resources/recordings/conntrack-events.bin

# Libraries that are automatic modules cannot be linked; they and nurs stay jars on the module path, and these are what they use of the JDK.
jdk_modules=java.base,java.logging,java.management,java.naming,java.xml,jdk.management,jdk.unsupported

case $(uname -m) in
  x86_64) machine=x86_64 ;;
  aarch64) machine=aarch_64 ;;
  *) echo "runtime.sh: Netty has no native libraries for $(uname -m)" >&2; exit 1 ;;
esac

rm -rf "$tree"
mkdir -p "$tree/modules" "$tree/native"
"$JAVA_HOME/bin/jlink" --add-modules "$jdk_modules" --vm server --output "$tree/runtime" \
  --strip-java-debug-attributes --no-header-files --no-man-pages

for jar in "$built"/*.jar "$repository"/appliance/target/natives/*.jar; do
  case $jar in
    */netty-transport-native-*-linux-"$machine".jar)
      (cd "$tree/native" && "$JAVA_HOME/bin/jar" --extract --file "$jar" META-INF/native)
      ;;
    */netty-transport-native-*-linux-*.jar) ;;
    *) cp "$jar" "$tree/modules" ;;
  esac
done
"$JAVA_HOME/bin/java" "$here/RenewClassFiles.java" "$tree"/modules/*.jar
mv "$tree"/native/META-INF/native/*.so "$tree/native"
rm -r "$tree/native/META-INF"

options() {
  cat "$repository/appliance/jvm.options"
  printf '%s\n' "-Djava.library.path=$1/native" "-p $1/modules" "$2" "-m io.nurs.appliance/io.nurs.appliance.command.Nursd"
}
# The cache records paths and times of the jars.
[ -z "${SOURCE_DATE_EPOCH-}" ] || find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
options "$prefix" "-XX:AOTCacheOutput=$prefix/nursd.aot" >"$tree/training.options"
# Where a network namespace can be had, a source is started too; a build of an image mostly has none.
alone=
for unshare in "unshare --net" "unshare --map-root-user --net"; do
  if [ -z "$alone" ] && $unshare true 2>/dev/null; then
    alone=$unshare
  fi
done
"$here/at.sh" "$tree" "$prefix" $alone "$prefix/runtime/bin/java" @"$prefix/training.options" rehearse --replay "$recording" ${alone:+--live} \
  >"$tree/training.log" 2>&1 || { cat "$tree/training.log" >&2; exit 1; }
rm "$tree/training.options" "$tree/training.log"
options "$prefix" "-XX:AOTCache=$prefix/nursd.aot" >"$tree/nursd.options"
