# Sourced: an image store of our own, and an engine set up for a machine that may itself be a container.
# NURS_STORE keeps it between runs; without it the store goes when the shell that sourced this ends.
store=${NURS_STORE:-$(mktemp -d /var/tmp/nurs-store.XXXXXX)}
mkdir -p "$store"

# runc and cgroupfs: crun wants one kind of cgroups, podman's default a systemd. The limits: raising one takes CAP_SYS_RESOURCE.
cat >"$store/containers.conf" <<'END'
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=20000:20000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
END
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' "$store" "$store" >"$store/storage.conf"
export CONTAINERS_CONF=$store/containers.conf CONTAINERS_STORAGE_CONF=$store/storage.conf

drop_store() {
  [ -z "${NURS_STORE-}" ] || return 0
  podman system prune -af >/dev/null 2>&1 || true
  buildah rm -a >/dev/null 2>&1 || true
  # What podman has mounted below it, innermost first.
  awk -v store="$store/" 'index($5, store) == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r mount; do
    umount "$mount" 2>/dev/null || umount -l "$mount" || true
  done
  rm -rf "$store"
}
