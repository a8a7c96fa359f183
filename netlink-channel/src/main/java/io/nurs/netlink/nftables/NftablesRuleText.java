package io.nurs.netlink.nftables;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A rule as {@code nft list ruleset} (1.0.6) writes it, as far as its expressions are everyday ones: addresses and prefixes,
 * protocols, ports and their ranges, interfaces by name, conntrack states, marks, TCP flags, ICMP types, named sets and verdict
 * maps, counters, limits of packets, logging, NAT, reject and verdicts. What is not known comes as its expression's name in
 * brackets, such as {@code [fib]}, and so does what is compared with it. An anonymous set comes by the name that the kernel
 * gave it, such as {@code @__set0}: its elements stand in other messages.
 *
 * <p>Longer than a class should be, by a method for each expression that reads or writes registers.
 */
public final class NftablesRuleText {
    private static final int TCP = 6;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;
    private static final Map<Integer, String> WITH_PORTS =
            Map.of(TCP, "tcp", 17, "udp", 33, "dccp", 132, "sctp", 136, "udplite");

    /** Those that know by themselves which register they write to, or write to none. */
    private static final Set<String> WITH_REGISTER =
            Set.of("meta", "ct", "payload", "immediate", "bitwise", "cmp", "range", "lookup", "limit", "log", "quota");

    private final List<@Nullable String> words = new ArrayList<>();
    private final Map<Integer, Loaded> registers = new HashMap<>();
    private final NftablesExpressions step;
    private final int tableFamily;
    /** What the network header is, if the rule or the table's family has said so; else 0. */
    private int family;
    /** The transport protocol, if the rule has said so; else 0. */
    private int protocol;
    // Where a word stands that nft leaves out if a header's field follows, which implies it; -1 if there is none.
    private int familyWord = -1;
    private int protocolWord = -1;
    /** The register whose lower bound is the last word, and that bound. */
    private @Nullable Bound bound;

    /** What a register holds: a field, under a mask perhaps, or a value. */
    private static final class Loaded {
        final @Nullable String name;
        final RuleValue type;
        final byte @Nullable [] mask;
        final byte @Nullable [] value;

        Loaded(@Nullable String name, RuleValue type, byte @Nullable [] mask, byte @Nullable [] value) {
            this.name = name;
            this.type = type;
            this.mask = mask;
            this.value = value;
        }
    }

    private static final class Bound {
        final int register;
        final byte[] from;

        Bound(int register, byte[] from) {
            this.register = register;
            this.from = from;
        }
    }

    private NftablesRuleText(NftablesMessage rule) {
        step = rule.expressions();
        tableFamily = rule.family();
        family = tableFamily == NFPROTO_IPV4 || tableFamily == NFPROTO_IPV6 ? tableFamily : 0;
    }

    /** Reads the rule's expressions, comment included. Allocates: for the eyes of a person, not for every message. */
    public static String of(NftablesMessage rule) {
        NftablesRuleText text = new NftablesRuleText(rule);
        while (text.step.next()) {
            text.read();
        }
        String comment = rule.comment();
        if (!comment.isEmpty()) {
            text.words.add("comment \"" + comment + '"');
        }
        return text.words.stream().filter(Objects::nonNull).collect(Collectors.joining(" "));
    }

    private void read() {
        String name = step.name();
        Bound lower = bound;
        bound = null;
        boolean known = switch (name) {
            case "meta" -> meta();
            case "ct" -> conntrack();
            case "payload" -> payload();
            case "immediate" -> immediate();
            case "bitwise" -> bitwise();
            case "cmp" -> compare(lower);
            case "range" -> range();
            case "lookup" -> lookup();
            default -> {
                String statement = statement(name);
                yield statement != null && words.add(statement);
            }
        };
        if (!known) {
            words.add("[" + name + "]");
            if (!WITH_REGISTER.contains(name)) {
                // It may have written to any register.
                registers.clear();
            }
        }
    }

    private @Nullable String statement(String name) {
        return switch (name) {
            case "counter" ->
                "counter packets " + Long.toUnsignedString(step.u64(NFTA_COUNTER_PACKETS)) + " bytes "
                        + Long.toUnsignedString(step.u64(NFTA_COUNTER_BYTES));
            case "objref" -> RuleStatement.object(step);
            case "limit" -> RuleStatement.limit(step);
            case "log" -> RuleStatement.log(step);
            case "masq" ->
                nat("masquerade", "", ports(NFTA_MASQ_REG_PROTO_MIN, NFTA_MASQ_REG_PROTO_MAX), NFTA_MASQ_FLAGS);
            case "redir" ->
                nat("redirect", "", ports(NFTA_REDIR_REG_PROTO_MIN, NFTA_REDIR_REG_PROTO_MAX), NFTA_REDIR_FLAGS);
            case "nat" -> translate();
            case "reject" -> RuleStatement.reject(step, tableFamily, family);
            case "notrack" -> "notrack";
            default -> null;
        };
    }

    private boolean meta() {
        int key = step.number(NFTA_META_KEY, -1);
        if (step.has(NFTA_META_SREG)) {
            return switch (key) {
                case NFT_META_MARK -> set("meta mark set ", NFTA_META_SREG, RuleValue.MARK);
                case NFT_META_NFTRACE -> set("meta nftrace set ", NFTA_META_SREG, RuleValue.NUMBER);
                default -> false;
            };
        }
        return switch (key) {
            case NFT_META_MARK -> load(NFTA_META_DREG, "meta mark", RuleValue.MARK);
            case NFT_META_IIFNAME -> load(NFTA_META_DREG, "iifname", RuleValue.INTERFACE);
            case NFT_META_OIFNAME -> load(NFTA_META_DREG, "oifname", RuleValue.INTERFACE);
            case NFT_META_NFPROTO -> load(NFTA_META_DREG, "meta nfproto", RuleValue.FAMILY);
            case NFT_META_L4PROTO -> load(NFTA_META_DREG, "meta l4proto", RuleValue.PROTOCOL);
            default -> forget(NFTA_META_DREG);
        };
    }

    private boolean conntrack() {
        int key = step.number(NFTA_CT_KEY, -1);
        if (step.has(NFTA_CT_SREG)) {
            return key == NFT_CT_MARK && set("ct mark set ", NFTA_CT_SREG, RuleValue.MARK);
        }
        return switch (key) {
            case NFT_CT_STATE -> load(NFTA_CT_DREG, "ct state", RuleValue.STATE);
            case NFT_CT_MARK -> load(NFTA_CT_DREG, "ct mark", RuleValue.MARK);
            default -> forget(NFTA_CT_DREG);
        };
    }

    private boolean payload() {
        int offset = step.number(NFTA_PAYLOAD_OFFSET, -1);
        int length = step.number(NFTA_PAYLOAD_LEN, -1);
        return switch (step.number(NFTA_PAYLOAD_BASE, -1)) {
            case NFT_PAYLOAD_NETWORK_HEADER -> network(offset, length);
            case NFT_PAYLOAD_TRANSPORT_HEADER -> transport(offset, length);
            default -> forget(NFTA_PAYLOAD_DREG);
        };
    }

    private boolean network(int offset, int length) {
        boolean v4 = family == NFPROTO_IPV4;
        int addresses = v4 ? 12 : 8;
        int addressLength = v4 ? 4 : 16;
        boolean known;
        if (family == 0) {
            return forget(NFTA_PAYLOAD_DREG);
        } else if (offset == addresses && length <= addressLength) {
            known = load(NFTA_PAYLOAD_DREG, v4 ? "ip saddr" : "ip6 saddr", RuleValue.ADDRESS);
        } else if (offset == addresses + addressLength && length <= addressLength) {
            known = load(NFTA_PAYLOAD_DREG, v4 ? "ip daddr" : "ip6 daddr", RuleValue.ADDRESS);
        } else if (length == 1 && offset == (v4 ? 9 : 6)) {
            known = load(NFTA_PAYLOAD_DREG, v4 ? "ip protocol" : "ip6 nexthdr", RuleValue.PROTOCOL);
        } else if (length == 1 && offset == (v4 ? 8 : 7)) {
            known = load(NFTA_PAYLOAD_DREG, v4 ? "ip ttl" : "ip6 hoplimit", RuleValue.NUMBER);
        } else {
            return forget(NFTA_PAYLOAD_DREG);
        }
        familyWord = drop(familyWord);
        return known;
    }

    private boolean transport(int offset, int length) {
        boolean known;
        if (length == 2 && (offset == 0 || offset == 2)) {
            String header = WITH_PORTS.getOrDefault(protocol, "th");
            known = load(NFTA_PAYLOAD_DREG, header + (offset == 0 ? " sport" : " dport"), RuleValue.NUMBER);
        } else if (protocol == TCP && length == 1 && offset == 13) {
            known = load(NFTA_PAYLOAD_DREG, "tcp flags", RuleValue.TCP_FLAGS);
        } else if (protocol == ICMP && length == 1 && offset == 0) {
            known = load(NFTA_PAYLOAD_DREG, "icmp type", RuleValue.ICMP);
            familyWord = drop(familyWord);
        } else if (protocol == ICMPV6 && length == 1 && offset == 0) {
            known = load(NFTA_PAYLOAD_DREG, "icmpv6 type", RuleValue.ICMPV6);
            familyWord = drop(familyWord);
        } else {
            return forget(NFTA_PAYLOAD_DREG);
        }
        protocolWord = drop(protocolWord);
        return known;
    }

    private boolean immediate() {
        int register = step.number(NFTA_IMMEDIATE_DREG, -1);
        if (register == NFT_REG_VERDICT) {
            String verdict =
                    verdict(step.verdict(NFTA_IMMEDIATE_DATA, NF_STOLEN), step.verdictChain(NFTA_IMMEDIATE_DATA));
            return verdict != null && words.add(verdict);
        }
        byte[] value = step.value(NFTA_IMMEDIATE_DATA);
        registers.put(key(register), new Loaded(null, RuleValue.NUMBER, null, value));
        return value != null;
    }

    private static @Nullable String verdict(int code, @Nullable String chain) {
        return switch (code) {
            case NF_DROP -> "drop";
            case NF_ACCEPT -> "accept";
            case NFT_CONTINUE -> "continue";
            case NFT_RETURN -> "return";
            case NFT_JUMP -> "jump " + chain;
            case NFT_GOTO -> "goto " + chain;
            default -> null;
        };
    }

    private boolean bitwise() {
        Loaded loaded = loaded(NFTA_BITWISE_SREG);
        byte[] mask = step.value(NFTA_BITWISE_MASK);
        byte[] xor = step.value(NFTA_BITWISE_XOR);
        if (loaded == null
                || loaded.name == null
                || loaded.mask != null
                || mask == null
                || xor == null
                || !RuleValue.isZero(xor)) {
            return forget(NFTA_BITWISE_DREG);
        }
        registers.put(key(step.number(NFTA_BITWISE_DREG, -1)), new Loaded(loaded.name, loaded.type, mask, null));
        return true;
    }

    private boolean compare(@Nullable Bound lower) {
        Loaded loaded = loaded(NFTA_CMP_SREG);
        byte[] value = step.value(NFTA_CMP_DATA);
        int operation = step.number(NFTA_CMP_OP, -1);
        if (loaded == null || loaded.name == null || value == null) {
            return false;
        }
        int register = key(step.number(NFTA_CMP_SREG, -1));
        String text = operation == NFT_CMP_LTE && lower != null && lower.register == register
                ? between(loaded, "", lower.from, value)
                : comparison(loaded, operation, value);
        if (text == null) {
            return false;
        }
        if (operation == NFT_CMP_LTE && lower != null && lower.register == register) {
            words.removeLast();
        }
        words.add(text);
        if (operation == NFT_CMP_GTE) {
            bound = new Bound(register, value);
        } else if (operation == NFT_CMP_EQ && loaded.mask == null) {
            remember(loaded, value);
        }
        return true;
    }

    /** Keeps what a comparison says of the headers that follow. */
    private void remember(Loaded loaded, byte[] value) {
        if (loaded.type == RuleValue.FAMILY) {
            family = value[0];
            familyWord = words.size() - 1;
        } else if (loaded.type == RuleValue.PROTOCOL) {
            protocol = Byte.toUnsignedInt(value[0]);
            protocolWord = "meta l4proto".equals(loaded.name) ? words.size() - 1 : -1;
        }
    }

    private static @Nullable String comparison(Loaded loaded, int operation, byte[] value) {
        byte[] mask = loaded.mask;
        String operator = operator(operation);
        if (operator == null) {
            return null;
        }
        if (loaded.type == RuleValue.STATE) {
            boolean any = operation == NFT_CMP_NEQ && mask != null && RuleValue.isZero(value);
            return any ? word(loaded, "", loaded.type.text(Objects.requireNonNull(mask))) : null;
        }
        if (loaded.type == RuleValue.ADDRESS) {
            return word(loaded, operator, prefix(value, mask, addressLength(loaded)));
        }
        if (mask == null) {
            boolean exact = loaded.type == RuleValue.TCP_FLAGS && operation == NFT_CMP_EQ;
            return word(loaded, exact ? "== " : operator, loaded.type.text(value));
        }
        String text = loaded.type.text(value);
        String under = loaded.type.text(mask);
        return switch (loaded.type) {
            case MARK ->
                text == null || under == null
                        ? null
                        : loaded.name + " & " + under + " " + (operation == NFT_CMP_EQ ? "== " : operator) + text;
            case TCP_FLAGS -> flags(loaded, operation, value, under);
            default -> null;
        };
    }

    /** Some of the flags under the mask, or all as they are. */
    private static @Nullable String flags(Loaded loaded, int operation, byte[] value, @Nullable String under) {
        String text = loaded.type.text(value);
        if (operation == NFT_CMP_NEQ && RuleValue.isZero(value)) {
            return word(loaded, "", under);
        }
        return operation == NFT_CMP_EQ && text != null && under != null ? word(loaded, "", text + " / " + under) : null;
    }

    private static int addressLength(Loaded loaded) {
        return Objects.requireNonNull(loaded.name).startsWith("ip6") ? 16 : 4;
    }

    /** Of a prefix of whole octets the rule has those only. */
    private static @Nullable String prefix(byte[] value, byte @Nullable [] mask, int addressLength) {
        String address = RuleValue.ADDRESS.text(Arrays.copyOf(value, addressLength));
        int length = mask == null ? 8 * value.length : RuleValue.prefixLength(mask);
        if (address == null || length < 0 || value.length > addressLength) {
            return null;
        }
        return length == 8 * addressLength ? address : address + "/" + length;
    }

    private static @Nullable String operator(int operation) {
        return switch (operation) {
            case NFT_CMP_EQ -> "";
            case NFT_CMP_NEQ -> "!= ";
            case NFT_CMP_LT -> "< ";
            case NFT_CMP_LTE -> "<= ";
            case NFT_CMP_GT -> "> ";
            case NFT_CMP_GTE -> ">= ";
            default -> null;
        };
    }

    private boolean range() {
        Loaded loaded = loaded(NFTA_RANGE_SREG);
        byte[] from = step.value(NFTA_RANGE_FROM_DATA);
        byte[] to = step.value(NFTA_RANGE_TO_DATA);
        String operator = step.number(NFTA_RANGE_OP, NFT_RANGE_EQ) == NFT_RANGE_NEQ ? "!= " : "";
        String text = loaded == null || loaded.name == null || from == null || to == null
                ? null
                : between(loaded, operator, from, to);
        return text != null && words.add(text);
    }

    private static @Nullable String between(Loaded loaded, String operator, byte[] from, byte[] to) {
        String first = loaded.type.text(from);
        String last = loaded.type.text(to);
        return first == null || last == null || loaded.mask != null ? null : word(loaded, operator, first + "-" + last);
    }

    private boolean lookup() {
        Loaded loaded = loaded(NFTA_LOOKUP_SREG);
        String set = step.string(NFTA_LOOKUP_SET);
        int target = step.number(NFTA_LOOKUP_DREG, -1);
        if (loaded == null || loaded.name == null || loaded.mask != null || set == null || target > 0) {
            return target > 0 && forget(NFTA_LOOKUP_DREG);
        }
        boolean inverted = (step.number(NFTA_LOOKUP_FLAGS, 0) & NFT_LOOKUP_F_INV) != 0;
        return words.add(loaded.name + (target == 0 ? " vmap @" : inverted ? " != @" : " @") + set);
    }

    private @Nullable String translate() {
        boolean v6 = step.number(NFTA_NAT_FAMILY, -1) == NFPROTO_IPV6;
        String ports = ports(NFTA_NAT_REG_PROTO_MIN, NFTA_NAT_REG_PROTO_MAX);
        boolean bracketed = v6 && !"".equals(ports);
        String address = addresses(bracketed);
        String of = tableFamily == NFPROTO_INET ? (v6 ? "ip6 " : "ip ") : "";
        return switch (step.number(NFTA_NAT_TYPE, -1)) {
            case NFT_NAT_SNAT -> address == null ? null : nat("snat " + of, address, ports, NFTA_NAT_FLAGS);
            case NFT_NAT_DNAT -> address == null ? null : nat("dnat " + of, address, ports, NFTA_NAT_FLAGS);
            default -> null;
        };
    }

    private @Nullable String nat(String what, String address, @Nullable String ports, int flagsType) {
        int flags = step.number(flagsType, 0) & ~(NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED);
        List<String> names = new ArrayList<>();
        if ((flags & NF_NAT_RANGE_PROTO_RANDOM) != 0) {
            names.add("random");
        }
        if ((flags & NF_NAT_RANGE_PROTO_RANDOM_FULLY) != 0) {
            names.add("fully-random");
        }
        if ((flags & NF_NAT_RANGE_PERSISTENT) != 0) {
            names.add("persistent");
        }
        if (ports == null || names.size() != Integer.bitCount(flags)) {
            return null;
        }
        String to = address + ports;
        return what.strip()
                + (to.isEmpty() ? "" : " to " + to)
                + (names.isEmpty() ? "" : " " + String.join(",", names));
    }

    private @Nullable String addresses(boolean bracketed) {
        String first = value(NFTA_NAT_REG_ADDR_MIN, RuleValue.ADDRESS);
        String last = step.has(NFTA_NAT_REG_ADDR_MAX) ? value(NFTA_NAT_REG_ADDR_MAX, RuleValue.ADDRESS) : first;
        if (first == null || last == null) {
            return null;
        }
        String open = bracketed ? "[" : "";
        String shut = bracketed ? "]" : "";
        return open + first + shut + (first.equals(last) ? "" : "-" + open + last + shut);
    }

    /** Empty if the ports stay; null if they are not a rule's own. */
    private @Nullable String ports(int firstType, int lastType) {
        if (!step.has(firstType)) {
            return "";
        }
        String first = value(firstType, RuleValue.NUMBER);
        String last = step.has(lastType) ? value(lastType, RuleValue.NUMBER) : first;
        return first == null || last == null ? null : ":" + first + (first.equals(last) ? "" : "-" + last);
    }

    private @Nullable String value(int registerType, RuleValue type) {
        Loaded loaded = loaded(registerType);
        return loaded == null || loaded.value == null ? null : type.text(loaded.value);
    }

    private boolean set(String what, int registerType, RuleValue type) {
        Loaded source = loaded(registerType);
        if (source == null || source.mask != null) {
            return false;
        }
        String text = source.value == null ? source.name : type.text(source.value);
        return text != null && words.add(what + text);
    }

    private boolean load(int registerType, String name, RuleValue type) {
        registers.put(key(step.number(registerType, -1)), new Loaded(name, type, null, null));
        return true;
    }

    /** A register got what is not known; always false. */
    private boolean forget(int registerType) {
        registers.remove(key(step.number(registerType, -1)));
        return false;
    }

    private @Nullable Loaded loaded(int registerType) {
        return registers.get(key(step.number(registerType, -1)));
    }

    /** NFT_REG_1 to 4 have 16 octets each, and the same ones as four each of NFT_REG32_00 to 15. */
    private static int key(int register) {
        return register <= 4 ? 4 * (register - 1) : register - 8;
    }

    private int drop(int word) {
        if (word >= 0) {
            words.set(word, null);
        }
        return -1;
    }

    private static @Nullable String word(Loaded loaded, String operator, @Nullable String value) {
        return value == null ? null : loaded.name + " " + operator + value;
    }
}
