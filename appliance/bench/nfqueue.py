#!/usr/bin/env python3
"""How long a queue holds packets up, and how many pass it in a second: nursd beside a minimal program in C.

As root, after a build, with cc, libnetfilter-queue-dev and libnfnetlink-dev: appliance/bench/nfqueue.py [ROUNDS [NURSD]]

Two network namespaces, a rule in the second that has UDP to one port wait in queue 0, one packet a time there and back (20,000
times), then packets as fast as they can be sent (3 s, of which the last 2 count). Nothing, the C program and nursd take turns, so that
a machine that gets busier slows all of them down; figures are medians over all rounds. nursd has had packets for 4 s before it is
measured: the JIT compiler needs that.
"""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
NURSD = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else HERE.parent.parent / "nursd")
NAMES = [f"nurs-bench-{os.getpid()}-{end}" for end in ("client", "server")]
CLIENT, SERVER = NAMES
ADDRESS = "192.0.2.2"
PINGS = 20_000
WARM_SECONDS = 4
FLOOD_SECONDS = 3
COUNT_SECONDS = 2


def run(*words):
    return subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE, text=True).stdout


def inside(namespace, *words):
    return ["ip", "netns", "exec", namespace, *map(str, words)]


def start(namespace, *words, **more):
    return subprocess.Popen(inside(namespace, *words), **more)


def stop(process):
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def build_network():
    for name in NAMES:
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
    run("ip", "link", "add", "eth0", "netns", CLIENT, "type", "veth", "peer", "name", "eth0", "netns", SERVER)
    for name, address in ((CLIENT, "192.0.2.1"), (SERVER, ADDRESS)):
        run("ip", "-n", name, "address", "add", address + "/24", "dev", "eth0")
        run("ip", "-n", name, "link", "set", "eth0", "up")


def rule(action):
    run(*inside(SERVER, "iptables", "-w", action, "INPUT", "-p", "udp", "--dport", 7000, "-j", "NFQUEUE", "--queue-num", 0))


def wait_for_queue(process):
    for _ in range(600):
        if run(*inside(SERVER, "cat", "/proc/net/netfilter/nfnetlink_queue")).strip():
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit("nobody took the queue")


class Bench:
    def __init__(self, directory):
        self.tool = directory / "nfqueue"
        run("cc", "-O2", "-o", self.tool, HERE / "nfqueue.c", "-lnetfilter_queue", "-lnfnetlink")
        self.config = directory / "nurs.yaml"
        self.config.write_text(
            "stacks: [{ name: bench, source: { type: nfqueue, queues: 0, fail-open: false }, exporters: [] }]\n"
            "metrics: { listen: off }\n")

    def flood(self, seconds):
        return start(CLIENT, self.tool, "flood", ADDRESS, seconds)

    def measure(self):
        server = start(SERVER, self.tool, "serve", ADDRESS)
        time.sleep(0.3)
        median, high = map(float, run(*inside(CLIENT, self.tool, "ping", ADDRESS, PINGS)).split())
        stop(server)
        flood = self.flood(FLOOD_SECONDS)
        time.sleep(FLOOD_SECONDS - COUNT_SECONDS - 0.3)
        rate = float(run(*inside(SERVER, self.tool, "count", ADDRESS, COUNT_SECONDS)))
        flood.wait()
        return median, high, rate

    def through(self, *words):
        log = tempfile.TemporaryFile()
        process = start(SERVER, *words, stdout=log, stderr=log)
        try:
            wait_for_queue(process)
            rule("-A")
            sink = start(SERVER, self.tool, "serve", ADDRESS)
            self.flood(WARM_SECONDS).wait()
            stop(sink)
            return self.measure()
        finally:
            subprocess.run(inside(SERVER, "iptables", "-w", "-F", "INPUT"), check=False)
            stop(process)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    figures = {"no queue": [], "C": [], "nursd": []}
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(pathlib.Path(directory))
        try:
            build_network()
            for number in range(rounds):
                load = os.getloadavg()[0]
                figures["no queue"].append(bench.measure())
                figures["C"].append(bench.through(bench.tool, "accept", 0))
                figures["nursd"].append(bench.through(NURSD, "run", "--config", bench.config))
                print(f"round {number + 1}, load average {load:.1f}: " + "; ".join(
                    f"{name} {all_of[-1][0]:.1f} us, 99 % {all_of[-1][1]:.1f} us, {all_of[-1][2]:,.0f}/s"
                    for name, all_of in figures.items()), flush=True)
        finally:
            for name in NAMES:
                subprocess.run(["ip", "netns", "delete", name], check=False)
    medians = {name: [statistics.median(column) for column in zip(*all_of)] for name, all_of in figures.items()}
    plain = medians["no queue"][0]
    for name, (median, high, rate) in medians.items():
        print(f"{name:9} round trip {median:7.1f} us (added {median - plain:5.1f}), 99 % {high:7.1f} us, {rate:10,.0f} packets/s")
    added = [medians[name][0] - plain for name in ("nursd", "C")]
    print(f"nursd : C  added latency {added[0] / added[1]:.2f}, packets/s {medians['nursd'][2] / medians['C'][2]:.2f}")


if __name__ == "__main__":
    main()
