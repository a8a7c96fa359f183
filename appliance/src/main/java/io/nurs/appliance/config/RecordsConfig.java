package io.nurs.appliance.config;

import java.util.List;

/**
 * What an exporter's records say of a flow.
 *
 * @param biflow one record for both directions instead of one for each: in IPFIX as RFC 5103 has it, in NetFlow v9 with
 *     elements for initiator and responder
 * @param enterpriseNumber unsigned; whose number the elements of nurs are sent under in IPFIX
 * @param options whether records about the exporter itself are sent as well
 * @param sampling one of so many conversations is sent; 1 is all
 */
public record RecordsConfig(
        NatView natView, boolean biflow, FieldChoice fields, int enterpriseNumber, boolean options, int sampling) {
    /** RFC 5612 keeps it for documentation: nurs has none of its own. */
    public static final int EXAMPLE_ENTERPRISE = 32473;

    private static final long REVERSE_ENTERPRISE = 29305;
    private static final int MAX_SAMPLING = 1_000_000;
    private static final List<String> OF_FLOWS = List.of("filter", "nat-view", "biflow", "sampling");

    static RecordsConfig defaults(FlowProtocol protocol) {
        return new RecordsConfig(
                NatView.CLIENT,
                protocol == FlowProtocol.IPFIX,
                FieldChoice.of(FieldProfile.DEFAULT, protocol),
                EXAMPLE_ENTERPRISE,
                true,
                1);
    }

    /** The keys stand among the exporter's own. */
    static RecordsConfig read(YamlSection exporter, FlowProtocol protocol) {
        RecordsConfig flows = readFlows(exporter, protocol);
        boolean options = exporter.flag("options", flows.options);
        if (flows.sampling > 1 && !options) {
            warnOf(
                    exporter,
                    "options",
                    "without options the collector is not told of sampling, and does not scale by it");
        }
        int enterpriseNumber = enterpriseNumber(exporter, protocol);
        return new RecordsConfig(flows.natView, flows.biflow, flows.fields, enterpriseNumber, options, flows.sampling);
    }

    /** Of an output: no collector is there to be told of the exporter, and no enterprise's number is written. */
    static RecordsConfig readOutput(YamlSection exporter) {
        RecordsConfig flows = readFlows(exporter, FlowProtocol.IPFIX);
        return new RecordsConfig(
                flows.natView, flows.biflow, flows.fields, flows.enterpriseNumber, false, flows.sampling);
    }

    /** Of one that writes packets as they are: no record, and no key. */
    static RecordsConfig ofPackets() {
        RecordsConfig fallback = defaults(FlowProtocol.IPFIX);
        return new RecordsConfig(
                fallback.natView,
                fallback.biflow,
                fallback.fields,
                fallback.enterpriseNumber,
                false,
                fallback.sampling);
    }

    private static RecordsConfig readFlows(YamlSection exporter, FlowProtocol protocol) {
        RecordsConfig fallback = defaults(protocol);
        NatView natView = exporter.choice("nat-view", fallback.natView);
        FieldChoice fields = FieldChoice.read(exporter, protocol);
        boolean biflow = biflow(exporter, fields, protocol);
        if (biflow && !fields.profile().isOfEvents()) {
            warnOf(
                    exporter,
                    "nat-view",
                    "no effect with biflow: true: a record of both directions is the originator's");
        }
        int sampling = (int) exporter.integer("sampling", fallback.sampling, 1, MAX_SAMPLING);
        fields.check(exporter, protocol, biflow, sampling > 1);
        if (fields.profile().isOfEvents()) {
            OF_FLOWS.forEach(key -> warnOf(
                    exporter, key, "no effect with fields: " + fields.profile() + ": it is about flows, not events"));
        }
        return new RecordsConfig(natView, biflow, fields, fallback.enterpriseNumber, fallback.options, sampling);
    }

    private static boolean biflow(YamlSection exporter, FieldChoice fields, FlowProtocol protocol) {
        boolean nsel = fields.profile() == FieldProfile.NSEL;
        boolean biflow = exporter.flag("biflow", nsel || protocol == FlowProtocol.IPFIX);
        YamlValue place = exporter.value("biflow");
        if (nsel && !biflow && place != null) {
            place.error("fields: nsel has one record for both directions; leave biflow out");
        }
        return biflow;
    }

    private static int enterpriseNumber(YamlSection exporter, FlowProtocol protocol) {
        long number = exporter.integer("enterprise-number", EXAMPLE_ENTERPRISE, 1, ScalarText.U32_MAX);
        YamlValue place = exporter.value("enterprise-number");
        if (place != null && number == REVERSE_ENTERPRISE) {
            place.error(REVERSE_ENTERPRISE
                    + " marks the reverse direction (RFC 5103) and is nobody's; write your own number");
        }
        if (protocol == FlowProtocol.NETFLOW9) {
            warnOf(exporter, "enterprise-number", "no effect: NetFlow v9 has no enterprise numbers");
        }
        return (int) number;
    }

    private static void warnOf(YamlSection exporter, String key, String warning) {
        YamlValue place = exporter.value(key);
        if (place != null) {
            place.warning(warning);
        }
    }
}
