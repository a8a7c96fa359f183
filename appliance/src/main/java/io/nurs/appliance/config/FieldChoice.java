package io.nurs.appliance.config;

import io.nurs.flow.IanaElements;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which fields an exporter's records have.
 *
 * @param fields in the order of a record; each kind of flow has those that it can fill
 */
public record FieldChoice(FieldProfile profile, List<FlowField> fields) {
    private static final int MIN_RECORD_OCTETS = 4;
    private static final List<FlowField> TEXT_FIELDS = List.of(FlowField.communityId, FlowField.postNatCommunityId);

    public FieldChoice {
        fields = List.copyOf(fields);
    }

    static FieldChoice of(FieldProfile profile, FlowProtocol protocol, EnterpriseElements elements) {
        return new FieldChoice(profile, profile.fields(protocol, elements));
    }

    /** As a text has it: with Community IDs, unless the operator has chosen other fields than the usual ones or all. */
    FieldChoice asText() {
        return switch (profile) {
            case DEFAULT, FULL ->
                new FieldChoice(
                        profile,
                        Stream.concat(fields.stream(), TEXT_FIELDS.stream()).toList());
            default -> this;
        };
    }

    /**
     * A profile's name, or a list of IANA's names.
     *
     * @param withDuration whether flowDurationMilliseconds is in the default too
     */
    static FieldChoice read(
            YamlSection exporter, FlowProtocol protocol, EnterpriseElements elements, boolean withDuration) {
        YamlValue value = exporter.value("fields");
        FieldChoice fallback = of(FieldProfile.DEFAULT, protocol, elements);
        if (withDuration) {
            fallback = fallback.with(FlowField.flowDurationMilliseconds);
        }
        if (value == null) {
            return fallback;
        }
        if (value.isList()) {
            FieldChoice listed = listed(value);
            return listed.fields.isEmpty() ? fallback : listed;
        }
        FieldProfile profile = value.parse(FieldChoice::profile);
        return profile == null || profile == FieldProfile.DEFAULT ? fallback : of(profile, protocol, elements);
    }

    private FieldChoice with(FlowField field) {
        return new FieldChoice(
                profile, Stream.concat(fields.stream(), Stream.of(field)).toList());
    }

    private static FieldProfile profile(String text) {
        List<FieldProfile> profiles = FieldProfile.named();
        List<String> words = profiles.stream().map(FieldProfile::toString).toList();
        if (FlowField.names().contains(text)) {
            throw new IllegalArgumentException(
                    ScalarText.quote(text) + " is one field; write a list, such as [" + text + ", …]");
        }
        if (!words.contains(text)) {
            throw new IllegalArgumentException(ScalarText.quote(text) + " is unknown; "
                    + NearestName.hint(text, words, "profiles, besides a list of fields"));
        }
        return profiles.get(words.indexOf(text));
    }

    private static FieldChoice listed(YamlValue list) {
        Set<FlowField> fields = new LinkedHashSet<>();
        List<YamlValue> items = list.items();
        for (YamlValue item : items) {
            FlowField field = item.parse(FieldChoice::field);
            if (field != null && !fields.add(field)) {
                item.error(ScalarText.quote(field.name()) + " is in this list twice");
            }
        }
        if (items.isEmpty()) {
            list.error("empty; list at least one field, or remove the key");
        } else if (fields.stream().noneMatch(field -> field.presence() == FlowField.Presence.ALWAYS)
                && !fields.isEmpty()) {
            list.error("some flows would have none of these; add one that all have, such as protocolIdentifier");
        }
        return new FieldChoice(FieldProfile.LISTED, List.copyOf(fields));
    }

    private static FlowField field(String name) {
        List<String> names = FlowField.names();
        if (names.contains(name)) {
            return FlowField.valueOf(name);
        }
        if (name.equals("natEvent")) {
            throw new IllegalArgumentException(
                    "natEvent is of events, and makes nfdump and pmacct take a flow for one, without"
                            + " counters; write fields: nat-events for an exporter of events");
        }
        String reason =
                IanaElements.byName(name) == null ? " is unknown; " : " is none of what a conntrack source can fill; ";
        throw new IllegalArgumentException(ScalarText.quote(name) + reason + NearestName.hint(name, names, "fields"));
    }

    /**
     * Refuses what cannot go together.
     *
     * @param biflow whether a record tells both directions
     * @param sampled whether it says by whom its conversation was chosen
     */
    void check(YamlSection exporter, FlowProtocol protocol, boolean biflow, boolean sampled) {
        YamlValue place = exporter.value("fields");
        if (place == null || profile != FieldProfile.LISTED) {
            return;
        }
        for (FlowField field : fields) {
            if (field.isOfConversations() && !biflow) {
                place.error(field + " is of both directions; write biflow: true, or leave it out");
                return;
            }
        }
        if (biflow && protocol == FlowProtocol.IPFIX) {
            checkReversible(place);
        }
        if (protocol == FlowProtocol.NETFLOW9 && place.items().size() == fields.size()) {
            checkLength(place, sampled);
        }
    }

    // RFC 3954 §5.3 fills sets up to 4 octets: a record of less would look like that.
    private void checkLength(YamlValue place, boolean sampled) {
        int octets = Math.min(octets(FlowField.Presence.IPV4), octets(FlowField.Presence.IPV6));
        if (octets > 0 && octets + (sampled ? 1 : 0) < MIN_RECORD_OCTETS) {
            place.error(
                    "records of some flows would have less than 4 octets, and look like padding in NetFlow v9; add a"
                            + " field that all have, such as octetDeltaCount");
        }
    }

    /** At the least: of a flow of that family without ports, ICMP, interfaces and doubts; 4 stands for more. */
    private int octets(FlowField.Presence family) {
        return fields.stream()
                .filter(field -> field.presence() == FlowField.Presence.ALWAYS || field.presence() == family)
                .mapToInt(field -> switch (field) {
                    case protocolIdentifier, ipVersion, biflowDirection, flowEndReason, firewallEvent -> 1;
                    case ctZone -> 2;
                    default -> MIN_RECORD_OCTETS;
                })
                .sum();
    }

    // RFC 5103 §4: without an address nobody could tell which way is the reverse.
    private void checkReversible(YamlValue place) {
        boolean counts = isCountedBothWays(FlowField.octetDeltaCount) || isCountedBothWays(FlowField.packetDeltaCount);
        boolean addresses = has(FlowField.sourceIPv4Address, FlowField.destinationIPv4Address)
                && has(FlowField.sourceIPv6Address, FlowField.destinationIPv6Address);
        if (counts && !addresses) {
            place.error(
                    "a record of both directions needs an address of either version, or the reverse counters mean nothing"
                            + " (RFC 5103); add sourceIPv4Address and sourceIPv6Address, or write biflow: false");
        }
    }

    /**
     * Whether a counter, in a record of both directions, brings the other direction's along: not if the operator has listed
     * initiator's or responder's.
     */
    public boolean isCountedBothWays(FlowField counter) {
        return has(counter)
                && switch (counter) {
                    case octetDeltaCount -> !has(FlowField.initiatorOctets, FlowField.responderOctets);
                    case packetDeltaCount -> !has(FlowField.initiatorPackets, FlowField.responderPackets);
                    default -> false;
                };
    }

    public boolean has(FlowField... any) {
        return Arrays.stream(any).anyMatch(fields::contains);
    }
}
