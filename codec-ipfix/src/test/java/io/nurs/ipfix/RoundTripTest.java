package io.nurs.ipfix;

import static io.nurs.ipfix.EncoderFixture.u16;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DataType;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.Field;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import io.nurs.flow.Template;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random templates, options among them, records, lengths, transports, copies and refresh rates. */
class RoundTripTest {
    private static final InetSocketAddress SENDER = new InetSocketAddress("192.0.2.1", 40000);
    private static final List<InformationElement> ELEMENTS = IntStream.range(0, 512)
            .mapToObj(IanaElements::byId)
            .filter(Objects::nonNull)
            .toList();

    static IntStream seeds() {
        return IntStream.range(0, 300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void decodesWhatItEncodes(int seed) {
        Random random = new Random(seed);
        EncoderOptions options = options(random);
        List<Template<byte[][]>> templates = IntStream.range(256, 257 + random.nextInt(8))
                .mapToObj(id -> template(id, random))
                .toList();
        List<byte[][]> written = new ArrayList<>();
        List<byte[]> messages = new ArrayList<>();
        try (EncoderFixture encoder = new EncoderFixture(options)) {
            for (int i = 0; i < 300; i++) {
                Template<byte[][]> template = templates.get(random.nextInt(templates.size()));
                byte[][] record = record(template, random);
                encoder.write(template, record);
                written.add(record);
                encoder.nowMillis += random.nextInt(100);
                disturb(encoder, random);
                messages.addAll(random.nextInt(10) == 0 ? encoder.flushed() : encoder.sent());
            }
            messages.addAll(encoder.flushed());
            assertEquals(0, encoder.stats().droppedRecords());
        }
        assertSameRecords(written, decodeAll(messages, options));
    }

    private static EncoderOptions options(Random random) {
        Duration interval = Duration.ofMillis(1 + random.nextInt(5000));
        return random.nextInt(3) == 0
                ? EncoderOptions.stream(7, 800 + random.nextInt(64000), interval)
                : new EncoderOptions(7, 800 + random.nextInt(700), 1 + random.nextInt(20), interval)
                        .withNewTemplateCopies(random.nextInt(4));
    }

    private static void disturb(EncoderFixture encoder, Random random) {
        switch (random.nextInt(20)) {
            case 0 -> encoder.encoder.refresh();
            case 1 -> encoder.encoder.refreshAlways(true);
            case 2, 3 -> encoder.encoder.refreshAlways(false);
            case 4 -> {
                if (encoder.encoder.options().stream()) {
                    encoder.encoder.withdrawAll();
                }
            }
            default -> {}
        }
    }

    private static List<DataRecord> decodeAll(List<byte[]> messages, EncoderOptions options) {
        IpfixDecoder decoder = new IpfixDecoder(DecoderLimits.DEFAULT);
        List<DataRecord> records = new ArrayList<>();
        for (byte[] message : messages) {
            assertTrue(message.length <= options.maxDatagramBytes());
            assertEquals(message.length, u16(message, 2));
            var octets = Unpooled.wrappedBuffer(message);
            DecodedMessage decoded = Objects.requireNonNull(
                    options.stream() ? decoder.decodeStream(SENDER, octets) : decoder.decode(SENDER, octets));
            // Among the anomalies would be a wrong sequence, padding, or a record before its template.
            assertEquals(List.of(), decoded.anomalies());
            records.addAll(decoded.records());
        }
        return records;
    }

    private static void assertSameRecords(List<byte[][]> written, List<DataRecord> records) {
        assertEquals(written.size(), records.size());
        for (int i = 0; i < written.size(); i++) {
            var fields = records.get(i).template().fields();
            for (int j = 0; j < fields.size(); j++) {
                assertArrayEquals(
                        written.get(i)[j], records.get(i).octets(fields.get(j).element()));
            }
        }
    }

    private static byte[][] record(Template<byte[][]> template, Random random) {
        return template.fields().stream()
                .map(field -> {
                    int length = field.isVariableLength() ? variableLength(random) : field.length();
                    byte[] value = new byte[length];
                    random.nextBytes(value);
                    return value;
                })
                .toArray(byte[][]::new);
    }

    private static int variableLength(Random random) {
        return random.nextInt(20) == 0 ? 254 + random.nextInt(3) : random.nextInt(30);
    }

    /** An element is there once, since getters find the first. */
    private static Template<byte[][]> template(int id, Random random) {
        List<Field<byte[][]>> fields = new ArrayList<>();
        List<InformationElement> elements = new ArrayList<>();
        boolean hasVariable = false;
        for (int wanted = 1 + random.nextInt(8); wanted > 0; wanted--) {
            InformationElement element = element(random);
            int length = 1 + random.nextInt(16);
            boolean isVariable = element.type().allows(DataType.VARIABLE_LENGTH) && !hasVariable;
            if (!(isVariable || element.type().allows(length)) || elements.contains(element)) {
                continue;
            }
            hasVariable |= isVariable;
            elements.add(element);
            fields.add(field(element, isVariable ? DataType.VARIABLE_LENGTH : length, fields.size()));
        }
        if (fields.isEmpty()) {
            fields.add(field(IanaElements.protocolIdentifier, 1, 0));
        }
        int scope = random.nextInt(fields.size() + 1);
        return scope == 0 || random.nextBoolean()
                ? new Template<>(id, fields)
                : Template.options(id, fields.subList(0, scope), fields.subList(scope, fields.size()));
    }

    private static InformationElement element(Random random) {
        InformationElement element = ELEMENTS.get(random.nextInt(ELEMENTS.size()));
        return random.nextInt(4) == 0
                ? new InformationElement(32473, random.nextInt(32768), "private", element.type())
                : element;
    }

    private static Field<byte[][]> field(InformationElement element, int length, int index) {
        return new Field<>(
                element,
                length,
                (record, datagram, at) ->
                        MemorySegment.copy(MemorySegment.ofArray(record[index]), 0, datagram, at, record[index].length),
                record -> record[index].length);
    }
}
