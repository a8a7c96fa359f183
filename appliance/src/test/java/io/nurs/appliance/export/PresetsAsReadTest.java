package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.nurs.appliance.collect.rules.CollectorReading;
import io.nurs.appliance.collect.rules.Comparison;
import io.nurs.appliance.collect.rules.ComparisonText;
import io.nurs.appliance.collect.rules.KnownCollector;
import io.nurs.appliance.config.CollectorPreset;
import io.nurs.flow.DecoderLimits;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What each collector makes of our own export, by the rules that are known of it. */
class PresetsAsReadTest {
    private static final InetSocketAddress EXPORTER = new InetSocketAddress("192.0.2.9", 1);

    /** Both directions of the sample flows. */
    private static Comparison compare(KnownCollector reader, String url) {
        CollectorReading reading = new CollectorReading(reader.rules(), DecoderLimits.DEFAULT);
        try (EmbeddedCollector collector = EmbeddedCollector.decoding(url)) {
            SampleFlows.into(collector);
            collector.datagrams().forEach(octets -> reading.message(EXPORTER, Unpooled.wrappedBuffer(octets), true));
        }
        return reading.comparison();
    }

    private static void assertExact(KnownCollector reader, String url) {
        Comparison comparison = compare(reader, url);
        assertTrue(comparison.sentRecords() > SampleFlows.CONVERSATIONS, url);
        assertTrue(
                comparison.isExact(),
                () -> url + "\n" + String.join("\n", new ComparisonText(reader, comparison).lines()));
        assertEquals(comparison.sent().packets(), comparison.kept().packets(), url);
    }

    static Stream<Arguments> presets() {
        // Of NetFlow v9, Logstash's codec has no end in milliseconds: the preset is for IPFIX.
        return Arrays.stream(KnownCollector.values())
                .flatMap(collector -> RecordConfigs.protocols()
                        .filter(protocol -> collector != KnownCollector.LOGSTASH || protocol.equals("ipfix"))
                        .map(protocol -> Arguments.of(protocol, collector)));
    }

    @Test
    void eachPresetHasRulesOfItsName() {
        assertEquals(
                Arrays.stream(CollectorPreset.values())
                        .map(CollectorPreset::toString)
                        .sorted()
                        .toList(),
                KnownCollector.names().stream().sorted().toList());
    }

    @ParameterizedTest
    @MethodSource("presets")
    void itsPresetLosesNoRecordAndNoByte(String protocol, KnownCollector reader) {
        assertExact(reader, protocol + "://192.0.2.1?preset=" + reader + "&ingress-interface=2&egress-interface=3");
    }

    @ParameterizedTest
    @EnumSource(KnownCollector.class)
    void defaultsLoseNoByteWhereNoInterfaceIsNeeded(KnownCollector reader) {
        if (reader != KnownCollector.AKVORADO) {
            assertExact(reader, "ipfix://192.0.2.1");
        }
    }

    @Test
    void akvoradoKeepsNothingOfTheDefaultsForWantOfInterfaces() {
        assertEquals(0, compare(KnownCollector.AKVORADO, "ipfix://192.0.2.1").keptRecords());
    }

    @Test
    void goflow2LosesTheRepliesOfRecordsOfBothDirections() {
        Comparison comparison = compare(KnownCollector.GOFLOW2, "ipfix://192.0.2.1?biflow=true");
        assertFalse(comparison.isExact());
        assertTrue(comparison.kept().bytes() < comparison.sent().bytes());
    }
}
