"""What nursd is configured with for each collector. The one place to change when the keys of exporters change."""

# Name of the exporter: preset, protocol, how it is reached. `netflow5` has its place here too: its own exporter to an nfcapd,
# whose sum is that of the IPv4 flows.
EXPORTERS = {
    "nfcapd-v9": ("nfdump", "netflow9", "udp"),
    "nfcapd-ipfix": ("nfdump", "ipfix", "udp"),
    "nfacctd-v9": ("pmacct", "netflow9", "udp"),
    "nfacctd-ipfix": ("pmacct", "ipfix", "udp"),
    "tshark-v9": ("generic", "netflow9", "udp"),
    "tshark-ipfix": ("generic", "ipfix", "udp"),
    "ipfixdump": ("generic", "ipfix", "file"),
    "python-ipfix": ("generic", "ipfix", "tcp"),
    "fastnetmon-v9": ("fastnetmon", "netflow9", "udp"),
    "fastnetmon-ipfix": ("fastnetmon", "ipfix", "udp"),
    "collect": ("generic", "ipfix", "udp"),
    "rsyslog": ("syslog", "syslog", "tcp"),
    "goflow2": ("goflow2", "ipfix", "udp"),
    "akvorado": ("akvorado", "ipfix", "udp"),
    "ntopng": ("ntopng", "netflow9", "udp"),
    "elastic": ("elastic", "ipfix", "udp"),
    "logstash": ("logstash", "ipfix", "udp"),
    "otel": ("otel", "ipfix", "udp"),
}

# Beside the preset. python3-ipfix 0.9.7 takes the padding of a set of options templates for a template.
BESIDE = {"python-ipfix": ", options: false"}

# One collector takes both on one port.
ONE_PORT = {"fastnetmon-ipfix": "fastnetmon-v9"}
FIRST_PORT = 9001


def ports():
    numbers = {name: FIRST_PORT + number for number, name in enumerate(EXPORTERS)}
    return {name: numbers[ONE_PORT.get(name, name)] for name in EXPORTERS}


def exporter(name, port, directory):
    preset, protocol, way = EXPORTERS[name]
    if protocol == "syslog":
        return f'  {name}: {{ type: syslog, tcp: "127.0.0.1:{port}", biflow: false }}'
    place = f"file: {{ path: {directory}/{name}.ipfix }}" if way == "file" else f'collector: "127.0.0.1:{port}"'
    transport = ", transport: tcp" if way == "tcp" else ", observation-domain: 2" if name in ONE_PORT else ""
    return f"  {name}: {{ type: {protocol}, {place}{transport}, flush-interval: 200ms, preset: {preset}{BESIDE.get(name, '')} }}"


def config(router, directory):
    """The interfaces are bits of the connection mark, which the router's rules set."""
    exporters = "\n".join(exporter(name, port, directory) for name, port in ports().items())
    return f"""
stacks:
  - name: flows
    source: {{ type: conntrack, namespace: {router}, active-timeout: 5s }}
    filters:
      - {{ type: mark-interfaces, ingress: "0xff00 >> 8", egress: "0xff" }}
    exporters: [{", ".join(EXPORTERS)}]
exporters:
{exporters}
metrics: {{ listen: off }}
"""
