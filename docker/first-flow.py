#!/usr/bin/env python3
"""How long a nursd takes from its start to the first flow on the wire, and what memory it holds when idle.

    docker/first-flow.py [--runs 5] [--port 9995] -- COMMAND...

COMMAND starts nursd so that it sends NetFlow v9 to 127.0.0.1:PORT, in this process's network namespace, which is one that this script makes.
Prints one line of JSON: medians and every value. The flows are real: UDP on loopback, counted by the kernel and ended by deletion every
50 ms, as many as fill a message, so that nothing waits for a flush tick. cpu_ms is that of all threads until then. Memory is read after
--idle seconds without traffic, longer than -XX:TrimNativeHeapInterval. Needs root, nft, conntrack.
"""
import argparse
import ctypes
import json
import os
import signal
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time

CLONE_NEWNET = 0x40000000
FLOWS_AT_ONCE = 30
TICKS = os.sysconf("SC_CLK_TCK")


def namespace():
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        sys.exit("first-flow.py: cannot make a network namespace; run it as root")
    for command in (
        "ip link set lo up",
        "nft add table ip measure",
        "nft add chain ip measure out { type filter hook output priority 0 ; }",
        "nft add rule ip measure out udp dport 7000 ct state new counter",
        "nft add rule ip measure out udp dport != 7000 counter",
    ):
        subprocess.run(command.split(), check=True)
    for name in ("acct", "timestamp", "events"):
        with open(f"/proc/sys/net/netfilter/nf_conntrack_{name}", "w") as knob:
            knob.write("1")


def traffic(stop):
    """Real flows, made and ended again and again."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 7000))
    while not stop.is_set():
        for _ in range(FLOWS_AT_ONCE):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.sendto(b"x" * 100, ("127.0.0.1", 7000))
        subprocess.run(["conntrack", "-D", "-p", "udp", "--dport", "7000"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stop.wait(0.05)
    server.close()


def has_flows(message):
    """Whether a NetFlow v9 message has a data set (RFC 3954 section 5.3) of addresses: an options record is shorter than 40 octets."""
    at = 20
    while at + 4 <= len(message):
        identifier, length = struct.unpack_from(">HH", message, at)
        if identifier > 255 and length >= 200:
            return True
        at += max(length, 4)
    return False


def process_of(pid, comm):
    """The JVM: the process itself, or a descendant (as of a container's engine)."""
    children = [pid]
    while children:
        at = children.pop()
        try:
            with open(f"/proc/{at}/comm") as name:
                if name.read().strip() in comm:
                    return at
            with open(f"/proc/{at}/task/{at}/children") as more:
                children += [int(child) for child in more.read().split()]
        except FileNotFoundError:
            pass
    return pid


def status(pid, key):
    with open(f"/proc/{pid}/status") as lines:
        return int(next(line for line in lines if line.startswith(key)).split()[1])


def cpu_millis(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 // TICKS


def once(command, options):
    collector = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    collector.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    collector.bind(("127.0.0.1", options.port))
    collector.settimeout(30)
    stop = threading.Event()
    thread = threading.Thread(target=traffic, args=(stop,))
    thread.start()
    time.sleep(0.3)
    with open("/tmp/first-flow.log", "w") as log:
        start = time.monotonic()
        nursd = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            while not has_flows(collector.recv(65535)):
                pass
            first = (time.monotonic() - start) * 1000
            pid = process_of(nursd.pid, ("java", "nursd"))
            cpu = cpu_millis(pid)
            stop.set()
            thread.join()
            time.sleep(options.idle)
            rss = status(pid, "VmRSS") / 1024
            anonymous = status(pid, "RssAnon") / 1024
            nursd.send_signal(signal.SIGTERM)
            nursd.wait(30)
        finally:
            stop.set()
            thread.join()
            if nursd.poll() is None:
                nursd.kill()
                nursd.wait()
            collector.close()
    return {"first_flow_ms": round(first), "cpu_ms": cpu, "rss_mib": round(rss, 1), "anonymous_mib": round(anonymous, 1)}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--port", type=int, default=9995)
    options.add_argument("--idle", type=float, default=12, help="seconds without traffic before memory is read")
    options.add_argument("command", nargs="+")
    chosen = options.parse_args()
    namespace()
    runs = [once(chosen.command, chosen) for _ in range(chosen.runs)]
    medians = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    print(json.dumps({"median": medians, "runs": runs}))


main()
