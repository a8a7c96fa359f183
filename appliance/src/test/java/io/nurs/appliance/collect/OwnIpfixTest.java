package io.nurs.appliance.collect;

import static io.nurs.flow.IanaElements.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.flow.DataType;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.Field;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.InformationElement;
import io.nurs.flow.Template;
import io.nurs.ipfix.ElementSemantics;
import io.nurs.ipfix.ElementType;
import io.nurs.ipfix.IpfixEncoder;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the checks say of this project's own IPFIX: nothing. */
class OwnIpfixTest {
    private static final InformationElement HELPER = new InformationElement(32473, 3, "nursCtHelper", DataType.STRING);
    private static final int RECORDS = 300;

    /** When the flow ended. */
    private record Flow(long endMillis) {}

    private static final Template<Flow> TEMPLATE = Template.of(
            256,
            Field.u64(flowStartMilliseconds, flow -> flow.endMillis - 700),
            Field.u64(flowEndMilliseconds, Flow::endMillis),
            Field.u16(sourceTransportPort, flow -> 5353),
            Field.string(HELPER, flow -> flow.endMillis % 2 == 0 ? "ftp" : ""),
            Field.u64(octetDeltaCount, Flow::endMillis),
            Field.u64(octetDeltaCount.reverse(), Flow::endMillis));

    private long nowMillis = 1_700_000_060_950L;

    private List<byte[]> exported(EncoderOptions options) {
        IpfixEncoder encoder = new IpfixEncoder(options, () -> nowMillis);
        encoder.addOptions(
                ElementType.source(300, List.of(new ElementType(HELPER, ElementSemantics.DEFAULT, 0, "helper"))));
        EmbeddedChannel channel = new EmbeddedChannel(encoder);
        for (int i = 0; i < RECORDS; i++) {
            nowMillis += 137;
            channel.write(FlowRecord.of(TEMPLATE, new Flow(nowMillis)), channel.voidPromise());
            if (i % 7 == 0) {
                channel.flush();
            }
        }
        channel.flush();
        channel.checkException();
        List<byte[]> messages = new ArrayList<>();
        for (ByteBuf message = channel.readOutbound(); message != null; message = channel.readOutbound()) {
            messages.add(ByteBufUtil.getBytes(message));
            message.release();
        }
        channel.finishAndReleaseAll();
        return messages;
    }

    @Test
    void nothingIsWrongWithItsDatagrams() {
        Recorded recorded = new Recorded();
        exported(new EncoderOptions(42, 512, 5, Duration.ofMinutes(10)).withNewTemplateCopies(2))
                .forEach(recorded::datagrams);
        assertNothingWrong(recorded);
    }

    @Test
    void norWithItsStream() {
        Recorded recorded = new Recorded();
        EmbeddedChannel channel =
                new EmbeddedChannel(new MessageStream(new InetSocketAddress("192.0.2.1", 1), recorded.inspector));
        exported(EncoderOptions.stream(42, EncoderOptions.MAX_MESSAGE_BYTES, Duration.ofSeconds(10)))
                .forEach(message -> channel.writeInbound(Unpooled.wrappedBuffer(message)));
        channel.finishAndReleaseAll();
        assertNothingWrong(recorded);
    }

    private static void assertNothingWrong(Recorded recorded) {
        recorded.inspector.end();
        assertEquals(List.of(), recorded.complaints());
        List<ReadRecord> flows = recorded.records().stream()
                .filter(record -> !record.isOptions())
                .toList();
        assertEquals(RECORDS, flows.size());
        assertTrue(recorded.records().size() > RECORDS, "the names of elements are repeated");
        assertTrue(
                flows.getLast().fields().stream()
                        .anyMatch(field -> field.element().name().equals("nursCtHelper")),
                "and learnt");
    }
}
