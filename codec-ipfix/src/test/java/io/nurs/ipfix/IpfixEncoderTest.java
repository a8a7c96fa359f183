package io.nurs.ipfix;

import static io.nurs.ipfix.EncoderFixture.only;
import static io.nurs.ipfix.EncoderFixture.sequence;
import static io.nurs.ipfix.EncoderFixture.sets;
import static io.nurs.ipfix.EncoderFixture.u16;
import static io.nurs.ipfix.EncoderFixture.u32;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipelineException;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.Field;
import io.nurs.flow.IanaElements;
import io.nurs.flow.Template;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IpfixEncoderTest {
    private final EncoderFixture encoder = new EncoderFixture();

    @AfterEach
    void close() {
        encoder.close();
    }

    @Test
    void firstRecordLeavesAtOnceBehindItsTemplate() {
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        assertArrayEquals(Golden.datagram("first.hex"), only(encoder.sent()));
    }

    @Test
    void packsVariableLengthsReducedSizesPrivateElementsAndNtpTimes() {
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        encoder.sent();
        encoder.write(TestFlow.BIFLOW, TestFlow.UNANSWERED);
        encoder.write(TestFlow.BIFLOW, TestFlow.DNS);
        encoder.write(TestFlow.Named.TEMPLATE, TestFlow.Named.OUTSIDE);
        encoder.write(TestFlow.Named.TEMPLATE, TestFlow.Named.LONG);
        encoder.write(TestFlow.PROTOCOL, TestFlow.WEB);
        encoder.write(TestFlow.PROTOCOL, TestFlow.DNS);
        encoder.write(TestFlow.PROTOCOL, TestFlow.PING);
        assertEquals(List.of(), encoder.sent());
        encoder.nowMillis = 1_700_000_062_000L;
        assertArrayEquals(Golden.datagram("mixed.hex"), only(encoder.flushed()));
    }

    @Test
    void optionRecordsGoAheadOfTheFirstFlow() {
        encoder.encoder.addOptions(TestFlow.OPTIONS);
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        assertArrayEquals(Golden.datagram("options.hex"), only(encoder.sent()));
        assertEquals(4, encoder.stats().records());
        assertEquals(3, encoder.stats().optionRecords());
    }

    @Test
    void typesOfPrivateElementsAreOptionRecords() {
        encoder.encoder.addOptions(ElementType.source(
                302,
                List.of(
                        new ElementType(TestFlow.CT_MARK, ElementSemantics.FLAGS, 0, "mark of the connection"),
                        new ElementType(TestFlow.CT_HELPER, ElementSemantics.DEFAULT, 0, "helper of the connection"))));
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        assertArrayEquals(Golden.datagram("types.hex"), only(encoder.sent()));
    }

    @Test
    void withdrawsTemplatesOnAStream() {
        try (EncoderFixture stream = new EncoderFixture(EncoderFixture.STREAM)) {
            stream.write(TestFlow.BIFLOW, TestFlow.WEB);
            assertArrayEquals(Golden.datagram("first.hex"), only(stream.sent()));
            assertTrue(stream.encoder.withdraw(TestFlow.BIFLOW));
            stream.write(
                    new Template<>(
                            256,
                            List.of(
                                    TestFlow.BIFLOW.fields().get(2),
                                    Field.u64(IanaElements.octetTotalCount, TestFlow::octets))),
                    TestFlow.WEB);
            assertTrue(stream.encoder.withdrawAll());
            assertArrayEquals(Golden.datagram("withdrawal.hex"), only(stream.flushed()));
        }
    }

    @Test
    void neverWithdrawsOnUdp() {
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        assertThrows(IllegalStateException.class, () -> encoder.encoder.withdraw(TestFlow.BIFLOW));
        assertThrows(IllegalStateException.class, encoder.encoder::withdrawAll);
    }

    @Test
    void sequenceCountsDataRecordsThoseOfOptionsToo() {
        encoder.encoder.addOptions(TestFlow.OPTIONS);
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        encoder.write(5, TestFlow.BIFLOW, TestFlow.DNS);
        List<byte[]> datagrams = encoder.flushed();
        encoder.write(TestFlow.PROTOCOL, TestFlow.DNS);
        datagrams.addAll(encoder.flushed());
        assertEquals(
                List.of(0L, 4L, 9L),
                datagrams.stream().map(EncoderFixture::sequence).toList());
        assertEquals(10, encoder.stats().sequence());
    }

    @Test
    void fullMessageLeavesWithoutFlushAndStaysWithinTheMaximum() {
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        encoder.sent();
        // 16 + 4 + 22 * 62 = 1384; one more of 62 would make 1446.
        encoder.write(21, TestFlow.BIFLOW, TestFlow.WEB);
        assertEquals(List.of(), encoder.sent());
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        byte[] datagram = only(encoder.sent());
        assertEquals(1384, datagram.length);
        assertEquals(1384, u16(datagram, 2));
    }

    @Test
    void unpaddedSetMayBeFollowedByAnother() {
        encoder.write(TestFlow.PROTOCOL, TestFlow.WEB);
        encoder.sent();
        encoder.write(TestFlow.PROTOCOL, TestFlow.WEB);
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        byte[] datagram = only(encoder.flushed());
        assertEquals(List.of(258, 2, 256), sets(datagram));
        assertEquals(5, u16(datagram, 18));
    }

    @Test
    void recordLongerThanAnyDatagramIsDroppedAndCounted() {
        try (EncoderFixture small = new EncoderFixture(new EncoderOptions(42, 512, 20, Duration.ofMinutes(1)))) {
            small.write(TestFlow.Named.TEMPLATE, TestFlow.Named.OUTSIDE);
            small.sent();
            small.write(TestFlow.Named.TEMPLATE, TestFlow.Named.OUTSIDE);
            TestFlow.Named monster = new TestFlow.Named(TestFlow.Named.OUTSIDE.flow(), 1, "", "y".repeat(500), 0, "");
            small.write(TestFlow.Named.TEMPLATE, monster);
            assertEquals(1, only(small.flushed()).length / 90);
            assertEquals(1, small.stats().droppedRecords());
            assertEquals(3, small.stats().sequence());
        }
    }

    @Test
    void recordsDroppedForWantOfABufferShowInTheSequence() {
        try (EncoderFixture stuck = new EncoderFixture(new EncoderOptions(42, 192, 1000, Duration.ofHours(1)))) {
            stuck.write(1_500, TestFlow.BIFLOW, TestFlow.WEB);
            assertEquals(1_500, stuck.stats().records() + stuck.stats().droppedRecords());
            assertEquals(1_500, stuck.stats().sequence());
            assertEquals(512, stuck.sent().size());
            stuck.write(TestFlow.BIFLOW, TestFlow.WEB);
            assertEquals(1_500, sequence(only(stuck.flushed())));
        }
    }

    @Test
    void streamFillsLongMessagesAndBoundsTheirMemory() {
        try (EncoderFixture stream = new EncoderFixture(EncoderFixture.STREAM)) {
            stream.write(100_000, TestFlow.BIFLOW, TestFlow.WEB);
            List<byte[]> messages = stream.sent();
            // The first leaves at once; 16 + 4 + 1056 * 62 = 65492.
            assertEquals(65492, messages.get(1).length);
            assertEquals(65492, u16(messages.get(1), 2));
            assertEquals(64, messages.size());
            assertTrue(stream.stats().droppedRecords() > 0);
        }
    }

    @Test
    void newConnectionIsANewSession() {
        try (EncoderFixture stream = new EncoderFixture(EncoderFixture.STREAM)) {
            stream.write(TestFlow.BIFLOW, TestFlow.WEB);
            stream.write(TestFlow.PROTOCOL, TestFlow.WEB);
            stream.flushed();
            EmbeddedChannel old = stream.channel;
            old.pipeline().addLast(stream.encoder);
            assertThrows(ChannelPipelineException.class, old::checkException);
            stream.write(TestFlow.BIFLOW, TestFlow.WEB);
            assertEquals(List.of(256), sets(only(stream.flushed())));
            old.close();
            stream.channel = new EmbeddedChannel(stream.encoder);
            stream.write(TestFlow.BIFLOW, TestFlow.WEB);
            byte[] first = only(stream.flushed());
            assertEquals(0, sequence(first));
            assertEquals(List.of(2, 256), sets(first));
            // Both templates are in the set, though a record of only one is there.
            assertEquals(4 + 60 + 8, u16(first, 18));
            old.finishAndReleaseAll();
        }
    }

    @Test
    void headerHasTheDomainAndWrapsTheSequence() {
        EncoderOptions options = new EncoderOptions(0xffff_fffeL, 1400, 20, Duration.ofMinutes(1));
        try (EncoderFixture fixture = new EncoderFixture(options)) {
            fixture.nowMillis = 0xffff_ffffL * 1000 + 999;
            fixture.write(TestFlow.BIFLOW, TestFlow.WEB);
            byte[] datagram = only(fixture.sent());
            assertEquals(10, u16(datagram, 0));
            assertEquals(0xffff_ffffL, u32(datagram, 4));
            assertEquals(0xffff_fffeL, u32(datagram, 12));
        }
    }

    @Test
    void keepsDatagramsApartThatAreOpenAtTheSameTime() {
        List<ByteBuf> unread = new ArrayList<>();
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        encoder.write(TestFlow.BIFLOW, TestFlow.DNS);
        encoder.encoder.refresh();
        encoder.channel.flush();
        for (ByteBuf buffer = encoder.channel.readOutbound(); buffer != null; buffer = encoder.channel.readOutbound()) {
            unread.add(buffer);
        }
        assertEquals(3, unread.size());
        assertEquals(
                3,
                unread.stream()
                        .distinct()
                        .map(ByteBuf::memoryAddress)
                        .distinct()
                        .count());
        unread.forEach(ByteBuf::release);
    }
}
