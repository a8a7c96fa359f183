package io.nurs.appliance.export;

import static io.nurs.flow.IanaElements.initiatorOctets;
import static io.nurs.flow.IanaElements.octetDeltaCount;
import static io.nurs.flow.IanaElements.samplingInterval;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.collect.OwnMessages;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecodedTemplate;
import io.nurs.flow.DecodedTemplate.FieldSpecifier;
import io.nurs.flow.InformationElement;
import io.nurs.flow.SystemUptime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What any decoder has to make of an exporter with defaults: each kind of records in both protocols. */
class DefaultRecordsTest {
    private static final int NETFILTER = 21373;
    private static final int FIRST_OF_VENDORS = 32768;

    static Stream<Arguments> all() {
        return RecordConfigs.protocols()
                .flatMap(protocol -> Stream.of(RecordKind.values()).map(kind -> Arguments.of(protocol, kind)));
    }

    /** All templates that there may be, and all option records. */
    private static List<DecodedMessage> everything(String url, RecordKind kind) {
        try (EmbeddedCollector collector = EmbeddedCollector.decoding(url, kind)) {
            FlowExporterConfig config = RecordConfigs.config(url);
            collector.collector().tellLosses(EmbeddedSource.statsWithLoss(17, 1_700_000_000_111L, 1_700_000_009_222L));
            collector.collector().tellInterfaces(names -> names.visit(2, "eth0", ""));
            collector.collector().tellSelection(5, () -> 1);
            collector.runPending();
            if (kind == RecordKind.FLOWS) {
                collector.encoder().addTemplates(new FlowRecords(config, new SystemUptime(0), "monitorns").templates());
            }
            collector.encoder().addTemplates(new ObservationRecords(config, kind, "monitorns").templates());
            return collector.messages();
        }
    }

    private static List<DecodedTemplate> templates(List<DecodedMessage> messages) {
        return messages.stream()
                .flatMap(message -> message.templates().stream())
                .toList();
    }

    private static List<InformationElement> elements(DecodedTemplate template) {
        return template.fields().stream().map(FieldSpecifier::element).toList();
    }

    private static String wire(InformationElement element) {
        return element.enterprise() + "/" + element.id();
    }

    @ParameterizedTest
    @MethodSource("all")
    void noTemplateHasAnElementTwice(String protocol, RecordKind kind) {
        for (DecodedTemplate template :
                templates(everything(protocol + "://192.0.2.1?enterprise-elements=all", kind))) {
            List<String> elements = elements(template).stream()
                    .skip(template.scopeFields())
                    .map(DefaultRecordsTest::wire)
                    .toList();
            assertEquals(elements.stream().distinct().toList(), elements, template::toString);
        }
    }

    /** But for sources whose records say nothing in IANA's words. */
    @ParameterizedTest
    @MethodSource("all")
    void elementsAreIanasOrNetfilters(String protocol, RecordKind kind) {
        List<InformationElement> others = new ArrayList<>();
        for (DecodedTemplate template : templates(everything(protocol + "://192.0.2.1", kind))) {
            elements(template).stream()
                    .skip(template.scopeFields())
                    .filter(element -> element.enterprise() != NETFILTER)
                    .filter(element ->
                            element.enterprise() != InformationElement.IANA || element.id() >= FIRST_OF_VENDORS)
                    .forEach(others::add);
        }
        assertEquals(kind.isOfNursElements(), !others.isEmpty(), others::toString);
    }

    @ParameterizedTest
    @MethodSource("all")
    void lengthsAreThoseOfTheStandards(String protocol, RecordKind kind) {
        assertEquals(
                List.of(), OwnMessages.complaints(everything(protocol + "://192.0.2.1?enterprise-elements=all", kind)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void templatesOfDataComeFirstAndTheRateBeforeAnyFlow(String protocol, RecordKind kind) {
        try (EmbeddedCollector collector = EmbeddedCollector.decoding(protocol + "://192.0.2.1", kind)) {
            collector.exporter(false);
            List<DecodedMessage> messages = collector.messages();
            assertFalse(messages.getFirst().templates().getFirst().isOptions());
            boolean[] isOptions = new boolean[1];
            templates(messages.subList(messages.size() - 1, messages.size())).forEach(template -> {
                assertTrue(template.isOptions() || !isOptions[0], template::toString);
                isOptions[0] = template.isOptions();
            });
            assertTrue(messages.stream()
                    .flatMap(message -> message.records().stream())
                    .anyMatch(record -> record.has(samplingInterval) && record.unsigned(samplingInterval) == 1));
        }
    }

    /** akvorado drops flows until it knows the rate. */
    @ParameterizedTest
    @MethodSource("io.nurs.appliance.export.RecordConfigs#protocols")
    void theRateComesBeforeTheFirstFlow(String protocol) {
        try (EmbeddedCollector collector = EmbeddedCollector.decoding(protocol + "://192.0.2.1")) {
            SampleFlows.into(collector, SampleFlows.ipv4());
            List<Boolean> isRate = collector.messages().stream()
                    .flatMap(message -> message.records().stream())
                    .filter(record ->
                            record.has(samplingInterval) || !record.template().isOptions())
                    .map(record -> record.has(samplingInterval))
                    .toList();
            assertTrue(isRate.size() > 1 && isRate.getFirst(), isRate::toString);
        }
    }

    /** Collectors take both for the same: to akvorado the first of 1, 231 and 232 that is not 0 is the bytes. */
    @Test
    void noTemplateHasACounterOfOneDirectionTwice() {
        RecordConfigs.urls()
                .forEach(url -> templates(everything(url, RecordKind.FLOWS)).forEach(template -> {
                    List<InformationElement> elements = elements(template);
                    assertFalse(
                            elements.stream().anyMatch(element -> element.matches(octetDeltaCount))
                                    && elements.stream().anyMatch(element -> element.matches(initiatorOctets)),
                            url + " " + template);
                }));
    }
}
