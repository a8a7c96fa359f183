"""The collectors: how each is started and ended, and the records, packets, bytes and fields that it has then."""
import collections
import json
import pathlib
import re
import subprocess
import time

import lab

# Of a foreign key, IANA's elements that it may come from. Only values other than 0 and "" count as read.
NFDUMP = {
    "src4_addr": ["sourceIPv4Address"], "dst4_addr": ["destinationIPv4Address"],
    "src6_addr": ["sourceIPv6Address"], "dst6_addr": ["destinationIPv6Address"],
    "src4_xlt_ip": ["postNATSourceIPv4Address"], "dst4_xlt_ip": ["postNATDestinationIPv4Address"],
    "src6_xlt_ip": ["postNATSourceIPv6Address"], "dst6_xlt_ip": ["postNATDestinationIPv6Address"],
    "src_port": ["sourceTransportPort"], "dst_port": ["destinationTransportPort"],
    "src_xlt_port": ["postNAPTSourceTransportPort"], "dst_xlt_port": ["postNAPTDestinationTransportPort"],
    "proto": ["protocolIdentifier"], "in_bytes": ["octetDeltaCount"], "in_packets": ["packetDeltaCount"],
    "first": ["flowStartMilliseconds", "flowStartSysUpTime"], "last": ["flowEndMilliseconds", "flowEndSysUpTime"],
    "input_snmp": ["ingressInterface"], "output_snmp": ["egressInterface"],
    "icmp_type": ["icmpTypeCodeIPv4", "icmpTypeCodeIPv6", "icmpTypeIPv4", "icmpTypeIPv6", "icmpCodeIPv4", "icmpCodeIPv6"],
    "direction": ["flowDirection"],
}
PMACCT = {
    "ip_src": ["sourceIPv4Address", "sourceIPv6Address"], "ip_dst": ["destinationIPv4Address", "destinationIPv6Address"],
    "port_src": ["sourceTransportPort"], "port_dst": ["destinationTransportPort"], "ip_proto": ["protocolIdentifier"],
    "post_nat_ip_src": ["postNATSourceIPv4Address"], "post_nat_ip_dst": ["postNATDestinationIPv4Address"],
    "post_nat_port_src": ["postNAPTSourceTransportPort"], "post_nat_port_dst": ["postNAPTDestinationTransportPort"],
    "packets": ["packetDeltaCount"], "bytes": ["octetDeltaCount"],
    "timestamp_start": ["flowStartMilliseconds"], "timestamp_end": ["flowEndMilliseconds"],
    "iface_in": ["ingressInterface"], "iface_out": ["egressInterface"],
    "sampling_direction": ["flowDirection"], "icmp4": ["icmpTypeCodeIPv4"], "icmp6": ["icmpTypeCodeIPv6"], "reason": ["flowEndReason"],
}
SYSLOG = {
    "SRC": ["sourceIPv4Address", "sourceIPv6Address"], "DST": ["destinationIPv4Address", "destinationIPv6Address"],
    "SPT": ["sourceTransportPort"], "DPT": ["destinationTransportPort"], "PROTO": ["protocolIdentifier"],
    "PKTS": ["packetDeltaCount"], "BYTES": ["octetDeltaCount"], "IN": ["ingressInterface"], "OUT": ["egressInterface"],
    "TYPE": ["icmpTypeCodeIPv4", "icmpTypeCodeIPv6", "icmpTypeIPv4", "icmpTypeIPv6"],
    "CODE": ["icmpTypeCodeIPv4", "icmpTypeCodeIPv6", "icmpCodeIPv4", "icmpCodeIPv6"],
}

TSHARK = {
    "srcaddr": ["sourceIPv4Address"], "dstaddr": ["destinationIPv4Address"],
    "srcaddrv6": ["sourceIPv6Address"], "dstaddrv6": ["destinationIPv6Address"],
    "post_natsource_ipv4_address": ["postNATSourceIPv4Address"],
    "post_natdestination_ipv4_address": ["postNATDestinationIPv4Address"],
    "post_nat_source_ipv6_address": ["postNATSourceIPv6Address"],
    "post_nat_destination_ipv6_address": ["postNATDestinationIPv6Address"],
    "srcport": ["sourceTransportPort"], "dstport": ["destinationTransportPort"],
    "post_naptsource_transport_port": ["postNAPTSourceTransportPort"],
    "post_naptdestination_transport_port": ["postNAPTDestinationTransportPort"],
    "icmp_type_code_ipv4": ["icmpTypeCodeIPv4"], "icmp_ipv6_type": ["icmpTypeCodeIPv6", "icmpTypeIPv6"],
    "icmp_ipv6_code": ["icmpTypeCodeIPv6", "icmpCodeIPv6"], "icmp_ipv4_type": ["icmpTypeIPv4"],
    "icmp_ipv4_code": ["icmpCodeIPv4"], "icmp_type": ["icmpTypeCodeIPv4"],
    "protocol": ["protocolIdentifier"], "octets": ["octetDeltaCount"], "packets": ["packetDeltaCount"],
    "abstimestart": ["flowStartMilliseconds"], "abstimeend": ["flowEndMilliseconds"],
    "timestart": ["flowStartSysUpTime"], "timeend": ["flowEndSysUpTime"], "flow_end_reason": ["flowEndReason"],
    "inputint": ["ingressInterface"], "outputint": ["egressInterface"], "direction": ["flowDirection"],
}

# What a collector has. `fields` is None where rules tell which are read.
Got = collections.namedtuple("Got", "records packets bytes fields")


def is_value(value):
    return str(value) not in ("", "0", "0.0.0.0", "::", "None")


def elements(rows, names):
    """What is read: each key that is there, or where a program writes all of its keys always, each that has a value in some row."""
    if names is None:
        return {key for row in rows for key in row}
    keys = {key for row in rows for key, value in row.items() if is_value(value)}
    return {element for key in keys for element in names.get(key, [])}


def total(rows, bytes_keys, packets_keys, names=None):
    def add(keys):
        return sum(int(row.get(key) or 0) for row in rows for key in keys)
    return Got(len(rows), add(packets_keys), add(bytes_keys), elements(rows, names))


class Program:
    """One that runs in the collectors' namespace, and writes its log into the directory."""

    def __init__(self, name, directory):
        self.name, self.directory = name, pathlib.Path(directory) / name
        self.directory.mkdir()
        self.log = self.directory / "log"

    def launch(self, *words):
        self.process = subprocess.Popen(
            lab.inside(lab.COLLECTORS, *words), stdout=open(self.log, "w"), stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def wait_for(self, condition, what):
        for _ in range(600):
            if condition():
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"{self.name}: {what}; its log says:\n{self.log.read_text()[-2000:]}")

    def wait_for_port(self, port, flag="-lun"):
        self.wait_for(lambda: f":{port} " in lab.run(*lab.inside(lab.COLLECTORS, "ss", flag)), f"does not listen on {port}")

    def wait_for_rows(self, expected):
        """Until it has so many records; what is missing then is missing."""
        for _ in range(100):
            if self.rows_so_far() >= expected:
                return
            time.sleep(0.1)

    def stop(self):
        lab.stop(self.process)


class Nfcapd(Program):
    def start(self, port):
        (self.directory / "flows").mkdir()
        self.launch("nfcapd", "-b", "127.0.0.1", "-p", port, "-w", self.directory / "flows", "-t", 3600)
        self.wait_for_port(port)

    def end(self, expected):
        time.sleep(1)
        self.stop()
        text = lab.run("nfdump", "-R", self.directory / "flows", "-o", "json")
        return total(json.loads(text), ["in_bytes", "out_bytes"], ["in_packets", "out_packets"], NFDUMP)


class Nfacctd(Program):
    PRIMITIVES = ("name=icmp4 field_type=32 len=2 semantics=u_int\nname=icmp6 field_type=139 len=2 semantics=u_int\n"
                  "name=reason field_type=136 len=1 semantics=u_int\n")

    def start(self, port):
        (self.directory / "primitives").write_text(self.PRIMITIVES)
        self.flows = self.directory / "flows.json"
        (self.directory / "conf").write_text(f"""
nfacctd_ip: 127.0.0.1
nfacctd_port: {port}
nfacctd_time_new: false
nfacctd_renormalize: true
plugins: print[flows]
aggregate_primitives: {self.directory}/primitives
aggregate[flows]: src_host,dst_host,src_port,dst_port,proto,post_nat_src_host,post_nat_dst_host,post_nat_src_port,\
post_nat_dst_port,in_iface,out_iface,timestamp_start,timestamp_end,sampling_direction,icmp4,icmp6,reason
print_output[flows]: json
print_output_file[flows]: {self.flows}
print_output_file_append[flows]: true
print_refresh_time[flows]: 3
""")
        self.launch("nfacctd", "-f", self.directory / "conf")
        self.wait_for_port(port)
        self.wait_for(lambda: "Purging cache - END" in self.log.read_text(), "its plugin does not run")

    def end(self, expected):
        # Two purges of its cache.
        time.sleep(7)
        self.stop()
        rows = [json.loads(line) for line in self.flows.read_text().splitlines()]
        return total(rows, ["bytes"], ["packets"], PMACCT)


class Fastnetmon(Program):
    """Both protocols on one port. Its log has a line for each record: "… size: 1234 bytes …"."""
    LINE = re.compile(r"packets: (\d+) size: (\d+) bytes")

    def start(self, port):
        (self.directory / "networks").write_text("198.51.100.0/24\n203.0.113.0/24\n2001:db8::/32\n")
        (self.directory / "white").write_text("")
        (self.directory / "conf").write_text(f"""
netflow = on
netflow_port = {port}
netflow_host = 127.0.0.1
netflow_sampling_ratio = 1
dump_all_traffic = on
dump_other_traffic = on
enable_ban = off
enable_api = off
prometheus = off
monitor_local_ip_addresses = off
average_calculation_time = 30
speed_calculation_delay = 1
disable_usage_report = on
networks_list_path = {self.directory}/networks
white_list_path = {self.directory}/white
pid_path = {self.directory}/pid
cli_stats_file_path = {self.directory}/stats
cli_stats_ipv6_file_path = {self.directory}/stats6
logging_level = info
""")
        self.output = self.directory / "flows.log"
        self.launch("fastnetmon", "--configuration_file", self.directory / "conf", "--log_file", self.output, "--disable_pid_logic")
        self.wait_for_port(port)

    def lines(self):
        return self.LINE.findall(self.output.read_text()) if self.output.exists() else []

    def rows_so_far(self):
        return len(self.lines())

    def end(self, expected):
        self.wait_for_rows(expected)
        self.stop()
        lines = self.lines()
        return Got(len(lines), sum(int(packets) for packets, _ in lines), sum(int(size) for _, size in lines), None)


class PythonIpfix(Program):
    """python3-ipfix, which is Debian's and so for Debian's interpreter; a collector on TCP."""
    READ = """
import json, sys, socketserver, ipfix.ie, ipfix.reader
ipfix.ie.use_iana_default()
ipfix.ie.use_5103_default()
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for record in ipfix.reader.from_stream(self.rfile).namedict_iterator():
            print(json.dumps(record, default=str), flush=True)
socketserver.TCPServer.allow_reuse_address = True
socketserver.TCPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""

    def start(self, port):
        self.launch("/usr/bin/python3", "-c", self.READ, port)
        self.wait_for_port(port, "-ltn")

    def rows(self):
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if "protocolIdentifier" in line]

    def rows_so_far(self):
        return len(self.rows())

    def end(self, expected):
        self.wait_for_rows(expected)
        self.stop()
        return total(self.rows(), ["octetDeltaCount", "reverseOctetDeltaCount"], ["packetDeltaCount", "reversePacketDeltaCount"])


class Collect(Program):
    """nursd collect, our own."""
    nursd = None

    def start(self, port):
        self.launch(self.nursd, "collect", "--listen", f"udp://127.0.0.1:{port}", "--format", "json")
        self.wait_for_port(port)

    def rows(self):
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{") and line.endswith("}")]
        return [line["flow"] for line in lines if "flow" in line]

    def rows_so_far(self):
        return len(self.rows())

    def end(self, expected):
        self.wait_for_rows(expected)
        self.stop()
        return total(self.rows(), ["octetDeltaCount", "reverseOctetDeltaCount"], ["packetDeltaCount", "reversePacketDeltaCount"])


class Rsyslog(Program):
    def start(self, port):
        (self.directory / "conf").write_text(f"""
global(workDirectory="{self.directory}" maxMessageSize="64k")
module(load="imtcp")
input(type="imtcp" address="127.0.0.1" port="{port}")
template(name="text" type="string" string="%msg%\\n")
action(type="omfile" file="{self.directory}/flows" template="text")
""")
        self.launch("rsyslogd", "-n", "-f", self.directory / "conf", "-i", self.directory / "pid")
        self.wait_for_port(port, "-ltn")

    def rows(self):
        flows = self.directory / "flows"
        lines = flows.read_text().splitlines() if flows.exists() else []
        return [dict(word.split("=", 1) for word in line.split() if "=" in word) for line in lines if " BYTES=" in line]

    def rows_so_far(self):
        return len(self.rows())

    def end(self, expected):
        self.wait_for_rows(expected)
        self.stop()
        rows = self.rows()
        read = {element for row in rows for key in row for element in SYSLOG.get(key, [key])}
        return total(rows, ["BYTES"], ["PKTS"])._replace(fields=read)


class Sink(Program):
    """Takes what is only captured, so that no port is closed."""
    READ = """
import selectors, socket, sys
selector = selectors.DefaultSelector()
for port in sys.argv[1:]:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("127.0.0.1", int(port)))
    selector.register(one, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in selector.select():
        key.fileobj.recv(65535)
"""

    def start(self, *ports):
        self.launch("/usr/bin/python3", "-c", self.READ, *ports)
        self.wait_for(lambda: "ready" in self.log.read_text(), "did not start")


class Tcpdump(Program):
    def start(self):
        self.file = self.directory / "export.pcap"
        self.launch("tcpdump", "-i", "lo", "-s", 0, "-U", "-n", "-B", 32768, "-Z", "root", "-w", self.file, "udp or tcp")
        self.wait_for(lambda: "listening on" in self.log.read_text(), "does not capture")


def tshark(capture, port):
    """It shows every field that it knows by a name of its own, cflow.…; a row for each flow set's record."""
    text = lab.run("tshark", "-r", capture, "-d", f"udp.port=={port},cflow", "-Y", f"cflow and udp.port=={port}", "-T", "ek",
                   "-J", "cflow")
    octets = packets = 0
    seen = set()
    for line in text.splitlines():
        layers = json.loads(line).get("layers", {})
        flow = layers.get("cflow", {})
        for key, value in flow.items():
            name = key.removeprefix("cflow_cflow_")
            values = value if isinstance(value, list) else [value]
            if name == "octets":
                octets += sum(int(one) for one in values)
            if name == "packets":
                packets += sum(int(one) for one in values)
            seen.update(TSHARK.get(name, []))
    return octets, packets, seen


def ipfixdump(file):
    """libfixbuf's: `(8) sourceIPv4Address : 192.0.2.1` for each field of a record."""
    rows = []
    for line in lab.run("ipfixDump", "--in", file, "--rfc5610", "--data").splitlines():
        if line.startswith("--- data record"):
            rows.append({})
        field = re.match(r"\s+\(\S+\)\s+(?:\(S\)\s+)?(\w+) : (.*)$", line)
        if field and rows:
            rows[-1][field.group(1)] = field.group(2).strip()
    rows = [row for row in rows if "protocolIdentifier" in row]
    return total(rows, ["octetDeltaCount", "reverseOctetDeltaCount"], ["packetDeltaCount", "reversePacketDeltaCount"])
