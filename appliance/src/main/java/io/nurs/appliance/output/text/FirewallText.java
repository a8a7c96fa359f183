package io.nurs.appliance.output.text;

import io.nurs.appliance.collect.Numbers;
import io.nurs.appliance.collect.ReadRecord;
import io.nurs.appliance.collect.ValueText;
import io.nurs.flow.DataRecord.DataField;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A record in the way of the kernel's packet log ({@code iptables -j LOG}): its keys where it has one for a field, IANA's names for
 * the others, so that nothing is left out.
 */
final class FirewallText {
    /** The log's own order. IN and OUT are always there, empty or not. */
    private static final List<String> ORDER = List.of(
            "IN", "OUT", "SRC", "DST", "LEN", "TOS", "TTL", "PROTO", "SPT", "DPT", "TYPE", "CODE", "MARK", "PKTS",
            "BYTES");

    private static final Map<String, String> KEYS = Map.ofEntries(
            Map.entry("ingressInterface", "IN"),
            Map.entry("egressInterface", "OUT"),
            Map.entry("sourceIPv4Address", "SRC"),
            Map.entry("sourceIPv6Address", "SRC"),
            Map.entry("destinationIPv4Address", "DST"),
            Map.entry("destinationIPv6Address", "DST"),
            Map.entry("ipTotalLength", "LEN"),
            Map.entry("ipClassOfService", "TOS"),
            Map.entry("ipTTL", "TTL"),
            Map.entry("protocolIdentifier", "PROTO"),
            Map.entry("sourceTransportPort", "SPT"),
            Map.entry("destinationTransportPort", "DPT"),
            Map.entry("icmpTypeIPv4", "TYPE"),
            Map.entry("icmpTypeIPv6", "TYPE"),
            Map.entry("icmpCodeIPv4", "CODE"),
            Map.entry("icmpCodeIPv6", "CODE"),
            Map.entry("ctMark", "MARK"),
            Map.entry("packetDeltaCount", "PKTS"),
            Map.entry("octetDeltaCount", "BYTES"));

    private FirewallText() {}

    static void append(StringBuilder out, ReadRecord record) {
        if (PacketText.is(record)) {
            PacketText.append(out, record);
            return;
        }
        String[] values = new String[ORDER.size()];
        List<String> others = new ArrayList<>();
        for (DataField field : record.fields()) {
            String name = field.element().name();
            int place = ORDER.indexOf(KEYS.getOrDefault(name, ""));
            if (place >= 0 && values[place] == null) {
                values[place] = value(ORDER.get(place), field.value());
            } else {
                others.add(name + "=" + plain(ValueText.of(field.value())));
            }
        }
        out.append("IN=").append(values[0] == null ? "" : values[0]);
        out.append(" OUT=").append(values[1] == null ? "" : values[1]);
        for (int i = 2; i < values.length; i++) {
            if (values[i] != null) {
                out.append(' ').append(ORDER.get(i)).append('=').append(values[i]);
            }
        }
        others.forEach(other -> out.append(' ').append(other));
    }

    private static String value(String key, Object value) {
        return switch (key) {
            case "PROTO" -> value instanceof Long number ? protocol(number) : plain(ValueText.of(value));
            case "MARK" -> value instanceof Long number ? "0x" + Long.toHexString(number) : plain(ValueText.of(value));
            default -> plain(ValueText.of(value));
        };
    }

    /** The kernel writes ICMPv6 so. */
    static String protocol(long number) {
        String name = Numbers.protocol(number);
        return name.equals("icmpv6") ? "ICMPv6" : name.toUpperCase(Locale.ROOT);
    }

    /** What is between two spaces is one key and its value, whatever a text holds. */
    static String plain(String value) {
        StringBuilder plain = new StringBuilder();
        value.codePoints().forEach(c -> plain.appendCodePoint(c <= ' ' || Character.isISOControl(c) ? '_' : c));
        return plain.toString();
    }
}
