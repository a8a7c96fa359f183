#!/bin/sh
# Runs a command that finds TREE at PREFIX, where the package will put it: a cache of classes works at the path it was trained at only.
#   docker/at.sh TREE PREFIX COMMAND…
# In a mount namespace of its own, so nothing of it is there for others. PREFIX itself need not be there, its parent must.
set -eu
tree=$(readlink -f "$1")
prefix=$2
shift 2
[ "$tree" != "$(readlink -m "$prefix")" ] || exec "$@"
case ${NURS_AT-} in
  "$prefix") unset NURS_AT ;;
  *)
    [ "$(id -u)" = 0 ] && root= || root=--map-root-user
    NURS_AT=$prefix exec unshare --mount $root "$0" "$tree" "$prefix" "$@"
    ;;
esac
parent=$(dirname "$prefix")
# Two lower layers and no upper one: the parent as it is, and in it a place to mount on. /mnt is only where that is made.
mount -t tmpfs tmpfs /mnt
mkdir "/mnt/$(basename "$prefix")"
mount -t overlay overlay -o "lowerdir=/mnt:$parent" "$parent"
umount --lazy /mnt
mount --bind "$tree" "$prefix"
exec "$@"
