package io.nurs.appliance.output.text;

import io.nurs.appliance.collect.ReadRecord;
import io.nurs.appliance.collect.ValueText;
import io.nurs.flow.DataRecord.DataField;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A packet as {@code iptables -j LOG} has it: its keys in its order, with the names of interfaces, and UID and GID as with
 * {@code --log-uid}. What that does not tell is left out, but for a queue's verdict.
 */
final class PacketText {
    /** In the kernel's order: nf_log_syslog.c */
    private static final String[] FLAGS = {"CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN"};

    private static final int FLAG_CWR = 0x80;
    /** Of the bits before the flags; the kernel writes them as they stand in their octet, less two. */
    private static final int RESERVED_SHIFT = 8;

    private static final int DONT_FRAGMENT = 0x40;
    private static final int MORE_FRAGMENTS = 0x20;
    private static final long NOBODY = 0xffff_ffffL;
    private static final long NO_VERDICT = 0xff;

    private final StringBuilder out;
    private final Map<String, Object> values = new HashMap<>();

    private PacketText(StringBuilder out, ReadRecord record) {
        this.out = out;
        for (DataField field : record.fields()) {
            values.put(field.element().name(), field.value());
        }
    }

    static boolean is(ReadRecord record) {
        return record.fields().stream().anyMatch(field -> field.element().name().equals("packetHook"));
    }

    static void append(StringBuilder out, ReadRecord record) {
        new PacketText(out, record).append();
    }

    private void append() {
        String prefix = text("packetPrefix");
        out.append(prefix).append(prefix.isEmpty() || prefix.endsWith(" ") ? "" : " ");
        out.append("IN=").append(name("ingressInterface"));
        out.append(" OUT=").append(name("egressInterface"));
        filled("PHYSIN", name("ingressPhysicalInterface"));
        filled("PHYSOUT", name("egressPhysicalInterface"));
        boolean v6 = values.containsKey("sourceIPv6Address");
        mac(v6);
        if (number("dot1qVlanId") != 0) {
            key("VLANID", number("dot1qVlanId"));
        }
        if (v6) {
            ipv6();
        } else if (values.containsKey("sourceIPv4Address")) {
            ipv4();
        }
        transport();
        if (number("packetUid") != NOBODY) {
            key("UID", number("packetUid"));
            key("GID", number("packetGid"));
        }
        if (number("packetMark") != 0) {
            key("MARK", "0x" + Long.toHexString(number("packetMark")));
        }
        if (number("packetVerdict") != NO_VERDICT) {
            key("VERDICT", number("packetVerdict"));
        }
    }

    private void ipv4() {
        key("SRC", text("sourceIPv4Address"));
        key("DST", text("destinationIPv4Address"));
        key("LEN", number("ipTotalLength"));
        int tos = (int) number("ipClassOfService");
        key("TOS", "0x%02X".formatted(tos & 0x1e));
        key("PREC", "0x%02X".formatted(tos & 0xe0));
        key("TTL", number("ipTTL"));
        key("ID", number("fragmentIdentification"));
        fragment();
    }

    private void ipv6() {
        key("SRC", text("sourceIPv6Address"));
        key("DST", text("destinationIPv6Address"));
        key("LEN", number("ipTotalLength"));
        key("TC", number("ipClassOfService"));
        key("HOPLIMIT", number("ipTTL"));
        key("FLOWLBL", number("flowLabelIPv6"));
        fragment();
    }

    private void fragment() {
        long flags = number("fragmentFlags");
        out.append((flags & DONT_FRAGMENT) != 0 ? " DF" : "").append((flags & MORE_FRAGMENTS) != 0 ? " MF" : "");
        if (number("fragmentOffset") != 0) {
            out.append(" FRAG:").append(number("fragmentOffset"));
        }
    }

    private void transport() {
        if (!values.containsKey("protocolIdentifier")) {
            return;
        }
        key("PROTO", FirewallText.protocol(number("protocolIdentifier")));
        if (values.containsKey("sourceTransportPort")) {
            key("SPT", number("sourceTransportPort"));
            key("DPT", number("destinationTransportPort"));
        }
        if (values.containsKey("tcpControlBits")) {
            key("WINDOW", number("tcpWindowSize"));
            int bits = (int) number("tcpControlBits");
            key("RES", "0x%02x".formatted(bits >>> RESERVED_SHIFT << 2));
            for (int i = 0; i < FLAGS.length; i++) {
                out.append((bits & FLAG_CWR >>> i) != 0 ? " " + FLAGS[i] : "");
            }
            key("URGP", number("tcpUrgentPointer"));
        } else if (number("udpMessageLength") != 0) {
            key("LEN", number("udpMessageLength"));
        }
        for (String family : new String[] {"IPv4", "IPv6"}) {
            if (values.containsKey("icmpType" + family)) {
                key("TYPE", number("icmpType" + family));
                key("CODE", number("icmpCode" + family));
            }
        }
    }

    /** The whole header, as the kernel has it, of packets that came with one. */
    private void mac(boolean v6) {
        String to = text("destinationMacAddress");
        String from = text("sourceMacAddress");
        if (!(isZero(to) && isZero(from))) {
            String type = values.containsKey("ethernetType")
                    ? "%04x".formatted(number("ethernetType"))
                    : v6 ? "86dd" : "0800";
            key("MAC", (digits(to) + digits(from) + type).replaceAll("(..)(?!$)", "$1:"));
        }
    }

    private static String digits(String address) {
        return address.replaceAll("[^0-9a-f]", "");
    }

    private static boolean isZero(String address) {
        return digits(address).chars().allMatch(digit -> digit == '0');
    }

    private void key(String key, Object value) {
        out.append(' ').append(key).append('=').append(value);
    }

    private void filled(String key, String value) {
        if (!value.isEmpty()) {
            key(key, value);
        }
    }

    /** Its number where its name is not known. */
    private String name(String element) {
        String name = FirewallText.plain(text(element + "Name"));
        return name.isEmpty() && number(element) != 0 ? Long.toString(number(element)) : name;
    }

    private long number(String element) {
        return values.get(element) instanceof Long number ? number : 0;
    }

    private String text(String element) {
        @Nullable Object value = values.get(element);
        return value == null ? "" : printable(ValueText.of(value));
    }

    /** A line is one record. */
    private static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints().forEach(c -> printable.appendCodePoint(Character.isISOControl(c) ? '_' : c));
        return printable.toString();
    }
}
