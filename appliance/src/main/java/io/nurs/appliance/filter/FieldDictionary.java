package io.nurs.appliance.filter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields that an expression may name, in the order in which the operator is told of them.
 *
 * @param <T> what is asked
 */
final class FieldDictionary<T> {
    // Assigned Internet Protocol Numbers
    static final int ICMP = 1;
    static final int ICMPV6 = 58;

    /** In the order in which the operator is told of them. */
    static final Map<String, Long> PROTOCOLS = words(
            "tcp", 6, "udp", 17, "icmp", ICMP, "icmp6", ICMPV6, "icmpv6", ICMPV6, "sctp", 132, "gre", 47, "dccp", 33,
            "udplite", 136);

    private final String whoKnows;
    private final String withBits;
    private final Map<String, ExpressionField<T, ?>> byName = new LinkedHashMap<>();

    /** @param whoKnows and {@code withBits} complete a sentence: no field that …, only … to choose by &amp; */
    FieldDictionary(String whoKnows, String withBits) {
        this.whoKnows = whoKnows;
        this.withBits = withBits;
    }

    void add(ExpressionField<T, ?> field) {
        byName.put(field.name(), field);
    }

    /** Null if there is none of that name. */
    @Nullable
    ExpressionField<T, ?> byName(String name) {
        return byName.get(name);
    }

    Set<String> names() {
        return byName.keySet();
    }

    boolean isProtocol(String word) {
        return PROTOCOLS.containsKey(word);
    }

    String whoKnows() {
        return whoKnows;
    }

    String withBits() {
        return withBits;
    }

    static Map<String, Long> words(Object... namesAndNumbers) {
        Map<String, Long> words = new LinkedHashMap<>();
        List<Object> pairs = List.of(namesAndNumbers);
        for (int i = 0; i < pairs.size(); i += 2) {
            words.put((String) pairs.get(i), ((Integer) pairs.get(i + 1)).longValue());
        }
        return words;
    }
}
