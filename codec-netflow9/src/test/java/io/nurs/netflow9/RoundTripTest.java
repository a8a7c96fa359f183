package io.nurs.netflow9;

import static io.nurs.netflow9.EncoderFixture.u32;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.nurs.flow.DataRecord;
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
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random templates, records, sizes and refresh rates. */
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
        int maxBytes = 240 + random.nextInt(1200);
        EncoderOptions options =
                new EncoderOptions(seed, maxBytes, 1 + random.nextInt(20), Duration.ofMillis(1 + random.nextInt(5000)));
        List<Template<byte[]>> templates = IntStream.range(256, 257 + random.nextInt(8))
                .mapToObj(id -> template(id, random))
                .toList();
        List<byte[]> written = new ArrayList<>();
        List<byte[]> datagrams = new ArrayList<>();
        try (EncoderFixture encoder = new EncoderFixture(options, TestFlow.UPTIME)) {
            for (int i = 0; i < 300; i++) {
                Template<byte[]> template = templates.get(random.nextInt(templates.size()));
                byte[] record = new byte[template.recordLength()];
                random.nextBytes(record);
                encoder.write(template, record);
                written.add(record);
                encoder.nowMillis += random.nextInt(100);
                datagrams.addAll(random.nextInt(10) == 0 ? encoder.flushed() : encoder.sent());
            }
            datagrams.addAll(encoder.flushed());
        }
        assertSameRecords(written, decodeAll(datagrams, maxBytes));
    }

    private static List<DataRecord> decodeAll(List<byte[]> datagrams, int maxBytes) {
        Netflow9Decoder decoder = new Netflow9Decoder(DecoderLimits.DEFAULT);
        List<DataRecord> records = new ArrayList<>();
        for (int i = 0; i < datagrams.size(); i++) {
            byte[] datagram = datagrams.get(i);
            assertTrue(datagram.length <= maxBytes);
            assertEquals(0, datagram.length % 4);
            assertEquals(i, u32(datagram, 12));
            DecodedMessage message = Objects.requireNonNull(decoder.decode(SENDER, Unpooled.wrappedBuffer(datagram)));
            // Among the anomalies would be a wrong count, padding, or a record before its template.
            assertEquals(List.of(), message.anomalies());
            records.addAll(message.records());
        }
        return records;
    }

    private static void assertSameRecords(List<byte[]> written, List<DataRecord> records) {
        assertEquals(written.size(), records.size());
        for (int i = 0; i < written.size(); i++) {
            byte[] expected = written.get(i);
            int offset = 0;
            for (var field : records.get(i).template().fields()) {
                byte[] value = Arrays.copyOfRange(expected, offset, offset + field.length());
                assertArrayEquals(value, records.get(i).octets(field.element()));
                offset += field.length();
            }
        }
    }

    /** Each field copies its own part of the record; an element is there once, since getters find the first. */
    private static Template<byte[]> template(int id, Random random) {
        List<Field<byte[]>> fields = new ArrayList<>();
        List<InformationElement> elements = new ArrayList<>();
        int offset = 0;
        for (int wanted = 1 + random.nextInt(8); wanted > 0 || offset < 4; wanted--) {
            InformationElement element = ELEMENTS.get(random.nextInt(ELEMENTS.size()));
            int length = 1 + random.nextInt(16);
            if (!element.type().allows(length) || elements.contains(element)) {
                continue;
            }
            int from = offset;
            elements.add(element);
            fields.add(Field.octets(
                    element,
                    length,
                    (record, datagram, at) ->
                            MemorySegment.copy(MemorySegment.ofArray(record), from, datagram, at, length)));
            offset += length;
        }
        return new Template<>(id, fields);
    }
}
