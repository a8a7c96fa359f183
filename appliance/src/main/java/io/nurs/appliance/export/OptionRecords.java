package io.nurs.appliance.export;

import static io.nurs.flow.IanaElements.*;

import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.FlowField;
import io.nurs.appliance.config.FlowProtocol;
import io.nurs.appliance.source.EventLosses;
import io.nurs.flow.EncoderStats;
import io.nurs.flow.ExportClock;
import io.nurs.flow.Field;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.InformationElement;
import io.nurs.flow.OptionsSource;
import io.nurs.flow.Template;
import io.nurs.ipfix.ElementType;
import io.nurs.netflow9.Netflow9Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What an exporter says of itself, at each repetition of the templates: RFC 7011 §4.1 to §4.4, and what records refer to: names of
 * interfaces, the boot, the sampling, elements of our own. NetFlow v9 has other scopes, and gets what it has words for.
 */
final class OptionRecords {
    // Flows have 256 to 279, sampling 306 and 307, events of NAT 512 and those after,
    // observations 600 and those after.
    private static final int METERING_STATISTICS = 300;
    private static final int METERING_RELIABILITY = 301;
    private static final int EXPORTING_RELIABILITY = 302;
    private static final int FLOW_KEYS = 303;
    private static final int INTERFACES = 304;
    private static final int SYSTEM_INIT = 305;
    private static final int ELEMENT_TYPES = 308;

    /** IFNAMSIZ */
    private static final int NAME_BYTES = 16;

    private static final int DESCRIPTION_BYTES = 32;
    private static final long INTERFACES_NANOS = Duration.ofMinutes(1).toNanos();

    private final FlowExporterConfig config;
    private final boolean ipfix;
    private final FlowEncoder encoder;
    private final long domain;
    private final FlowRecords records;
    private final ObservationRecords observations;
    private final ExportClock clock;

    OptionRecords(
            FlowExporterConfig config,
            FlowEncoder encoder,
            FlowRecords records,
            ObservationRecords observations,
            ExportClock clock) {
        this.observations = observations;
        this.config = config;
        this.ipfix = config.protocol() == FlowProtocol.IPFIX;
        this.encoder = encoder;
        this.domain = encoder.options().observationDomain();
        this.records = records;
        this.clock = clock;
    }

    /**
     * All that needs no source.
     *
     * @param rate one of so many packets or flows is sent; asked on the event loop
     */
    List<OptionsSource> ofExporter(NotSent notSent, IntSupplier rate) {
        List<OptionsSource> sources = new ArrayList<>();
        boolean flows = observations.kind() == RecordKind.FLOWS;
        SamplingOptions sampling = new SamplingOptions(ipfix, domain);
        sources.add(sampling.interval(rate));
        if (flows && config.records().sampling() > 1) {
            sources.add(sampling.ofFlows(records.sampling()));
        }
        if (flows && ipfix && config.records().fields().has(FlowField.flowStartSysUpTime, FlowField.flowEndSysUpTime)) {
            sources.add(systemInit());
        }
        if (ipfix) {
            elementTypes(sources);
        }
        if (flows && ipfix) {
            flowKeys(sources);
        }
        sources.add(meteringStatistics());
        sources.add(exportingReliability(notSent));
        return sources;
    }

    /** In v9 the only scope there is for a whole exporter. */
    private <S> List<Field<S>> domainScope() {
        return List.of(Field.u32(ipfix ? observationDomainId : Netflow9Scope.SYSTEM, source -> domain));
    }

    static <S> OptionsSource one(Template<S> template, S source) {
        FlowRecord<S> record = FlowRecord.of(template, source);
        return sink -> sink.write(record);
    }

    /** RFC 7011 §4.1; the totals are those before the message that tells them. */
    private OptionsSource meteringStatistics() {
        return one(
                Template.options(
                        METERING_STATISTICS,
                        domainScope(),
                        List.of(
                                Field.u64(exportedMessageTotalCount, EncoderStats::datagrams),
                                Field.u64(exportedFlowRecordTotalCount, EncoderStats::flowRecords),
                                Field.u64(exportedOctetTotalCount, EncoderStats::bytes))),
                encoder.stats());
    }

    /**
     * The first of the two times that RFC 7011 §4.2 and §4.3 ask for, of which the last is in milliseconds. Both may be the same
     * element, but Logstash's codec then fails at the template, and drops the rest of the datagram.
     */
    private static <S> Field<S> firstTime(ToLongFunction<S> millis) {
        return Field.u32(observationTimeSeconds, source -> millis.applyAsLong(source) / 1000);
    }

    /**
     * RFC 7011 §4.2. The kernel counts each packet; what is lost is its word of a flow's end. How many packets that was about
     * it does not say: as "ignored packets" stands the number of events lost. Of sources of packets it is the number of those. Octets are
     * not known.
     */
    OptionsSource meteringReliability(Supplier<@Nullable EventLosses> source) {
        Template<EventLosses> template = Template.options(
                METERING_RELIABILITY,
                domainScope(),
                List.of(
                        Field.u64(ignoredPacketTotalCount, EventLosses::lostEvents),
                        Field.u64(ignoredOctetTotalCount, stats -> 0),
                        firstTime(EventLosses::firstLostMillis),
                        Field.u64(observationTimeMilliseconds, EventLosses::lastLostMillis)));
        return sink -> {
            EventLosses stats = source.get();
            if (stats != null) {
                sink.write(FlowRecord.of(template, stats));
            }
        };
    }

    /** How packets are selected: RFC 5476 §6.5. NetFlow v9 has the rate alone. */
    List<OptionsSource> selection(IntSupplier number, IntSupplier oneOf) {
        PacketSelection selection = new PacketSelection(number, oneOf);
        return ipfix ? List.of(selection.sequence(), selection.selector()) : List.of();
    }

    /** RFC 7011 §4.3. Each domain at a collector has an encoder and a queue of its own, and so is an exporting process. */
    private OptionsSource exportingReliability(NotSent notSent) {
        InformationElement scope = ipfix ? exportingProcessId : Netflow9Scope.SYSTEM;
        return one(
                Template.options(
                        EXPORTING_RELIABILITY,
                        List.of(Field.u32(scope, source -> domain)),
                        List.of(
                                Field.u64(notSentFlowTotalCount, NotSent::flows),
                                Field.u64(notSentPacketTotalCount, NotSent::packets),
                                Field.u64(notSentOctetTotalCount, NotSent::octets),
                                firstTime(NotSent::firstMillis),
                                Field.u64(observationTimeMilliseconds, NotSent::lastMillis))),
                notSent);
    }

    /** RFC 7011 §4.4, for each template that records may have. */
    private void flowKeys(List<OptionsSource> sources) {
        List<FlowKeys> keys = records.templates().stream().map(FlowKeys::of).toList();
        if (keys.isEmpty()) {
            return;
        }
        Template<FlowKeys> template = Template.options(
                FLOW_KEYS,
                List.of(Field.u16(templateId, FlowKeys::templateId)),
                List.of(Field.u64(flowKeyIndicator, FlowKeys::indicator)));
        FlowRecord<FlowKeys> record = FlowRecord.of(template, keys.getFirst());
        sources.add(sink -> {
            for (int i = 0; i < keys.size(); i++) {
                sink.write(record.set(template, keys.get(i)));
            }
        });
    }

    private static final class NamedInterface {
        private long sentNanos = System.nanoTime() - INTERFACES_NANOS;
        private long sentToAudience;
        int index;
        String name = "";
        String description = "";
    }

    /**
     * A record for each interface that exists at that moment. There may be thousands, so they come at most once a minute, but always in
     * a new session or file: RFC 7011 §8, §10.4.
     */
    OptionsSource interfaces(InterfaceNames names) {
        Template<NamedInterface> template = Template.options(
                INTERFACES,
                List.of(Field.u32(ipfix ? ingressInterface : Netflow9Scope.INTERFACE, named -> named.index)),
                // As long in IPFIX: nfdump 1.7.1 takes a variable length here for one of 65535.
                List.of(
                        Field.string(interfaceName, NAME_BYTES, named -> named.name),
                        Field.string(interfaceDescription, DESCRIPTION_BYTES, named -> named.description)));
        NamedInterface source = new NamedInterface();
        FlowRecord<NamedInterface> record = FlowRecord.of(template, source);
        return sink -> {
            long now = System.nanoTime();
            if (now - source.sentNanos < INTERFACES_NANOS && source.sentToAudience == encoder.audiences()) {
                return;
            }
            source.sentNanos = now;
            source.sentToAudience = encoder.audiences();
            names.forEach((index, name, description) -> {
                source.index = index;
                source.name = name;
                source.description = description;
                sink.write(record);
            });
        };
    }

    /** What flowStart- and flowEndSysUpTime count from, which NetFlow v9 has in its header. */
    private OptionsSource systemInit() {
        return one(
                Template.options(
                        SYSTEM_INIT,
                        domainScope(),
                        List.of(Field.u64(systemInitTimeMilliseconds, init -> init.epochMillis(clock.epochMillis())))),
                records.systemInit());
    }

    /** RFC 5610, for the elements beside IANA's that records may have. */
    private void elementTypes(List<OptionsSource> sources) {
        List<ElementType> types = observations.kind() == RecordKind.FLOWS
                ? flowElementTypes()
                : observations.elements().entrySet().stream()
                        .map(used -> used.getKey().described(used.getValue()))
                        .toList();
        if (!types.isEmpty()) {
            sources.add(ElementType.source(ELEMENT_TYPES, types));
        }
    }

    private List<ElementType> flowElementTypes() {
        int enterprise = config.records().enterpriseNumber();
        return config.records().fields().fields().stream()
                .filter(FlowField::isOfNurs)
                .map(field -> NursElement.valueOf(field.name()))
                .sorted()
                .map(element -> element.described(element.in(FlowProtocol.IPFIX, enterprise)))
                .toList();
    }
}
