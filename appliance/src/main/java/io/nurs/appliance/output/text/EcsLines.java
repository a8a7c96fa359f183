package io.nurs.appliance.output.text;

import io.nurs.appliance.collect.JsonText;
import io.nurs.appliance.collect.Numbers;
import io.nurs.appliance.collect.ReadRecord;
import io.nurs.flow.DataRecord.DataField;
import io.nurs.flow.InformationElement;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object a line with the names of the Elastic Common Schema 8. What that has no name for stands under {@code nurs}, by IANA's.
 */
public final class EcsLines implements RecordLines {
    @Override
    public String beginning() {
        return "{\"@timestamp\":";
    }

    @Override
    public void append(StringBuilder text, ReadRecord record) {
        text.append(JsonText.of(new Line(record).fields())).append('\n');
    }

    /** One record's fields, taken away as they find their place. */
    private static final class Line {
        private final ReadRecord record;
        private final Map<String, Object> left = new LinkedHashMap<>();
        private final Map<String, Object> fields = new LinkedHashMap<>();

        Line(ReadRecord record) {
            this.record = record;
            for (DataField field : record.fields()) {
                InformationElement element = field.element();
                left.putIfAbsent(element.name(), field.value());
            }
        }

        /** Takes the first of these that is there. */
        private @Nullable Instant first(String... names) {
            for (String name : names) {
                Instant time = take(name, Instant.class);
                if (time != null) {
                    return time;
                }
            }
            return null;
        }

        Map<String, Object> fields() {
            Instant start = take("flowStartMilliseconds", Instant.class);
            Instant end = first("flowEndMilliseconds", "observationTimeMicroseconds", "observationTimeMilliseconds");
            fields.put("@timestamp", end == null ? record.message().exportTime() : end);
            fields.put("ecs", Map.of("version", "8.11"));
            event(start, end);
            InetAddress source = address("source");
            InetAddress destination = address("destination");
            Map<String, Object> network = object("network");
            network(network, source != null ? source : destination);
            end("source", source, "octetDeltaCount", "packetDeltaCount");
            end("destination", destination, "reverseOctetDeltaCount", "reversePacketDeltaCount");
            sum(network, "bytes");
            sum(network, "packets");
            observer();
            if (!left.isEmpty()) {
                fields.put("nurs", left);
            }
            return fields;
        }

        private <T> @Nullable T take(String name, Class<T> type) {
            Object value = left.get(name);
            if (!type.isInstance(value)) {
                return null;
            }
            left.remove(name);
            return type.cast(value);
        }

        @SuppressWarnings("unchecked")
        private Map<String, Object> object(String name) {
            return (Map<String, Object>) fields.computeIfAbsent(name, key -> new LinkedHashMap<String, Object>());
        }

        private static void put(Map<String, Object> object, String name, @Nullable Object value) {
            if (value != null) {
                object.put(name, value);
            }
        }

        private void event(@Nullable Instant start, @Nullable Instant end) {
            Map<String, Object> event = object("event");
            event.put("kind", "event");
            event.put("category", List.of("network"));
            event.put("type", List.of("connection"));
            put(event, "start", start);
            put(event, "end", end);
            if (start != null && end != null) {
                event.put("duration", Duration.between(start, end).toNanos());
            }
        }

        private void network(Map<String, Object> network, @Nullable InetAddress address) {
            if (address != null) {
                network.put("type", address instanceof Inet6Address ? "ipv6" : "ipv4");
            }
            put(network, "community_id", take("communityId", String.class));
            Long protocol = take("protocolIdentifier", Long.class);
            if (protocol != null) {
                String name = Numbers.protocol(protocol);
                // The schema writes it with a hyphen.
                network.put("transport", name.equals("icmpv6") ? "ipv6-icmp" : name);
                network.put("iana_number", protocol.toString());
            }
        }

        private @Nullable InetAddress address(String end) {
            InetAddress ipv4 = take(end + "IPv4Address", InetAddress.class);
            return ipv4 != null ? ipv4 : take(end + "IPv6Address", InetAddress.class);
        }

        /** Of a record of one direction, the other end has counted nothing that is known. */
        private void end(String end, @Nullable InetAddress address, String octets, String packets) {
            Map<String, Object> object = object(end);
            Long port = take(end + "TransportPort", Long.class);
            String upper = end.equals("source") ? "Source" : "Destination";
            InetAddress translated = address("postNAT" + upper);
            Long translatedPort = take("postNAPT" + upper + "TransportPort", Long.class);
            put(object, "ip", address);
            put(object, "port", port);
            put(object, "bytes", take(octets, Long.class));
            put(object, "packets", take(packets, Long.class));
            boolean isTranslated = (translated != null && !translated.equals(address))
                    || (translatedPort != null && !translatedPort.equals(port));
            if (isTranslated) {
                Map<String, Object> nat = new LinkedHashMap<>();
                put(nat, "ip", translated);
                put(nat, "port", translatedPort);
                object.put("nat", nat);
            }
        }

        private void sum(Map<String, Object> network, String name) {
            long sum = 0;
            boolean known = false;
            for (String end : List.of("source", "destination")) {
                if (object(end).get(name) instanceof Long count) {
                    sum += count;
                    known = true;
                }
            }
            if (known) {
                network.put(name, sum);
            }
        }

        private void observer() {
            Map<String, Object> observer = new LinkedHashMap<>();
            side(observer, "ingress", take("ingressInterface", Long.class));
            side(observer, "egress", take("egressInterface", Long.class));
            if (!observer.isEmpty()) {
                fields.put("observer", observer);
            }
        }

        private static void side(Map<String, Object> observer, String side, @Nullable Long index) {
            if (index != null) {
                observer.put(side, Map.of("interface", Map.of("id", index.toString())));
            }
        }
    }
}
