package io.nurs.appliance.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.flow.DataRecord;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** All that conntrack(8) tells of the router's entries, and what a record of ours says, in the same words. */
public final class EventWatch {
    private static final Pattern LINE =
            Pattern.compile("\\s*\\[(NEW|UPDATE|DESTROY)\\]\\s+ipv[46]\\s+\\d+\\s+\\S+\\s+(\\d+)\\s+(.*)");
    private static final Pattern VALUE = Pattern.compile("([a-z]+)=(\\S+)");
    private static final Pattern STATE = Pattern.compile("\\b([A-Z][A-Z_0-9]+)\\b(?!])");
    private static final List<String> TCP_STATES = List.of(
            "-",
            "SYN_SENT",
            "SYN_RECV",
            "ESTABLISHED",
            "FIN_WAIT",
            "CLOSE_WAIT",
            "LAST_ACK",
            "TIME_WAIT",
            "CLOSE",
            "SYN_SENT2");
    private static final int SEEN_REPLY = 2;
    private static final int ASSURED = 4;

    // Elements of nurs.
    private static final int MARK = 1;
    private static final int STATUS = 4;
    private static final int ID = 6;
    private static final int TCP_STATE = 90;
    private static final int FIRST_TOTAL = 91;
    private static final int TIMEOUT = 95;
    private static final int ICMP_ID = 96;
    private static final int POST_NAT_ICMP_ID = 97;

    private final Program program;

    private EventWatch(Program program) {
        this.program = program;
    }

    /** Starts to listen, before anybody else does; ends with the lab. */
    public static EventWatch start(Lab lab) throws IOException {
        List<String> command =
                Lab.within(lab.router(), "conntrack", "-E", "-e", "ALL", "-b", "8388608", "-o", "extended,id");
        EventWatch watch = new EventWatch(lab.closing(Program.start(command)));
        Wait.until("conntrack listens", () -> Lab.in(lab.router(), EventWatch::hasListener));
        return watch;
    }

    // Columns of /proc/net/netlink: protocol (12 is netfilter) and, fourth, the groups' mask (NEW, UPDATE, DESTROY).
    private static boolean hasListener() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/net/netlink")).stream()
                .map(line -> line.strip().split("\\s+", -1))
                .anyMatch(columns -> columns[1].equals("12") && columns[3].equals("00000007"));
    }

    /** What it has printed so far, of TCP, UDP, ICMP and others: nothing that tells of the line's making. */
    public List<String> told() throws IOException {
        return program.output()
                .lines()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .map(EventWatch::words)
                .toList();
    }

    private static String words(Matcher line) {
        String event = line.group(1);
        int protocol = Integer.parseInt(line.group(2));
        String rest = line.group(3);
        String[] tokens = rest.split("\\s+", -1);
        List<String> tuple = new ArrayList<>();
        List<String> counters = new ArrayList<>();
        String mark = "0";
        List<String> ids = new ArrayList<>();
        Matcher value = VALUE.matcher(rest);
        while (value.find()) {
            switch (value.group(1)) {
                case "src", "dst" -> tuple.add(address(value.group(2)));
                case "sport", "dport", "type", "code" -> tuple.add(value.group(2));
                case "packets", "bytes" -> counters.add(value.group(2));
                case "mark" -> mark = value.group(2);
                case "id" -> ids.add(value.group(2));
                default -> {
                    // Of the printing, or what we do not send.
                }
            }
        }
        Matcher state = STATE.matcher(rest);
        return String.join(
                " ",
                event,
                Integer.toString(protocol),
                event.equals("DESTROY") ? "-" : tokens[0],
                protocol == Traffic.TCP && state.find() ? state.group(1) : "-",
                tuple.toString(),
                rest.contains("[UNREPLIED]") ? "unreplied" : "replied",
                rest.contains("[ASSURED]") ? "assured" : "-",
                counters.toString(),
                mark,
                ids.toString());
    }

    /** A record in the same words. */
    public static String words(ObservationFact fact) {
        DataRecord record = fact.record();
        int event = number(record, IanaElements.firewallEvent);
        int protocol = number(record, IanaElements.protocolIdentifier);
        boolean ipv6 = record.has(IanaElements.sourceIPv6Address);
        List<String> tuple = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        tuple.add(address(record, ipv6 ? IanaElements.sourceIPv6Address : IanaElements.sourceIPv4Address));
        tuple.add(address(record, ipv6 ? IanaElements.destinationIPv6Address : IanaElements.destinationIPv4Address));
        addIfThere(tuple, record, IanaElements.sourceTransportPort);
        addIfThere(tuple, record, IanaElements.destinationTransportPort);
        boolean icmp = fact.has(ICMP_ID);
        if (icmp) {
            int type = number(record, ipv6 ? IanaElements.icmpTypeIPv6 : IanaElements.icmpTypeIPv4);
            tuple.add(Integer.toString(type));
            tuple.add(Integer.toString(number(record, ipv6 ? IanaElements.icmpCodeIPv6 : IanaElements.icmpCodeIPv4)));
            ids.add(Long.toString(fact.number(ICMP_ID)));
        }
        tuple.add(address(
                record,
                ipv6 ? IanaElements.postNATDestinationIPv6Address : IanaElements.postNATDestinationIPv4Address));
        tuple.add(
                address(record, ipv6 ? IanaElements.postNATSourceIPv6Address : IanaElements.postNATSourceIPv4Address));
        addIfThere(tuple, record, IanaElements.postNAPTDestinationTransportPort);
        addIfThere(tuple, record, IanaElements.postNAPTSourceTransportPort);
        if (icmp) {
            // An echo's answer, which a record does not repeat.
            tuple.add(ipv6 ? "129" : "0");
            tuple.add("0");
            ids.add(Long.toString(fact.number(POST_NAT_ICMP_ID)));
        }
        ids.add(Long.toString(fact.number(ID)));
        List<String> counters = new ArrayList<>();
        for (int i = 0; i < 4 && fact.has(FIRST_TOTAL); i++) {
            counters.add(Long.toString(fact.number(FIRST_TOTAL + i)));
        }
        long status = fact.number(STATUS);
        return String.join(
                " ",
                event == 1 ? "NEW" : event == 2 ? "DESTROY" : event == 5 ? "UPDATE" : "event " + event,
                Integer.toString(protocol),
                event == 2 ? "-" : Long.toString(fact.number(TIMEOUT)),
                fact.has(TCP_STATE) ? TCP_STATES.get((int) fact.number(TCP_STATE)) : "-",
                tuple.toString(),
                (status & SEEN_REPLY) == 0 ? "unreplied" : "replied",
                (status & ASSURED) == 0 ? "-" : "assured",
                counters.toString(),
                Long.toString(fact.number(MARK)),
                ids.toString());
    }

    private static int number(DataRecord record, InformationElement element) {
        return (int) record.unsigned(element);
    }

    private static void addIfThere(List<String> to, DataRecord record, InformationElement element) {
        if (record.has(element)) {
            to.add(Integer.toString(number(record, element)));
        }
    }

    private static String address(DataRecord record, InformationElement element) {
        return Wait.unchecked(
                () -> InetAddress.getByAddress(record.octets(element)).getHostAddress());
    }

    private static String address(String literal) {
        String address = InetAddress.ofLiteral(literal).getHostAddress();
        assertTrue(!address.isEmpty());
        return address;
    }
}
