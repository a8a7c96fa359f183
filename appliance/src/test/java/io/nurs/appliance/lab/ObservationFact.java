package io.nurs.appliance.lab;

import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.InformationElement;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A record of counters as our decoders read it, which do not know elements of nurs by name: known by their ids in either protocol. */
public record ObservationFact(DecodedMessage message, DataRecord record) {
    private static final int NETFILTER = 21373;
    private static final int NETFLOW9_IDS = 60_128;
    private static final int EXAMPLE_ENTERPRISE = 32473;

    /** All that are no flows and no options. */
    public static List<ObservationFact> of(List<DecodedMessage> messages) {
        return messages.stream()
                .flatMap(message -> message.records().stream()
                        .filter(record -> !record.template().isOptions()
                                && record.template().id() >= 600)
                        .map(record -> new ObservationFact(message, record)))
                .toList();
    }

    public boolean has(int element) {
        return element(element) != null;
    }

    /**
     * An unsigned number.
     *
     * @param element the id of one of ours
     */
    public long number(int element) {
        long number = 0;
        for (byte octet : octets(element)) {
            number = (number << 8) | (octet & 0xff);
        }
        return number;
    }

    public String text(int element) {
        return new String(octets(element), StandardCharsets.UTF_8).replace("\0", "");
    }

    public int template() {
        return record.template().id();
    }

    private byte[] octets(int element) {
        InformationElement found = element(element);
        if (found == null) {
            throw new AssertionError("no element " + element + " in " + record);
        }
        return record.octets(found);
    }

    /** What netfilter numbers itself: prefix, marks, conntrack id. */
    private static int netfilterId(int id) {
        return switch (id) {
            case 21 -> 3;
            case 1, 22 -> 4;
            case 6 -> 6;
            default -> -1;
        };
    }

    private @Nullable InformationElement element(int id) {
        return record.template().fields().stream()
                .map(field -> field.element())
                .filter(known -> known.isIana()
                        ? known.id() == NETFLOW9_IDS + id
                        : (known.enterprise() == EXAMPLE_ENTERPRISE && known.id() == id)
                                || (known.enterprise() == NETFILTER && known.id() == netfilterId(id)))
                .findFirst()
                .orElse(null);
    }
}
