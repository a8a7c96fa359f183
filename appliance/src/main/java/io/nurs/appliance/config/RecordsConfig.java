package io.nurs.appliance.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an exporter's records say of a flow.
 *
 * @param biflow one record for both directions instead of one for each: in IPFIX as RFC 5103 has it, in NetFlow v9 with
 *     elements for the responder, in NetFlow v5 never
 * @param enterpriseElements which elements beside IANA's records have that the operator has not listed
 * @param enterpriseNumber unsigned; the elements of nurs are sent under it in IPFIX
 * @param options whether records about the exporter itself are sent as well
 * @param sampling one of so many conversations is sent; 1 is all
 * @param interfaces of flows whose interfaces no filter knows, or null
 */
public record RecordsConfig(
        NatView natView,
        boolean biflow,
        FieldChoice fields,
        EnterpriseElements enterpriseElements,
        int enterpriseNumber,
        boolean options,
        int sampling,
        @Nullable InterfaceNumbers interfaces) {
    /** RFC 5612 keeps it for documentation: nurs has none of its own. */
    public static final int EXAMPLE_ENTERPRISE = 32473;

    /** Of elements in messages that only our own outputs read; IANA has reserved it. All of ours are under it, also those that netfilter has. */
    public static final int OUTPUT_ENTERPRISE = 0xffff_ffff;

    private static final long REVERSE_ENTERPRISE = 29305;
    static final int MAX_SAMPLING = 1_000_000;
    private static final List<String> OF_FLOWS =
            List.of("filter", "nat-view", "biflow", "sampling", "ingress-interface", "egress-interface");

    /** To a collector: one record for each direction, which every collector counts. */
    static RecordsConfig defaults(FlowProtocol protocol) {
        return new RecordsConfig(
                NatView.CLIENT,
                false,
                FieldChoice.of(FieldProfile.DEFAULT, protocol, EnterpriseElements.NETFILTER),
                EnterpriseElements.NETFILTER,
                EXAMPLE_ENTERPRISE,
                protocol != FlowProtocol.NETFLOW5,
                1,
                null);
    }

    /** The keys stand among the exporter's own. */
    static RecordsConfig read(YamlSection exporter, FlowProtocol protocol, CollectorPreset preset) {
        if (protocol == FlowProtocol.NETFLOW5) {
            return Netflow5Keys.readRecords(exporter);
        }
        int enterpriseNumber = enterpriseNumber(exporter, protocol);
        EnterpriseElements fallback = protocol == FlowProtocol.IPFIX && exporter.value("enterprise-number") != null
                ? EnterpriseElements.ALL
                : preset.enterpriseElements();
        EnterpriseElements elements = exporter.choice("enterprise-elements", fallback);
        FieldChoice fields = FieldChoice.read(exporter, protocol, elements, preset.wantsDuration());
        boolean nsel = fields.profile() == FieldProfile.NSEL;
        boolean options = exporter.flag("options", true);
        int sampling = sampling(exporter);
        if (sampling > 1 && !options) {
            warnOf(
                    exporter,
                    "options",
                    "without options the collector does not learn of sampling, and does not scale by it");
        }
        return readFlows(
                exporter,
                protocol,
                new RecordsConfig(
                        NatView.CLIENT,
                        nsel,
                        fields,
                        elements,
                        enterpriseNumber,
                        options,
                        sampling,
                        InterfaceNumbers.read(exporter)));
    }

    /** Of an output: no collector is there to learn of the exporter, and no enterprise's number is written. Text has Community IDs. */
    static RecordsConfig readOutput(YamlSection exporter) {
        return readFlows(
                exporter,
                FlowProtocol.IPFIX,
                new RecordsConfig(
                        NatView.CLIENT,
                        true,
                        FieldChoice.read(exporter, FlowProtocol.IPFIX, EnterpriseElements.ALL, false)
                                .asText(),
                        EnterpriseElements.ALL,
                        OUTPUT_ENTERPRISE,
                        false,
                        sampling(exporter),
                        InterfaceNumbers.read(exporter)));
    }

    /** Of one that writes packets as they are: no record, and no key. */
    static RecordsConfig ofPackets() {
        return new RecordsConfig(
                NatView.CLIENT,
                true,
                FieldChoice.of(FieldProfile.DEFAULT, FlowProtocol.IPFIX, EnterpriseElements.ALL),
                EnterpriseElements.ALL,
                OUTPUT_ENTERPRISE,
                false,
                1,
                null);
    }

    private static int sampling(YamlSection exporter) {
        return (int) exporter.integer("sampling", 1, 1, MAX_SAMPLING);
    }

    /** What is asked in the same way of collectors and outputs. */
    private static RecordsConfig readFlows(YamlSection exporter, FlowProtocol protocol, RecordsConfig fallback) {
        FieldChoice fields = fallback.fields;
        NatView natView = exporter.choice("nat-view", fallback.natView);
        boolean biflow = biflow(exporter, fields, fallback.biflow);
        if (biflow && !fields.profile().isOfEvents()) {
            warnOf(
                    exporter,
                    "nat-view",
                    "no effect with biflow: true: a record of both directions is the originator's");
        }
        fields.check(exporter, protocol, biflow, fallback.sampling > 1);
        if (fields.profile().isOfEvents()) {
            OF_FLOWS.forEach(key -> warnOf(
                    exporter, key, "no effect with fields: " + fields.profile() + ": it is about flows, not events"));
        }
        return new RecordsConfig(
                natView,
                biflow,
                fields,
                fallback.enterpriseElements,
                fallback.enterpriseNumber,
                fallback.options,
                fallback.sampling,
                fallback.interfaces);
    }

    private static boolean biflow(YamlSection exporter, FieldChoice fields, boolean fallback) {
        boolean biflow = exporter.flag("biflow", fallback);
        YamlValue place = exporter.value("biflow");
        if (fields.profile() == FieldProfile.NSEL && !biflow && place != null) {
            place.error("fields: nsel has one record for both directions; leave biflow out");
        }
        return biflow;
    }

    private static int enterpriseNumber(YamlSection exporter, FlowProtocol protocol) {
        long number = exporter.integer("enterprise-number", EXAMPLE_ENTERPRISE, 1, ScalarText.U32_MAX);
        YamlValue place = exporter.value("enterprise-number");
        if (place != null && number == REVERSE_ENTERPRISE) {
            place.error(REVERSE_ENTERPRISE
                    + " marks the reverse direction (RFC 5103) and belongs to no enterprise; write your own number");
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
