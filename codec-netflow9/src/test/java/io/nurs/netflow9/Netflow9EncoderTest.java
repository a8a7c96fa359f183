package io.nurs.netflow9;

import static io.nurs.netflow9.EncoderFixture.only;
import static io.nurs.netflow9.EncoderFixture.u16;
import static io.nurs.netflow9.EncoderFixture.u32;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.Field;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.IanaElements;
import io.nurs.flow.Template;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored")
class Netflow9EncoderTest {
    private final EncoderFixture encoder = new EncoderFixture();

    @AfterEach
    void close() {
        encoder.close();
    }

    @Test
    void firstRecordLeavesAtOnceBehindItsTemplate() {
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        assertArrayEquals(Golden.datagram("first.hex"), only(encoder.sent()));
    }

    @Test
    void sharesFlowSetsAndPutsNewTemplatesBeforeTheirData() {
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        encoder.sent();
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        encoder.write(TestFlow.IPV4, TestFlow.REPLY);
        encoder.write(TestFlow.IPV6, TestFlow.DNS);
        encoder.write(TestFlow.ICMP, TestFlow.PING);
        encoder.write(TestFlow.IPV4, TestFlow.SYN);
        assertEquals(List.of(), encoder.sent());
        encoder.nowMillis = 1_700_000_062_000L;
        assertArrayEquals(Golden.datagram("mixed.hex"), only(encoder.flushed()));
    }

    @Test
    void flushNeverSendsAnEmptyDatagram() {
        assertEquals(List.of(), encoder.flushed());
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        encoder.sent();
        assertEquals(List.of(), encoder.flushed());
        assertEquals(1, encoder.stats().datagrams());
    }

    @Test
    void fullDatagramLeavesWithoutFlushAndStaysWithinTheMaximum() {
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        encoder.sent();
        // 20 + 4 + 29 * 46 = 1358; one more of 46 would make 1404.
        encoder.write(28, TestFlow.IPV4, TestFlow.REQUEST);
        assertEquals(List.of(), encoder.sent());
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        byte[] datagram = only(encoder.sent());
        assertEquals(1360, datagram.length);
        assertEquals(29, u16(datagram, 2));
    }

    @Test
    void sequenceCountsDatagrams() {
        List<byte[]> datagrams = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            encoder.write(3, TestFlow.IPV4, TestFlow.REQUEST);
            datagrams.addAll(encoder.flushed());
        }
        assertEquals(6, datagrams.size());
        for (int i = 0; i < datagrams.size(); i++) {
            assertEquals(i, u32(datagrams.get(i), 12));
        }
        assertEquals(6, encoder.stats().sequence());
    }

    @Test
    void writerThatThrowsLeavesNoTrace() {
        Template<TestFlow> broken =
                new Template<>(300, List.of(Field.octets(IanaElements.sourceIPv6Address, (s, d, o) -> {
                    throw new IllegalStateException("no address");
                })));
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        encoder.sent();
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        assertThrows(IllegalStateException.class, () -> encoder.write(broken, TestFlow.REQUEST));
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        // The refused record's template was announced already, and is legal without data.
        assertEquals(2 + 1, u16(only(encoder.flushed()), 2));
        assertThrows(IllegalStateException.class, () -> encoder.write(broken, TestFlow.REQUEST));
        assertEquals(List.of(), encoder.flushed());
        assertEquals(3, encoder.stats().records());
    }

    @Test
    void dropsAndCountsWhenEveryBufferIsInFlight() {
        try (EncoderFixture stuck = with(128, 1000, Duration.ofHours(1))) {
            // The channel keeps what it got, as a socket does that does not take it.
            stuck.write(1_500, TestFlow.IPV4, TestFlow.REQUEST);
            long sent = stuck.stats().records();
            assertEquals(1_500, sent + stuck.stats().droppedRecords());
            assertEquals(512, stuck.stats().datagrams());
            assertEquals(512, stuck.sent().size());
            stuck.write(TestFlow.IPV4, TestFlow.REQUEST);
            stuck.channel.flush();
            assertEquals(512, u32(only(stuck.sent()), 12));
        }
    }

    @Test
    void reusesItsBuffers() {
        ByteBuf first = null;
        for (int i = 0; i < 100; i++) {
            encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
            encoder.channel.flush();
            ByteBuf buffer = encoder.channel.readOutbound();
            first = first == null ? buffer : first;
            assertSame(first, buffer);
            buffer.release();
        }
    }

    @Test
    void sendsTheRestWhenClosedAndReleasesItsMemory() {
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        encoder.write(TestFlow.IPV4, TestFlow.REPLY);
        encoder.channel.close();
        ByteBuf first = encoder.channel.readOutbound();
        ByteBuf rest = encoder.channel.readOutbound();
        assertEquals(1, rest.getUnsignedShort(2));
        assertEquals(1, first.refCnt());
        assertEquals(1, rest.refCnt());
        first.release();
        rest.release();
        assertEquals(0, encoder.stats().droppedRecords());
    }

    @Test
    void countsWhatItStillHoldsWhenRemoved() {
        encoder.write(3, TestFlow.IPV4, TestFlow.REQUEST);
        encoder.channel.pipeline().remove(encoder.encoder);
        assertEquals(2, encoder.stats().droppedRecords());
    }

    @Test
    void passesOtherMessagesThrough() {
        encoder.channel.writeOutbound("a message");
        assertEquals("a message", encoder.channel.readOutbound());
    }

    @Test
    void fulfilsAPromiseThatIsNotVoid() {
        assertTrue(encoder.channel
                .write(FlowRecord.of(TestFlow.IPV4, TestFlow.REQUEST))
                .isSuccess());
        assertFalse(encoder.sent().isEmpty());
    }

    @Test
    void statsCountWhatLeft() {
        encoder.write(3, TestFlow.IPV4, TestFlow.REQUEST);
        assertEquals(1, encoder.stats().records());
        encoder.channel.flush();
        int bytes = encoder.sent().stream().mapToInt(d -> d.length).sum();
        assertEquals(3, encoder.stats().records());
        assertEquals(2, encoder.stats().datagrams());
        assertEquals(1, encoder.stats().templates());
        assertEquals(bytes, encoder.stats().bytes());
    }

    private static EncoderFixture with(int maxDatagramBytes, int packets, Duration interval) {
        return new EncoderFixture(new EncoderOptions(42, maxDatagramBytes, packets, interval), TestFlow.UPTIME);
    }
}
