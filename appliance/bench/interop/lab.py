"""Four network namespaces: client, router, server, and one for nursd and the collectors. Traffic through the router, and what nftables counts of it."""
import json
import os
import subprocess
import sys
import time

CLIENT, ROUTER, SERVER, COLLECTORS = NAMES = [
    f"nurs-interop-{os.getpid()}-{end}" for end in ("client", "router", "server", "collect")]
SERVER4, SERVER6, ROUTER4 = "203.0.113.10", "2001:db8:2::10", "198.51.100.1"
# The interface numbers of the router, which ip link is told.
TO_CLIENT, TO_SERVER = 12, 13

RULES = f"""
table inet interop {{
    counter forwarded {{ }}
    chain interfaces {{
        type filter hook prerouting priority mangle
        iifname "to-client" ct mark set {TO_CLIENT << 8 | TO_SERVER}
    }}
    chain forward {{
        type filter hook forward priority filter
        counter name forwarded
        ct state established,related accept
    }}
}}
table ip interop-nat {{
    chain prerouting {{
        type nat hook prerouting priority dstnat
        ip daddr {ROUTER4} tcp dport 8080 dnat to {SERVER4}:80
    }}
    chain postrouting {{
        type nat hook postrouting priority srcnat
        tcp dport 8443 masquerade
    }}
}}
"""

# Reads how many octets come and how many shall go back; UDP gets the datagram back.
SERVE = """
import socket, struct, threading
def tcp(port):
    server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    while True:
        threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()
def answer(connection):
    with connection:
        stream = connection.makefile("rb")
        up, down = struct.unpack("!II", stream.read(8))
        stream.read(up)
        connection.sendall(bytes(down))
        stream.read()
def udp(family, address):
    server = socket.socket(family, socket.SOCK_DGRAM)
    server.bind((address, 53))
    while True:
        data, sender = server.recvfrom(65535)
        server.sendto(data, sender)
for task in [(tcp, 80), (tcp, 8443), (udp, socket.AF_INET, "203.0.113.10"), (udp, socket.AF_INET6, "2001:db8:2::10")]:
    threading.Thread(target=task[0], args=task[1:], daemon=True).start()
print("ready", flush=True)
threading.Event().wait()
"""

TALK = """
import socket, struct, sys, time
flows, seconds = int(sys.argv[1]), float(sys.argv[2])
def tcp(address, port, up, down):
    with socket.create_connection((address, port), timeout=10) as connection:
        connection.sendall(struct.pack("!II", up, down) + bytes(up))
        connection.makefile("rb").read(down)
def udp(family, address, size, times):
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(10)
        client.connect((address, 53))
        for _ in range(times):
            client.send(bytes(size))
            client.recv(65535)
def ping(family, protocol, address, request, reply):
    with socket.socket(family, socket.SOCK_RAW, protocol) as client:
        client.settimeout(10)
        client.connect((address, 0))
        for number in range(3):
            packet = struct.pack("!BBHHH", request, 0, 0, 7, number) + bytes(56)
            if protocol == socket.IPPROTO_ICMP:
                words = sum(struct.unpack("!32H", packet))
                words = (words & 0xffff) + (words >> 16)
                packet = packet[:2] + struct.pack("!H", ~words & 0xffff) + packet[4:]
            client.send(packet)
            while client.recv(65535)[20 if protocol == socket.IPPROTO_ICMP else 0] != reply:
                pass
            time.sleep(0.2)
ping(socket.AF_INET, socket.IPPROTO_ICMP, "203.0.113.10", 8, 0)
ping(socket.AF_INET6, socket.IPPROTO_ICMPV6, "2001:db8:2::10", 128, 129)
for number in range(flows):
    tcp("203.0.113.10", 80, 400 + number, 60_000)
    tcp("203.0.113.10", 8443, 2_000, 20_000 + number)
    tcp("198.51.100.1", 8080, 1_000, 10_000 + number)
    tcp("2001:db8:2::10", 80, 300, 30_000 + number)
    udp(socket.AF_INET, "203.0.113.10", 60 + number, 2)
    udp(socket.AF_INET6, "2001:db8:2::10", 90 + number, 3)
    time.sleep(seconds / flows)
"""


def run(*words, stdin=None):
    done = subprocess.run([str(word) for word in words], input=stdin, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, words))}\nended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def inside(namespace, *words):
    return ["ip", "netns", "exec", namespace, *map(str, words)]


def stop(process, seconds=20):
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def build():
    for name in NAMES:
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
    for name in NAMES:
        run(*inside(name, "sysctl", "-qw", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0"))
    run(*inside(ROUTER, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"))
    for host, port, index, net4, net6, end in (
            (CLIENT, "to-client", TO_CLIENT, "198.51.100", "2001:db8:1::", 10),
            (SERVER, "to-server", TO_SERVER, "203.0.113", "2001:db8:2::", 10)):
        run("ip", "link", "add", port, "index", index, "netns", ROUTER, "type", "veth", "peer", "name", "eth0", "netns", host)
        for name, device, last in ((ROUTER, port, 1), (host, "eth0", end)):
            run("ip", "-n", name, "address", "add", f"{net4}.{last}/24", "dev", device)
            run("ip", "-n", name, "address", "add", f"{net6}{last}/64", "dev", device, "nodad")
            run("ip", "-n", name, "link", "set", device, "up")
        run("ip", "-n", host, "route", "add", "default", "via", f"{net4}.1")
        run("ip", "-n", host, "-6", "route", "add", "default", "via", f"{net6}1")
    run(*inside(ROUTER, "nft", "-f", "-"), stdin=RULES)
    run(*inside(ROUTER, "sysctl", "-qw", "net.netfilter.nf_conntrack_acct=1", "net.netfilter.nf_conntrack_timestamp=1"))


def remove():
    for name in NAMES:
        subprocess.run(["ip", "netns", "delete", name], check=False, stderr=subprocess.DEVNULL)


def forwarded():
    """Packets and bytes, by the counter in the router's forward chain."""
    listed = json.loads(run(*inside(ROUTER, "nft", "-j", "list", "counter", "inet", "interop", "forwarded")))
    counter = next(entry["counter"] for entry in listed["nftables"] if "counter" in entry)
    return counter["packets"], counter["bytes"]


def serve():
    server = subprocess.Popen(inside(SERVER, sys.executable, "-c", SERVE), stdout=subprocess.PIPE, text=True)
    if server.stdout.readline() != "ready\n":
        raise SystemExit("the server in its namespace did not start")
    return server


def talk(flows, seconds):
    """TCP, UDP and ICMP over both families, one connection behind SNAT and one behind DNAT in each round."""
    run(*inside(CLIENT, sys.executable, "-c", TALK, flows, seconds))
    quiet, last = 0, None
    while quiet < 3:
        time.sleep(0.2)
        now = forwarded()
        quiet, last = (quiet + 1 if now == last else 0), now
    return last
