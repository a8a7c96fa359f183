package io.nurs.appliance.config;

/**
 * What an exporter's records say of a flow.
 *
 * @param biflow one record for both directions, RFC 5103, instead of one for each
 */
public record RecordsConfig(NatView natView, boolean biflow) {
    static RecordsConfig defaults(FlowProtocol protocol) {
        return new RecordsConfig(NatView.CLIENT, protocol == FlowProtocol.IPFIX);
    }

    /** The keys stand among the exporter's own. */
    static RecordsConfig read(YamlSection exporter, FlowProtocol protocol) {
        RecordsConfig fallback = defaults(protocol);
        return new RecordsConfig(
                exporter.choice("nat-view", fallback.natView), exporter.flag("biflow", fallback.biflow));
    }
}
