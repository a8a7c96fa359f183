package io.nurs.appliance.lab;

import io.nurs.appliance.lab.Lab.Counted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The router's accounting objects, and what nfacct(8) lists of them. */
public final class AccountingObjects {
    private static final Pattern LISTED = Pattern.compile("pkts = (\\d+), bytes = (\\d+)[^}]*} = (\\S+);");
    /** nfacct(8) makes no quotas, and one object a call. linux/netfilter/nfnetlink_acct.h */
    private static final String MAKE = """
            import socket, struct, sys
            acct = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
            def attribute(kind, octets):
                whole = struct.pack('HH', 4 + len(octets), kind) + octets
                return whole + bytes(-len(whole) % 4)
            for argument in sys.argv[1:]:
                name, _, quota = argument.partition('=')
                body = bytes(4) + attribute(1, name.encode() + bytes(1))
                if quota:
                    body += attribute(5, struct.pack('>I', 1)) + attribute(6, struct.pack('>Q', int(quota)))
                acct.send(struct.pack('IHHII', 16 + len(body), 0x700, 0x605, 1, 0) + body)
                assert acct.recv(4096)[16:20] == bytes(4), name
            """;

    private final Lab lab;

    private AccountingObjects(Lab lab) {
        this.lab = lab;
    }

    /**
     * Makes objects that count each forwarded packet.
     *
     * @param objects each a name, or {@code name=3} for one with a quota of packets
     */
    public static AccountingObjects make(Lab lab, List<String> objects) throws IOException, InterruptedException {
        Requires.tools("nfacct", "iptables", "python3");
        List<String> make = new ArrayList<>(List.of("python3", "-c", MAKE));
        make.addAll(objects);
        lab.inRouter(make.toArray(String[]::new));
        StringBuilder rules = new StringBuilder("*filter\n");
        objects.forEach(object -> rules.append("-A FORWARD -m nfacct --nfacct-name ")
                .append(object.split("=", -1)[0])
                .append('\n'));
        Path file = Files.createTempFile("nurs", ".rules");
        try {
            Files.writeString(file, rules.append("COMMIT\n"));
            lab.inRouter("iptables-restore", "--noflush", file.toString());
        } finally {
            Files.delete(file);
        }
        return new AccountingObjects(lab);
    }

    /** Those that are there. */
    public static AccountingObjects of(Lab lab) {
        return new AccountingObjects(lab);
    }

    public Map<String, Counted> list() throws IOException, InterruptedException {
        return read(lab.inRouter("nfacct", "list"));
    }

    /** As another program would. */
    public Map<String, Counted> listAndZero() throws IOException, InterruptedException {
        return read(lab.inRouter("nfacct", "list", "reset"));
    }

    private static Map<String, Counted> read(String listed) {
        Map<String, Counted> objects = new TreeMap<>();
        LISTED.matcher(listed)
                .results()
                .forEach(line -> objects.put(
                        line.group(3), new Counted(Long.parseLong(line.group(1)), Long.parseLong(line.group(2)))));
        return objects;
    }
}
