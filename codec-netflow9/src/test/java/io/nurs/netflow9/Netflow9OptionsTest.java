package io.nurs.netflow9;

import static io.nurs.netflow9.EncoderFixture.only;
import static io.nurs.netflow9.EncoderFixture.u16;
import static io.nurs.netflow9.EncoderFixture.u32;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.Field;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.IanaElements;
import io.nurs.flow.OptionsSource;
import io.nurs.flow.Template;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Options as RFC 3954 §6 has them: scope types of its own, lengths in octets. */
class Netflow9OptionsTest {
    private record Interface(int index, String name) {
        static final Template<Interface> TEMPLATE = Template.options(
                300,
                List.of(Field.u32(Netflow9Scope.INTERFACE, Interface::index)),
                List.of(
                        Field.u32(IanaElements.ingressInterface, Interface::index),
                        Field.string(IanaElements.interfaceName, 8, Interface::name)));
    }

    private record Sampling(int interval) {
        static final Template<Sampling> TEMPLATE = Template.options(
                301,
                List.of(Field.u32(Netflow9Scope.SYSTEM, sampling -> 0)),
                List.of(
                        Field.u32(IanaElements.samplingInterval, Sampling::interval),
                        Field.u8(IanaElements.samplingAlgorithm, sampling -> 2)));
    }

    private static final OptionsSource OPTIONS = sink -> {
        sink.write(FlowRecord.of(Interface.TEMPLATE, new Interface(2, "eth0")));
        sink.write(FlowRecord.of(Interface.TEMPLATE, new Interface(3, "wan-outside")));
        sink.write(FlowRecord.of(Sampling.TEMPLATE, new Sampling(100)));
    };

    @Test
    void optionRecordsGoAheadOfTheFirstFlow() {
        try (EncoderFixture encoder = new EncoderFixture()) {
            encoder.encoder.addOptions(OPTIONS);
            encoder.write(TestFlow.ICMP, TestFlow.PING);
            assertArrayEquals(Golden.datagram("options.hex"), only(encoder.sent()));
        }
    }

    @Test
    void optionsAreRepeatedWithTheTemplates() {
        try (EncoderFixture encoder =
                new EncoderFixture(new EncoderOptions(42, 1400, 2, Duration.ofHours(1)), TestFlow.UPTIME)) {
            encoder.encoder.addOptions(OPTIONS);
            encoder.write(TestFlow.ICMP, TestFlow.PING);
            encoder.sent();
            encoder.write(TestFlow.ICMP, TestFlow.PING);
            assertEquals(1, u16(only(encoder.flushed()), 2));
            encoder.write(TestFlow.ICMP, TestFlow.PING);
            byte[] datagram = only(encoder.flushed());
            // A template, two options templates, three option records, a flow.
            assertEquals(7, u16(datagram, 2));
            assertEquals(Netflow9.TEMPLATE_SET, u16(datagram, 20));
        }
    }

    @Test
    void refreshBringsThemAheadOfWhatIsPacked() {
        try (EncoderFixture encoder = new EncoderFixture()) {
            encoder.write(TestFlow.ICMP, TestFlow.PING);
            encoder.write(TestFlow.ICMP, TestFlow.PING);
            encoder.sent();
            encoder.encoder.refresh();
            List<byte[]> datagrams = encoder.flushed();
            assertEquals(List.of(1, 1), datagrams.stream().map(d -> u16(d, 2)).toList());
            assertEquals(
                    List.of(1L, 2L), datagrams.stream().map(d -> u32(d, 12)).toList());
            assertEquals(Netflow9.TEMPLATE_SET, u16(datagrams.getFirst(), 20));
        }
    }

    @Test
    void scopeHasTypesOfItsOwn() {
        Template<Interface> foreign = Template.options(
                300,
                List.of(Field.u32(IanaElements.ingressInterface, Interface::index)),
                List.of(Field.string(IanaElements.interfaceName, 8, Interface::name)));
        assertRefused(foreign, "ingressInterface(10) is none");
        Template<Interface> scopeAsOption = Template.of(300, Field.u32(Netflow9Scope.INTERFACE, Interface::index));
        assertRefused(scopeAsOption, "no enterprise numbers");
    }

    @Test
    void decoderReadsThem() {
        Netflow9Decoder decoder = new Netflow9Decoder(DecoderLimits.DEFAULT);
        DecodedMessage message = Objects.requireNonNull(decoder.decode(
                new InetSocketAddress("192.0.2.1", 40000), Unpooled.wrappedBuffer(Golden.datagram("options.hex"))));
        assertEquals(List.of(), message.anomalies());
        DataRecord outside = message.records().get(1);
        assertEquals(3, outside.unsigned(Netflow9Scope.INTERFACE));
        assertEquals("wan-outs", outside.fields().getLast().value());
        DataRecord sampling = message.records().get(2);
        assertEquals(0, sampling.unsigned(Netflow9Scope.SYSTEM));
        assertEquals(100, sampling.unsigned(IanaElements.samplingInterval));
        assertTrue(sampling.template().isOptions());
    }

    private static void assertRefused(Template<?> template, String reason) {
        try (EncoderFixture encoder = new EncoderFixture()) {
            Exception refusal = assertThrows(IllegalArgumentException.class, () -> encoder.encoder.check(template));
            assertTrue(refusal.toString().contains(reason), refusal::toString);
        }
    }
}
