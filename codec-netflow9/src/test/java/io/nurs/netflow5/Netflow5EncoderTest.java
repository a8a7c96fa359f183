package io.nurs.netflow5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.Field;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.Template;
import io.nurs.netflow9.Golden;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored")
class Netflow5EncoderTest {
    static final EncoderOptions OPTIONS = new EncoderOptions(0x0102, 9000, 20, Duration.ofMinutes(10));

    private final Netflow5Encoder encoder =
            new Netflow5Encoder(OPTIONS, () -> TestFlow.NOW_MILLIS, TestFlow.UPTIME, 100);
    private final EmbeddedChannel channel = new EmbeddedChannel(encoder);

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void writesTheGoldenDatagram() {
        // The first leaves at once, and is not among those.
        write(TestFlow.TCP, TestFlow.TCP, TestFlow.TCP);
        flushed();
        write(TestFlow.TCP, TestFlow.PING);
        assertArrayEquals(
                Golden.datagram("/io/nurs/netflow5/two.hex"), flushed().getLast());
    }

    @Test
    void aDatagramHasThirtyRecordsHoweverLongItMightBe() {
        for (int i = 0; i < 91; i++) {
            write(TestFlow.TCP);
        }
        List<byte[]> full = flushed();
        assertEquals(
                List.of(1, 30, 30, 30),
                full.stream().map(datagram -> u16(datagram, 2)).toList());
        assertEquals(24 + 30 * 48, full.getLast().length);
    }

    @Test
    void shorterDatagramsHaveFewerRecords() {
        EncoderOptions shorter = new EncoderOptions(1, 1400, 20, Duration.ofMinutes(10));
        Netflow5Encoder other = new Netflow5Encoder(shorter, () -> TestFlow.NOW_MILLIS, TestFlow.UPTIME, 1);
        EmbeddedChannel socket = new EmbeddedChannel(other);
        for (int i = 0; i < 29; i++) {
            socket.write(FlowRecord.of(TestFlow.TEMPLATE, TestFlow.TCP), socket.voidPromise());
        }
        List<byte[]> sent = sent(socket);
        assertEquals(24 + 28 * 48, sent.getLast().length);
        assertEquals(28, u16(sent.getLast(), 2));
        socket.finishAndReleaseAll();
    }

    @Test
    void theSequenceCountsFlows() {
        write(TestFlow.TCP);
        write(TestFlow.TCP, TestFlow.TCP);
        flushed();
        write(TestFlow.PING);
        byte[] last = flushed().getLast();
        assertEquals(3, u16(last, 18));
        assertEquals(4, encoder.stats().sequence());
    }

    /** A refresh is asked for while a collector is down, and when it is back. */
    @Test
    void repeatsNothingBecauseThereIsNothingToRepeat() {
        write(TestFlow.TCP);
        flushed();
        encoder.refreshAlways(true);
        write(TestFlow.TCP, TestFlow.PING);
        encoder.refresh();
        List<byte[]> sent = flushed();
        assertEquals(1, sent.size());
        assertEquals(2, u16(sent.getFirst(), 2));
        encoder.announce();
        assertEquals(List.of(), flushed());
        assertEquals(0, encoder.stats().templates());
    }

    @Test
    void withoutSamplingTheHeaderSaysOneOfOneInNoMode() {
        Netflow5Encoder all = new Netflow5Encoder(OPTIONS, () -> TestFlow.NOW_MILLIS, TestFlow.UPTIME, 1);
        EmbeddedChannel socket = new EmbeddedChannel(all);
        socket.write(FlowRecord.of(TestFlow.TEMPLATE, TestFlow.TCP), socket.voidPromise());
        assertEquals(1, u16(sent(socket).getFirst(), 22));
        socket.finishAndReleaseAll();
    }

    @Test
    void refusesWhatTheHeaderCannotSay() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Netflow5Encoder(OPTIONS, () -> 0, TestFlow.UPTIME, Netflow5.MAX_SAMPLING + 1));
        EncoderOptions domain = new EncoderOptions(0x1_0000, 1400, 20, Duration.ofMinutes(10));
        assertThrows(IllegalArgumentException.class, () -> new Netflow5Encoder(domain, () -> 0, TestFlow.UPTIME, 1));
        EncoderOptions stream = EncoderOptions.stream(1, 1400, Duration.ofMinutes(10));
        assertThrows(IllegalArgumentException.class, () -> new Netflow5Encoder(stream, () -> 0, TestFlow.UPTIME, 1));
    }

    @Test
    void refusesATemplateWithOtherFields() {
        List<Field<TestFlow>> less = TestFlow.FIELDS.subList(0, 5);
        var failure = assertThrows(IllegalArgumentException.class, () -> encoder.check(new Template<>(256, less)));
        assertTrue(String.valueOf(failure.getMessage()).contains("the same fields always"), failure::getMessage);
        encoder.check(TestFlow.TEMPLATE);
    }

    private void write(TestFlow... flows) {
        for (TestFlow flow : flows) {
            channel.write(FlowRecord.of(TestFlow.TEMPLATE, flow), channel.voidPromise());
        }
        channel.checkException();
    }

    private List<byte[]> flushed() {
        channel.flush();
        return sent(channel);
    }

    private static List<byte[]> sent(EmbeddedChannel channel) {
        List<byte[]> datagrams = new ArrayList<>();
        for (ByteBuf buffer = channel.readOutbound(); buffer != null; buffer = channel.readOutbound()) {
            datagrams.add(ByteBufUtil.getBytes(buffer));
            buffer.release();
        }
        return datagrams;
    }

    private static int u16(byte[] datagram, int offset) {
        return (datagram[offset] & 0xff) << 8 | (datagram[offset + 1] & 0xff);
    }
}
