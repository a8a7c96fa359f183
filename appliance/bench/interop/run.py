#!/usr/bin/env python3
"""Whether every byte arrives: real traffic through a router, and what each collector has of it.

As root, after a build: appliance/bench/interop/run.py [--short] [--nursd PATH] [--write]

Four network namespaces, whose names begin with nurs-interop-; nothing leaves them. Needs fastnetmon, iproute2,
libfixbuf-tools, nfdump, nftables, pmacct, python3-ipfix, rsyslog, tcpdump and tshark of Debian. nursd reads the router's conntrack
table and exports to all of them at once, and to ports that are captured and read by `nursd verify --as`, by the rules of collectors
that are not packaged. The bytes that each adds up must equal those of an nftables counter in the router's forward chain.

--short    a run of some 10 seconds of traffic instead of 60
--write    write the table of fields into appliance/docs/collectors.md; without, a table that has changed is a failure
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import collectors
import lab
import matrix
import settings

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
TOOLS = ["fastnetmon", "ip", "ipfixDump", "nfacctd", "nfcapd", "nfdump", "nft", "rsyslogd", "ss", "sysctl", "tcpdump", "tshark"]
PROGRAMS = {
    "nfcapd-v9": collectors.Nfcapd, "nfcapd-ipfix": collectors.Nfcapd, "nfacctd-v9": collectors.Nfacctd,
    "nfacctd-ipfix": collectors.Nfacctd, "fastnetmon-v9": collectors.Fastnetmon, "python-ipfix": collectors.PythonIpfix,
    "collect": collectors.Collect, "rsyslog": collectors.Rsyslog,
}
CAPTURED = ["tshark-v9", "tshark-ipfix", "goflow2", "akvorado", "ntopng", "elastic", "logstash", "otel"]


def require():
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if subprocess.run(["/usr/bin/python3", "-c", "import ipfix"], stderr=subprocess.DEVNULL).returncode:
        missing.append("python3-ipfix")
    if missing:
        raise SystemExit("these are missing: " + ", ".join(missing))


def start_nursd(nursd, directory):
    file = directory / "nurs.yaml"
    file.write_text(settings.config(lab.ROUTER, directory))
    program = collectors.Program("nursd", directory)
    program.launch(nursd, "run", "--config", file)
    program.wait_for(lambda: "exports to" in program.log.read_text() or "running" in program.log.read_text(), "did not start")
    return program


def verify(nursd, capture, preset, port):
    done = subprocess.run([nursd, "verify", "--as", preset, "--json", "--port", str(port), str(capture)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in (0, 1):
        raise SystemExit(f"verify --as {preset}: {done.stderr}")
    return json.loads(done.stdout)


def traffic(options, directory):
    """Starts all, sends traffic, and stops nursd, which reports what is left of each flow. What nftables counted, and all collectors."""
    ports = settings.ports()
    programs = {name: program(name, directory) for name, program in PROGRAMS.items()}
    running, server = [], None
    try:
        capture = collectors.Tcpdump("tcpdump", directory)
        capture.start()
        running.append(capture)
        sink = collectors.Sink("sink", directory)
        sink.start(*(ports[name] for name in CAPTURED))
        running.append(sink)
        for name, program in programs.items():
            program.start(ports[name])
            running.append(program)
        server = lab.serve()
        nursd = start_nursd(options.nursd, directory)
        running.append(nursd)
        counted = lab.talk(*((6, 8) if options.short else (60, 60)))
        nursd.stop()
        if nursd.process.returncode:
            raise SystemExit(f"nursd ended with {nursd.process.returncode}: {nursd.log.read_text()[-2000:]}")
        time.sleep(1)
        capture.stop()
        return counted, capture.file, programs
    finally:
        if sys.exc_info()[0]:
            for program in running:
                program.stop()
        elif "sink" in locals():
            sink.stop()
        if server:
            lab.stop(server)


def gather(options, directory, capture, programs):
    """What each collector has, and which fields it was sent."""
    ports = settings.ports()
    nursd = options.nursd
    sent = {name: verify(nursd, capture, "generic", port) for name, port in ports.items()
            if settings.EXPORTERS[name][2] != "file" and settings.EXPORTERS[name][1] != "syslog"}
    got, rules = {}, {}
    for name, program in programs.items():
        records = sent[name]["records"]["sent"] if name in sent else 0
        got[name] = program.end(records)
    for name in CAPTURED:
        if not name.startswith("tshark"):
            rules[name] = verify(nursd, capture, settings.EXPORTERS[name][0], ports[name])
            kept = {key: rules[name][key]["kept"] for key in ("records", "packets", "bytes")}
            got[name] = collectors.Got(kept["records"], kept["packets"], kept["bytes"], None)
    for name in ("nfcapd-v9", "nfcapd-ipfix", "nfacctd-v9", "nfacctd-ipfix", "fastnetmon-v9"):
        rules[name] = verify(nursd, capture, settings.EXPORTERS[name][0], ports[name])
    for name in ("tshark-v9", "tshark-ipfix"):
        octets, packets, seen = collectors.tshark(capture, ports[name])
        got[name] = collectors.Got(sent[name]["records"]["sent"], packets, octets, seen)
    got["ipfixdump"] = collectors.ipfixdump(directory / "ipfixdump.ipfix")
    sent["ipfixdump"] = sent["python-ipfix"]
    return sent, got, rules


def check_rules(got, rules):
    """Where a program was run too, the rules must say what it has."""
    return [f"{name} has {got[name].bytes:,} bytes, and verify --as says {of['bytes']['kept']:,}"
            for name, of in rules.items() if of["bytes"]["kept"] != got[name].bytes]


def check(counted, got):
    """Prints a table, and returns what is missing."""
    packets, octets = counted
    print(f"{'':18}{'records':>10}{'packets':>12}{'bytes':>16}{'missing':>14}")
    print(f"{'nft counter':18}{'':>10}{packets:12,}{octets:16,}")
    wrong = []
    for name, has in got.items():
        # Both of fastnetmon's exporters come to one port.
        times = 2 if name == "fastnetmon-v9" else 1
        missing = octets * times - has.bytes
        label = "fastnetmon, twice" if times == 2 else name
        print(f"{label:18}{has.records:10,}{has.packets:12,}{has.bytes:16,}{missing:14,}")
        if missing:
            wrong.append(f"{name}: {missing:,} bytes of {octets * times:,} are missing")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--nursd", default=ROOT / "nursd", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--keep", action="store_true", help="keep the directory with the logs")
    options = parser.parse_args()
    require()
    collectors.Collect.nursd = options.nursd
    directory = pathlib.Path(tempfile.mkdtemp(prefix="nurs-interop-"))
    try:
        lab.build()
        counted, capture, programs = traffic(options, directory)
        sent, got, rules = gather(options, directory, capture, programs)
        wrong = check(counted, got) + check_rules(got, rules)
        wrong += matrix.update(ROOT / "appliance/docs/collectors.md", sent, got, rules, options.write)
        if wrong:
            raise SystemExit("\n".join(wrong))
        print("every byte arrives")
    finally:
        lab.remove()
        if options.keep:
            print(f"logs: {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
