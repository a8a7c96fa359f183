"""The table of fields and collectors in appliance/docs/collectors.md, between its two marks."""
import settings

BEGIN = "<!-- fields begin: written by appliance/bench/interop/run.py --write -->"
END = "<!-- fields end -->"

# Columns: what the reader knows the collector as, and the exporters that go there.
COLUMNS = {
    "nfdump": ["nfcapd-v9", "nfcapd-ipfix"],
    "pmacct": ["nfacctd-v9", "nfacctd-ipfix"],
    "tshark": ["tshark-v9", "tshark-ipfix"],
    "ipfixDump": ["ipfixdump"],
    "python3-ipfix": ["python-ipfix"],
    "rsyslog": ["rsyslog"],
    "nursd collect": ["collect"],
    "fastnetmon*": ["fastnetmon-v9"],
    "goflow2*": ["goflow2"],
    "akvorado*": ["akvorado"],
    "ntopng*": ["ntopng"],
    "elastic*": ["elastic"],
    "logstash*": ["logstash"],
    "otel*": ["otel"],
}


def by_rules(field):
    if field["decoded"] == 0:
        return "not decoded"
    return "read" if field["read"] else "ignored"


def cell(name, exporter, sent, got, rules):
    """`exporter` is what went to the collector, or where that is not captured, what its like sent elsewhere."""
    if exporter not in sent:
        return "read" if name in got[exporter].fields else "–"
    if not any(field["name"] == name for field in sent[exporter]["fields"]):
        return "–"
    if got[exporter].fields is not None:
        return "read" if name in got[exporter].fields else "ignored"
    return next(by_rules(field) for field in rules[exporter]["fields"] if field["name"] == name)


def joined(cells, exporters):
    """One word if both protocols have it alike."""
    if len(set(cells)) == 1 or "–" in cells:
        return next((one for one in cells if one != "–"), "–")
    protocols = ["v9" if settings.EXPORTERS[exporter][1] == "netflow9" else "IPFIX" for exporter in exporters]
    return ", ".join(f"{protocol} {one}" for protocol, one in zip(protocols, cells))


def table(sent, got, rules):
    fields = {}
    for one in sent.values():
        for field in one["fields"]:
            number = str(field["id"]) if field["enterprise"] == 0 else f"{field['enterprise']}/{field['id']}"
            fields.setdefault(field["name"], (field["enterprise"], field["id"], number))
    lines = ["| Field | Id | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 2) + "|"]
    for name, (_, _, number) in sorted(fields.items(), key=lambda item: item[1]):
        cells = [joined([cell(name, one, sent, got, rules) for one in exporters], exporters) for exporters in COLUMNS.values()]
        lines.append(f"| {name} | {number} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def update(file, sent, got, rules, write):
    """Writes the table, or says that the one in the file is another."""
    text = file.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    fresh = f"{before}{BEGIN}\n{table(sent, got, rules)}\n{END}{after}"
    if write:
        file.write_text(fresh)
        return []
    return [] if fresh == text else [f"the table in {file.name} is not what was measured; run.py --write writes it"]
