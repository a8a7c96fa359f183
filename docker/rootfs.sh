#!/bin/sh
# Makes the root file system of the image: the tree of runtime.sh, the C library's parts that it asks for, and no shell.
#   docker/rootfs.sh TREE ROOT
set -eu
tree=${1:?the tree that runtime.sh made, where it will lie}
root=${2:?where to make it}
repository=$(dirname "$(dirname "$(readlink -f "$0")")")
doc=$root/usr/share/doc/nurs

rm -rf "$root"
mkdir -p "$root$tree" "$root/etc/nurs" "$root/usr/bin" "$root/var/lib" "$doc"
# A new volume takes this one's owner and mode, whichever user the container is given.
mkdir -m 1777 "$root/var/lib/nurs"
# Netty asks for a /tmp, and writes nothing there.
mkdir -m 1777 "$root/tmp"
cp -a "$tree/." "$root$tree"

# What each program and library of it says that it needs, found where this stage has it: the loader, libc and a few more.
{ find "$tree" \( -name '*.so' -o -path '*/bin/java' \) -exec ldd {} + | grep -o '/[^ ]*\.so[^ ]*' | grep -v "^$tree"; } | sort -u |
while read -r library; do
  cp --parents -L "$library" "$root"
  # The distribution's package, and its copyright file. A package may know its files by the name before /lib became a link.
  file=$(readlink -f "$library")
  package=$({ dpkg -S "$file" || dpkg -S "${file#/usr}"; } 2>/dev/null | sed -n '1s/:.*//p')
  cp -L "/usr/share/doc/$package/copyright" "$doc/$package.copyright"
done

# No shell starts it: the kernel runs java, with the options as its one argument.
printf '#!%s/runtime/bin/java @%s/nursd.options\n' "$tree" "$tree" >"$root/usr/bin/nursd"
chmod 755 "$root/usr/bin/nursd"

printf '%s\n' 'root:x:0:0::/:/sbin/nologin' 'nurs:x:10001:10001::/var/lib/nurs:/sbin/nologin' >"$root/etc/passwd"
printf '%s\n' 'root:x:0:' 'nurs:x:10001:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

"$repository/docker/licences.sh" "$doc" "$tree"
