package io.nurs.appliance.lab;

import io.nurs.appliance.config.NatView;
import io.nurs.appliance.lab.Lab.Counted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What conntrack(8) tells of the router's entries that end: the witness that knows the kernel without us. */
public final class ConntrackWatch {
    private static final Pattern FLOW = Pattern.compile("<flow[ >].*?</flow>.*");
    private static final Pattern DIRECTION = Pattern.compile(
            "<meta direction=\"(original|reply)\"><layer3[^>]*><src>(.*?)</src><dst>(.*?)</dst></layer3>"
                    + "<layer4 protonum=\"(\\d+)\"[^>]*>(?:<sport>(\\d+)</sport><dport>(\\d+)</dport>)?.*?</layer4>"
                    + "(?:<counters><packets>(\\d+)</packets><bytes>(\\d+)</bytes></counters>)?");

    private final Program program;

    /** A tuple and what was counted of it. */
    public record Direction(
            int protocol, String source, int sourcePort, String destination, int destinationPort, Counted counted) {}

    /**
     * An entry.
     *
     * @param startNanos Unix time, 0 without timestamps
     * @param byProcess whether a process deleted it
     */
    public record Entry(
            Direction original, Direction reply, long startNanos, long stopNanos, int mark, boolean byProcess) {
        /** The records that say this. An ICMP entry is an echo's: conntrack(8) does not tell its type. */
        public List<FlowFact> facts(NatView view) {
            List<FlowFact> facts = new ArrayList<>();
            boolean ipv6 = original.source.contains(":");
            int request = original.protocol == Traffic.ICMP ? 8 : original.protocol == Traffic.ICMPV6 ? 128 : -1;
            facts.add(fact(original, reply, original.counted, request));
            if (view == NatView.WIRE) {
                int answer = request < 0 ? -1 : ipv6 ? 129 : 0;
                facts.add(fact(reply, original, reply.counted, answer));
            } else {
                facts.add(fact(swapped(original), swapped(reply), reply.counted, request));
            }
            return facts.stream().filter(fact -> fact.bytes() > 0).toList();
        }

        private static Direction swapped(Direction of) {
            return new Direction(of.protocol, of.destination, of.destinationPort, of.source, of.sourcePort, of.counted);
        }

        private FlowFact fact(Direction seen, Direction behindNat, Counted counted, int icmpType) {
            return new FlowFact(
                    seen.protocol,
                    seen.source,
                    seen.sourcePort,
                    seen.destination,
                    seen.destinationPort,
                    behindNat.destination,
                    behindNat.destinationPort,
                    behindNat.source,
                    behindNat.sourcePort,
                    icmpType,
                    icmpType < 0 ? -1 : 0,
                    counted.packets(),
                    counted.bytes(),
                    startNanos / 1_000_000,
                    stopNanos / 1_000_000,
                    -1,
                    -1,
                    -1,
                    byProcess ? 4 : original.protocol == Traffic.TCP ? 3 : 1);
        }

        public Counted total() {
            return original.counted.plus(reply.counted);
        }
    }

    private ConntrackWatch(Program program) {
        this.program = program;
    }

    /** Starts to listen for entries that end, before anybody else does; ends with the lab. */
    public static ConntrackWatch start(Lab lab) throws IOException {
        List<String> command =
                Lab.within(lab.router(), "conntrack", "-E", "-e", "DESTROY", "-b", "8388608", "-o", "xml,ktimestamp");
        ConntrackWatch watch = new ConntrackWatch(lab.closing(Program.start(command)));
        Wait.until("conntrack listens", () -> Lab.in(lab.router(), ConntrackWatch::hasListener));
        return watch;
    }

    // Columns of /proc/net/netlink: protocol (12 is netfilter) and, fourth, the groups' mask (4 is DESTROY).
    private static boolean hasListener() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/net/netlink")).stream()
                .map(line -> line.strip().split("\\s+", -1))
                .anyMatch(columns -> columns[1].equals("12") && columns[3].equals("00000004"));
    }

    /** Those that have ended so far. */
    public List<Entry> ended() throws IOException {
        return parse(program.output());
    }

    /** Waits until so many have ended. */
    public List<Entry> ended(int count) throws IOException {
        Wait.until(() -> count + " entries in " + Wait.unchecked(program::output), () -> ended().size() >= count);
        return ended();
    }

    /** Those that live now. */
    public static List<Entry> live(Lab lab) throws IOException, InterruptedException {
        return parse(lab.inRouter("conntrack", "-L", "-o", "xml,ktimestamp"));
    }

    private static List<Entry> parse(String xml) {
        return FLOW.matcher(xml).results().map(flow -> entry(flow.group())).toList();
    }

    private static Entry entry(String xml) {
        List<Direction> directions = DIRECTION
                .matcher(xml)
                .results()
                .map(match -> new Direction(
                        Integer.parseInt(match.group(4)),
                        match.group(2),
                        number(match.group(5)),
                        match.group(3),
                        number(match.group(6)),
                        new Counted(number(match.group(7)), number(match.group(8)))))
                .toList();
        return new Entry(
                directions.getFirst(),
                directions.getLast(),
                value(xml, "start"),
                value(xml, "stop"),
                (int) value(xml, "mark"),
                xml.contains("[USERSPACE]"));
    }

    private static int number(String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    private static long value(String xml, String element) {
        Matcher matcher = Pattern.compile("<" + element + ">(\\d+)<").matcher(xml);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }
}
