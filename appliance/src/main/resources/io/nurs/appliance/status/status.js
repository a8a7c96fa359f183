"use strict";

// Counts only grow: rates come from the difference to an earlier report. Text is set as text, so that a name is never markup.

const PERIOD = 2000;
const TIMEOUT = 8000;
const WINDOW = 6; // reports that a rate looks back over
const POINTS = 120; // of the chart at most: four minutes
const FEWEST = 30; // it shows room for

const history = [];
const points = [];
let lastContact = 0;
let announced = "";

const $ = id => document.getElementById(id);
const whole = new Intl.NumberFormat("en");
const tenth = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

function make(name, className, value) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (value !== undefined) element.textContent = value;
  return element;
}

const count = n => (n < 0 ? "–" : whole.format(n));
const rate = n => (n === null ? "–" : n < 10 ? tenth.format(n) : whole.format(Math.round(n)));

function octets(n) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  while (n >= 1000 && unit < units.length - 1) { n /= 1000; unit++; }
  return (n < 10 && unit > 0 ? tenth.format(n) : whole.format(Math.round(n))) + " " + units[unit];
}

function span(millis) {
  const s = Math.max(0, Math.round(millis / 1000));
  if (s < 60) return s + " s";
  if (s < 3600) return Math.floor(s / 60) + " min";
  if (s < 86400) return Math.floor(s / 3600) + " h " + Math.floor((s % 3600) / 60) + " min";
  return Math.floor(s / 86400) + " d " + Math.floor((s % 86400) / 3600) + " h";
}

const ago = (now, at) => (at === 0 ? "never" : span(now - at) + " ago");
const plural = (n, one, many) => whole.format(n) + " " + (n === 1 ? one : many);
const sum = (list, figure) => list.reduce((total, item) => total + figure(item), 0);
const once = (list, key) => [...new Map(list.map(item => [key(item), item])).values()];

// Of what figure(report) counts, over the last few seconds; null if that cannot be known yet.
function rateOf(figure) {
  const last = history[history.length - 1];
  const value = figure(last);
  for (let i = Math.max(0, history.length - WINDOW); i < history.length - 1; i++) {
    const before = figure(history[i]);
    const seconds = (last.now - history[i].now) / 1000;
    if (before !== undefined && before <= value && seconds > 0) return (value - before) / seconds;
  }
  return null;
}

const source = (report, name) => report.sources.find(s => s.name === name);
const collectorKey = c => c.name + "\n" + c.source;
const collector = (report, key) => report.collectors.find(c => collectorKey(c) === key);
const seen = report => sum(report.sources, s => s.ledger.seen);
const records = report => sum(report.collectors, c => c.records);
const sent = report => sum(report.collectors, c => c.octets);

function verdict(report) {
  const fails = report.findings.filter(f => f.level === "fail");
  const warns = report.findings.filter(f => f.level === "warn");
  const names = once(report.collectors, c => c.name).length;
  const flows = rateOf(seen);
  const what = plural(report.sources.length + report.polled.length + report.events.length + report.packets.length + report.queues.length, "source", "sources") + ", " + plural(names, "collector", "collectors")
    + (flows === null || report.sources.length === 0 ? "" : ", " + rate(flows) + " flows/s");
  if (fails.length > 0) {
    const more = report.findings.length - 1;
    const first = fails[0].what.split(/[:;]|\. /)[0].replace(/\.$/, "");
    return ["fail", "!", "Attention: " + fails[0].subject.split(":")[0] + ": " + first + (more > 0 ? ", and " + more + " more" : "") + "."];
  }
  if (warns.length > 0) return ["warn", "!", "Working, with " + plural(warns.length, "warning", "warnings") + ": " + what];
  return ["ok", "✓", "Working: " + what];
}

function showVerdict(report) {
  const [level, sign, sentence] = verdict(report);
  $("verdict").className = "verdict " + level;
  text($("sign"), sign);
  text($("sentence"), sentence);
  document.title = (level === "ok" ? "" : "(!) ") + "nurs on " + location.hostname;
}

function finding(f) {
  const box = make("article", "finding " + f.level);
  const title = make("h3");
  title.append(make("span", "tag " + f.level, f.level === "fail" ? "failure" : "warning"), f.subject);
  box.append(title, make("p", "", f.what));
  const [command, note] = remedy(f.mend);
  if (command) box.append(make("code", "", command));
  if (note) box.append(make("p", "note", note));
  return box;
}

// A command, to be copied as it is, and what is to be said of it; or a sentence alone.
function remedy(mend) {
  if (!/^(sysctl|nft|ss|nursd|systemctl|jstack) /.test(mend)) return ["", mend];
  const end = mend.indexOf(" (");
  return end < 0 ? [mend, ""] : [mend.slice(0, end), mend.slice(end + 1)];
}

function showFindings(report) {
  const amiss = report.findings.filter(f => f.level !== "ok");
  const box = $("findings");
  const state = JSON.stringify(amiss);
  if (box.dataset.state !== state) {
    box.dataset.state = state;
    box.replaceChildren(...amiss.map(finding));
    box.hidden = amiss.length === 0;
  }
  // Said aloud when something comes or goes, not when a number in it changes.
  const subjects = amiss.map(f => f.level + ": " + f.subject).join("; ");
  if (announced !== subjects) text($("announced"), subjects || "Nothing is amiss any more.");
  announced = subjects;
}

function showChart() {
  const last = history[history.length - 1];
  const before = history[history.length - 2];
  if (before && last.now > before.now) points.push(Math.max(0, (seen(last) - seen(before)) * 1000 / (last.now - before.now)));
  if (points.length > POINTS) points.shift();
  if (points.length < 2) return;
  const most = Math.max(1, ...points);
  const step = 240 / (Math.max(FEWEST, points.length) - 1);
  const left = 240 - step * (points.length - 1);
  const path = points.map((p, i) => (left + i * step).toFixed(1) + " " + (46 - 42 * p / most).toFixed(1)).join(" L");
  $("line").setAttribute("d", "M" + path);
  $("area").setAttribute("d", "M" + left.toFixed(1) + " 48 L" + path + " L240 48 Z");
}

function showTiles(report) {
  const flows = rateOf(seen);
  text($("flow-rate"), rate(flows));
  text($("record-rate"), rate(rateOf(records)));
  const out = rateOf(sent);
  text($("octet-rate"), out === null ? "" : octets(out) + "/s to collectors");
  text($("live"), count(sum(report.sources, s => s.ledger.live)));
  text($("seen"), count(seen(report)) + " seen");
  // Readers of one source share its table: the fullest is what matters.
  const tables = report.sources.filter(s => s.tableEntries >= 0);
  const use = s => (s.maxTableEntries > 0 ? s.tableEntries / s.maxTableEntries : 0);
  const fullest = tables.reduce((a, b) => (a === null || use(b) > use(a) ? b : a), null);
  if (fullest) {
    text($("table-use"), tenth.format(use(fullest) * 100) + " %");
    $("table-meter").value = use(fullest);
    text($("table-text"), count(fullest.tableEntries) + " of " + (fullest.maxTableEntries > 0 ? count(fullest.maxTableEntries) : "any number"));
  }
}

// Rows are kept as long as what they tell of is there, so that a selection in them stays.
function rows(body, items, key, cells) {
  const labels = [...body.parentNode.querySelectorAll("thead th")];
  const old = new Map([...body.rows].map(row => [row.dataset.key, row]));
  items.forEach((item, index) => {
    const name = key(item);
    const row = old.get(name) || newRow(name, labels);
    old.delete(name);
    if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] || null);
    cells(item).forEach((value, i) => fill(row.cells[i], value));
  });
  old.forEach(row => row.remove());
}

function newRow(name, labels) {
  const row = make("tr");
  row.dataset.key = name;
  labels.forEach((label, i) => {
    const cell = make(i === 0 ? "th" : "td", label.className);
    if (i === 0) cell.scope = "row";
    cell.dataset.label = label.textContent;
    row.append(cell);
  });
  return row;
}

// A cell is text, { bad: text }, or the parts [class, text] of which it is made.
function fill(cell, value) {
  if (Array.isArray(value)) {
    const state = JSON.stringify(value);
    if (cell.dataset.state === state) return;
    cell.dataset.state = state;
    const parts = value.map(([className, part]) => (className === "" ? document.createTextNode(part) : make("span", className, part)));
    if (cell.tagName === "TD") {
      const box = make("span");
      box.append(...parts);
      cell.replaceChildren(box);
    } else {
      cell.replaceChildren(...parts);
    }
    return;
  }
  const isBad = typeof value === "object";
  cell.classList.toggle("bad", isBad);
  text(cell, isBad ? value.bad : value);
}

const alarming = n => (n > 0 ? { bad: count(n) } : count(n));

function sourceState(s) {
  if (!s.bound) return [["tag fail", "✕ not bound"]];
  if (!s.reading) return [["tag fail", "✕ not reading"]];
  if (s.delivery !== "reliable") return [["tag ok", "✓ bound, reading"], ["why", "best effort"]];
  return s.reliable
    ? [["tag ok", "✓ bound, reading"], ["why", "reliable"]]
    : [["tag warn", "! bound, reading"], ["why", "reliability given up"]];
}

function showSources(report) {
  rows($("sources"), report.sources, s => s.name, s => [
    [["", s.name], ["place", "conntrack of " + s.namespace + ", " + s.accounting]],
    sourceState(s),
    rate(rateOf(r => source(r, s.name)?.messages)),
    rate(rateOf(r => source(r, s.name)?.reports)),
    count(s.ledger.live),
    s.lag < 0 ? "–" : s.lag.toFixed(s.lag < 10 ? 2 : 0) + " s",
    alarming(s.lostEvents),
    alarming(s.unreadable),
    s.failedDumps > 0 ? { bad: count(s.dumps) + " (" + count(s.failedDumps) + " failed)" } : count(s.dumps),
  ]);
  rows($("ledger"), report.sources, s => s.name, s => [
    [["", s.name]],
    s.ledger.even ? [["tag ok", "✓ even"]] : [["tag fail", "✕ uneven"]],
    count(s.ledger.seen), count(s.ledger.live), count(s.ledger.ended), count(s.ledger.exported),
    count(s.ledger.empty), count(s.ledger.fromBefore), count(s.ledger.unwatched),
  ]);
}

function polledState(s) {
  if (!s.bound) return [["tag fail", "✕ not bound"]];
  return s.reading ? [["tag ok", "✓ bound, reading"]] : [["tag fail", "✕ not reading"]];
}

function nftablesText(s) {
  return count(s.changes) + " changes of rules, " + count(s.steps) + " steps of traces"
    + (s.lost > 0 ? ", " + count(s.lost) + " datagrams lost" : "");
}

function showPolled(report) {
  $("counters").hidden = report.polled.length === 0;
  rows($("polled"), report.polled, s => s.name, s => [
    [["", s.name], ["place", s.type + " of " + s.namespace + ", every " + span(s.interval * 1000)],
      ...(s.type === "nftables" ? [["place", nftablesText(s)]] : [])],
    polledState(s),
    count(s.readings),
    alarming(s.failedReadings),
    ago(report.now, s.lastReading),
    count(s.objects),
    count(s.reports),
    s.type !== "conntrack-stats" ? count(s.quotaEvents) : "–",
    s.type !== "conntrack-stats" ? count(s.zeroed) : "–",
  ]);
}

const told = s => s === undefined ? undefined : s.new + s.updates + s.destroyed;

function showEvents(report) {
  $("event-sources").hidden = report.events.length === 0;
  rows($("events"), report.events, s => s.name, s => [
    [["", s.name], ["place", s.kinds.join(", ") + " of " + s.namespace]],
    polledState(s),
    rate(rateOf(r => told(r.events.find(other => other.name === s.name)))),
    count(s.new),
    count(s.updates),
    count(s.destroyed),
    alarming(s.lostEvents),
    alarming(s.unreadable),
  ]);
}

const queue = (report, name) => report.queues.find(q => q.name === name);

function showQueues(report) {
  $("queues-card").hidden = report.queues.length === 0;
  rows($("queues"), report.queues, q => q.name, q => [
    [["", q.name], ["place", "queue " + q.queue + " of " + q.namespace + ", policy " + q.policy + (q.failOpen ? ", fail open" : ", fail closed")]],
    polledState(q),
    rate(rateOf(r => queue(r, q.name)?.packets)),
    count(q.packets),
    count(q.accepted),
    count(q.dropped),
    count(q.repeated + q.stopped + q.requeued),
    count(q.changed),
    q.waiting < 0 ? "–" : count(q.waiting) + " of " + count(q.maxLength),
    alarming(q.missed + Math.max(0, q.kernelDropped) + Math.max(0, q.userDropped)),
    alarming(q.refused),
  ]);
}

function showPackets(report) {
  $("logged").hidden = report.packets.length === 0;
  rows($("packets"), report.packets, s => s.name, s => [
    [["", s.name], ["place", s.type + " of " + s.namespace]],
    polledState(s),
    count(s.number),
    count(s.packets),
    count(s.octets),
    alarming(s.lost),
    count(s.gaps),
  ]);
}

function collectorState(c) {
  if (c.up) return [["tag ok", "✓ up"]];
  return c.failure ? [["tag fail", "✕ down"], ["why", c.failure]] : [["tag fail", "✕ down"]];
}

// Flows of IPv6, which NetFlow v5 has no room for.
function notSendable(c) {
  return c.notSendable > 0 ? "; " + plural(c.notSendable, "record", "records") + " not sendable" : "";
}

function showCollectors(report) {
  rows($("collectors"), report.collectors, collectorKey, c => [
    [["", c.name], ["place", c.protocol + " to " + c.destination + ", domain " + c.domain + ", from " + c.source + notSendable(c)]],
    collectorState(c),
    rate(rateOf(r => collector(r, collectorKey(c))?.records)),
    count(c.records),
    count(c.messages),
    octets(c.octets),
    alarming(c.lostMessages),
    alarming(c.notSent),
    ago(report.now, c.lastTemplate),
    c.spool ? octets(c.spool.backlogBytes) : "no spool",
  ]);
}

function showStacks(report) {
  const state = JSON.stringify(report.stacks);
  if ($("stacks").dataset.state === state) return;
  $("stacks").dataset.state = state;
  $("stacks").replaceChildren(...report.stacks.map(stack => {
    const item = make("li");
    const arrow = () => make("span", "arrow", "→");
    item.append(make("span", "name", stack.name), make("span", "part", stack.source));
    if (stack.filters > 0) item.append(arrow(), make("span", "part", plural(stack.filters, "filter", "filters")));
    item.append(arrow());
    stack.exporters.forEach(name => item.append(make("span", "part", name)));
    if (stack.distribution !== "mirror") item.append(make("span", "small", stack.distribution));
    return item;
  }));
}

function showAbout(report) {
  text($("host"), "nursd " + report.version + " on " + location.hostname + ", up " + span(report.now - report.started));
  const loaded = "Configuration of " + new Date(report.loaded).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  const reload = report.lastReload;
  text($("about"), "nursd " + report.version + ". " + loaded + (reload
    ? ", " + plural(report.reloads, "reload", "reloads") + ", the last one " + (reload.succeeded ? "took effect" : "was refused") + "."
    : "."));
}

function show(report) {
  const last = history[history.length - 1];
  if (last && last.started !== report.started) { history.length = 0; points.length = 0; }
  history.push(report);
  if (history.length > WINDOW) history.shift();
  showVerdict(report);
  showFindings(report);
  showChart();
  showTiles(report);
  showStacks(report);
  showSources(report);
  showPolled(report);
  showEvents(report);
  showQueues(report);
  showPackets(report);
  showCollectors(report);
  showAbout(report);
}

function contact(why) {
  const lost = why !== "";
  document.body.classList.toggle("stale", lost && lastContact > 0);
  $("contact").className = lost ? "lost" : "live";
  text($("contact"), lost
    ? why + (lastContact > 0 ? "; shown is how it was at " + new Date(lastContact).toLocaleTimeString() : "")
    : "live");
}

async function ask() {
  try {
    const answer = await fetch("status.json", { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT) });
    if (answer.status === 401) throw new Error("nursd wants a login: load this page again");
    if (!answer.ok) throw new Error("nursd answers " + answer.status);
    const report = await answer.json();
    lastContact = Date.now();
    contact("");
    show(report);
  } catch (error) {
    contact(error instanceof TypeError || error.name === "TimeoutError" ? "No contact with nursd" : error.message);
  }
  setTimeout(ask, PERIOD);
}

ask();
