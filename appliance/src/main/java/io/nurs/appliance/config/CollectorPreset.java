package io.nurs.appliance.config;

import java.time.Duration;
import java.util.Locale;

/**
 * What suits a collector: one row for each. Keys that the exporter itself has win. How each row was found is in
 * docs/collectors.md.
 */
@SuppressWarnings("ImmutableEnumChecker") // a row has enums, numbers and truths
public enum CollectorPreset {
    // A row has what the defaults are not: reverse() reads reverse elements, streams() listens on TCP too, refresh()
    // wants templates so
    // many minutes apart. Behind it: the source's active-timeout, and what the collector needs.
    GENERIC(
            row(FlowProtocol.IPFIX, EnterpriseElements.NETFILTER).reverse().streams(),
            "60s",
            "nothing, beside an open UDP port"),
    NFDUMP(
            row(FlowProtocol.NETFLOW9, EnterpriseElements.NONE).reverse(),
            "60s",
            "nfcapd -p PORT -w DIR (1.6: -l DIR); more than nfdump's default fields: nfdump -o extended or -o json"),
    AKVORADO(
            row(FlowProtocol.IPFIX, EnterpriseElements.NONE)
                    .reverse()
                    .needsInterfaces()
                    .refresh(1),
            "10s",
            "inlet: a flow input of type udp with decoder netflow; the exporter and its interfaces in the metadata"
                    + " provider static, or snmpd on the router; schema: enabled: [SrcAddrNAT, DstAddrNAT, SrcPortNAT,"
                    + " DstPortNAT]"),
    GOFLOW2(
            row(FlowProtocol.IPFIX, EnterpriseElements.NONE).refresh(1),
            "60s",
            "goflow2 -listen netflow://:PORT; fields behind NAT only with a -mapping file"),
    PMACCT(
            row(FlowProtocol.IPFIX, EnterpriseElements.NONE),
            "60s",
            "nfacctd_port: PORT, nfacctd_time_new: false; with sampling nfacctd_renormalize: true; fields behind NAT:"
                    + " post_nat_src_host and the like in aggregate"),
    NTOPNG(
            row(FlowProtocol.NETFLOW9, EnterpriseElements.NONE).refresh(1),
            "60s",
            "nprobe -i none -n none -3 PORT --zmq tcp://127.0.0.1:5556, and ntopng -i tcp://127.0.0.1:5556"),
    ELASTIC(
            row(FlowProtocol.IPFIX, EnterpriseElements.NONE)
                    .reverse()
                    .duration()
                    .refresh(1),
            "60s",
            "Filebeat: an input of type netflow, protocols: [ipfix], host: \"0.0.0.0:PORT\""),
    LOGSTASH(
            row(FlowProtocol.IPFIX, EnterpriseElements.NETFILTER_WITHOUT_PREFIX)
                    .reverse()
                    .refresh(1),
            "60s",
            "input udp with codec => netflow { versions => [10] }; of NetFlow v9 the codec lacks flow end in milliseconds,"
                    + " and learns no template that has it"),
    FASTNETMON(
            row(FlowProtocol.NETFLOW9, EnterpriseElements.NONE).refresh(1),
            "5s",
            "netflow = on, netflow_port = PORT; average_calculation_time at least the active-timeout"),
    OTEL(
            row(FlowProtocol.IPFIX, EnterpriseElements.NONE).refresh(1),
            "60s",
            "receivers: netflow: scheme: netflow, port: PORT; it has no attributes for NAT");

    private final Row row;
    private final String activeTimeout;
    private final String atCollector;

    CollectorPreset(Row row, String activeTimeout, String atCollector) {
        this.row = row;
        this.activeTimeout = activeTimeout;
        this.atCollector = atCollector;
    }

    /** What a collector needs and can do; {@link #row} begins with the least. */
    private record Row(
            FlowProtocol protocol,
            EnterpriseElements enterpriseElements,
            boolean wantsDuration,
            boolean readsReverse,
            boolean takesStreams,
            boolean wantsInterfaces,
            int refreshMinutes) {
        Row reverse() {
            return new Row(
                    protocol, enterpriseElements, wantsDuration, true, takesStreams, wantsInterfaces, refreshMinutes);
        }

        Row streams() {
            return new Row(
                    protocol, enterpriseElements, wantsDuration, readsReverse, true, wantsInterfaces, refreshMinutes);
        }

        Row duration() {
            return new Row(
                    protocol, enterpriseElements, true, readsReverse, takesStreams, wantsInterfaces, refreshMinutes);
        }

        Row needsInterfaces() {
            return new Row(
                    protocol, enterpriseElements, wantsDuration, readsReverse, takesStreams, true, refreshMinutes);
        }

        Row refresh(int minutes) {
            return new Row(
                    protocol, enterpriseElements, wantsDuration, readsReverse, takesStreams, wantsInterfaces, minutes);
        }
    }

    private static Row row(FlowProtocol protocol, EnterpriseElements enterpriseElements) {
        return new Row(protocol, enterpriseElements, false, false, false, false, 10);
    }

    /** Of an exporter that has no {@code type}. */
    FlowProtocol protocol() {
        return row.protocol;
    }

    EnterpriseElements enterpriseElements() {
        return row.enterpriseElements;
    }

    /** Whether records have flowDurationMilliseconds(161), where the collector makes no duration of start and end. */
    boolean wantsDuration() {
        return row.wantsDuration;
    }

    /** Whether the collector counts reverse elements (29305) of a record of both directions. */
    boolean readsReverse() {
        return row.readsReverse;
    }

    /** Whether it listens on TCP or TLS as well. */
    boolean takesStreams() {
        return row.takesStreams;
    }

    /** Whether the collector drops flows that do not say their interfaces. */
    public boolean wantsInterfaces() {
        return row.wantsInterfaces;
    }

    TemplateRefresh templateRefresh(FlowProtocol protocol) {
        TemplateRefresh fallback = TemplateRefresh.defaults(protocol);
        return new TemplateRefresh(fallback.packets(), Duration.ofMinutes(row.refreshMinutes), fallback.copies());
    }

    /** What the source is best given, as the configuration writes it. */
    public String activeTimeout() {
        return activeTimeout;
    }

    /** What has to be configured there. */
    public String atCollector() {
        return atCollector;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
