package io.nurs.netflow5;

import static io.nurs.flow.IanaElements.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.FlowRecord;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored")
class RoundTripTest {
    private static final int RECORDS = 1000;

    @Test
    void everyRecordArrivesInSequence() {
        var encoder = new Netflow5Encoder(Netflow5EncoderTest.OPTIONS, () -> TestFlow.NOW_MILLIS, TestFlow.UPTIME, 1);
        EmbeddedChannel channel = new EmbeddedChannel(encoder);
        Netflow5Decoder decoder = new Netflow5Decoder(DecoderLimits.DEFAULT);
        long octets = 0;
        for (int i = 0; i < RECORDS; i++) {
            TestFlow flow = i % 2 == 0 ? TestFlow.TCP : TestFlow.PING;
            octets += flow.octets();
            channel.write(FlowRecord.of(TestFlow.TEMPLATE, flow), channel.voidPromise());
        }
        channel.flush();
        for (ByteBuf buffer = channel.readOutbound(); buffer != null; buffer = channel.readOutbound()) {
            DecodedMessage message = decoder.decode(new InetSocketAddress("192.0.2.1", 1), buffer);
            buffer.release();
            assertNotNull(message);
            assertEquals(List.of(), message.anomalies());
            for (DataRecord record : message.records()) {
                octets -= record.unsigned(octetDeltaCount);
            }
        }
        assertEquals(0, octets);
        assertEquals(RECORDS, decoder.stats().records());
        channel.finishAndReleaseAll();
    }
}
