package io.nurs.netflow9;

import static io.nurs.netflow9.EncoderFixture.u16;
import static io.nurs.netflow9.EncoderFixture.u32;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.nurs.flow.DataType;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.Field;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import io.nurs.flow.SystemUptime;
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
    void newTemplateThatDoesNotFitSealsTheDatagramFirst() {
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        encoder.sent();
        // 20 + 4 + 28 * 46 = 1312; template 257 and a record of it need 56 + 76 more.
        encoder.write(28, TestFlow.IPV4, TestFlow.REQUEST);
        encoder.write(TestFlow.IPV6, TestFlow.DNS);
        assertEquals(28, u16(only(encoder.sent()), 2));
        byte[] next = only(encoder.flushed());
        assertEquals(Netflow9.TEMPLATE_SET, u16(next, 20));
        assertEquals(257, u16(next, 24));
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
    void repeatsAllTemplatesAfterSoManyDatagrams() {
        try (EncoderFixture often = with(1400, 4, Duration.ofHours(1))) {
            often.write(TestFlow.IPV6, TestFlow.DNS);
            often.sent();
            List<Boolean> templates = new ArrayList<>();
            for (int i = 1; i < 10; i++) {
                often.write(TestFlow.IPV4, TestFlow.REQUEST);
                templates.add(u16(only(often.flushed()), 20) == Netflow9.TEMPLATE_SET);
            }
            // Datagram 1 brings template 256; 4 and 8 repeat both.
            assertEquals(List.of(true, false, false, true, false, false, false, true, false), templates);
            assertEquals(2 + 2 + 2, often.stats().templates());
        }
    }

    @Test
    void repeatsQuietTemplatesAfterSoLong() {
        encoder.write(TestFlow.IPV6, TestFlow.DNS);
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        encoder.flushed();
        encoder.nowMillis += Duration.ofMinutes(10).toMillis();
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        byte[] datagram = only(encoder.flushed());
        assertEquals(3, u16(datagram, 2));
        assertEquals(4 + 2 * 52, u16(datagram, 22));
        assertEquals(257, u16(datagram, 24));
        assertEquals(256, u16(datagram, 24 + 52));
        encoder.nowMillis += Duration.ofMinutes(9).toMillis();
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        assertEquals(1, u16(only(encoder.flushed()), 2));
    }

    @Test
    void repeatsTemplatesWhenTheClockStepsBack() {
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        encoder.sent();
        encoder.nowMillis -= 1;
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        assertEquals(2, u16(only(encoder.flushed()), 2));
    }

    @Test
    void templatesThatFillADatagramAreSpreadOverSeveral() {
        try (EncoderFixture small = with(152, 2, Duration.ofHours(1))) {
            Template<TestFlow> icmp2 = new Template<>(259, TestFlow.ICMP.fields());
            small.write(TestFlow.IPV4, TestFlow.REQUEST);
            small.write(TestFlow.IPV6, TestFlow.DNS);
            small.write(TestFlow.ICMP, TestFlow.PING);
            small.write(icmp2, TestFlow.PING);
            small.flushed();
            long before = small.stats().templates();
            small.nowMillis += Duration.ofHours(2).toMillis();
            small.write(icmp2, TestFlow.PING);
            List<byte[]> datagrams = small.flushed();
            assertEquals(4, small.stats().templates() - before);
            assertEquals(List.of(2, 3), datagrams.stream().map(d -> u16(d, 2)).toList());
            assertTrue(datagrams.stream().allMatch(d -> d.length <= 152));
        }
    }

    @Test
    void bootOfTheHeaderIsConstantToTheMillisecond() {
        SystemUptime uptime = new SystemUptime(1_700_000_000_123L);
        try (EncoderFixture stepping = new EncoderFixture(EncoderFixture.OPTIONS, uptime)) {
            long[] steps = {1, 7, 250, 999, 1000, 1001, 86_400_000, -3_600_000, -1};
            for (int i = 0; i < 5000; i++) {
                stepping.nowMillis += steps[i % steps.length];
                stepping.write(TestFlow.IPV4, TestFlow.REQUEST);
                byte[] datagram = only(stepping.flushed());
                long boot = u32(datagram, 8) * 1000 - u32(datagram, 4);
                // The uptime wraps after 49.7 days, and the simulated time goes on for years.
                assertEquals(1_700_000_000_123L & 0xffff_ffffL, boot & 0xffff_ffffL);
            }
        }
    }

    @Test
    void uptimeWrapsAfter49Days() {
        long wrap = TestFlow.UPTIME.bootEpochMillis() + (1L << 32);
        assertEquals(-1, TestFlow.UPTIME.at(wrap - 1));
        assertEquals(0, TestFlow.UPTIME.at(wrap));
        // The wrap is at .796 of a second, the next whole one is 204 ms later.
        encoder.nowMillis = wrap - 1;
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        assertEquals(204, u32(only(encoder.sent()), 4));
    }

    @Test
    void noFlowEndsAfterTheUptimeOfItsDatagram() {
        for (int millis = 0; millis < 2000; millis += 37) {
            encoder.nowMillis += millis;
            TestFlow flow = new TestFlow(
                    TestFlow.REQUEST.source(),
                    TestFlow.REQUEST.destination(),
                    1,
                    2,
                    6,
                    0,
                    1,
                    2,
                    3,
                    4,
                    encoder.nowMillis,
                    encoder.nowMillis);
            encoder.write(TestFlow.IPV4, flow);
            byte[] datagram = only(encoder.flushed());
            long end = u32(datagram, datagram.length - 2 - 4);
            assertTrue(Long.compareUnsigned(end, u32(datagram, 4)) <= 0);
            assertTrue(u32(datagram, 4) - end < 1000);
        }
    }

    @Test
    void refusesEnterpriseElements() {
        Template<TestFlow> reverse =
                Template.of(300, Field.u64(IanaElements.octetDeltaCount.reverse(), TestFlow::octets));
        assertRefused(reverse, "reverseOctetDeltaCount(29305/1)");
    }

    @Test
    void refusesVariableLengths() {
        Template<TestFlow> named =
                Template.of(300, Field.octets(IanaElements.interfaceName, DataType.VARIABLE_LENGTH, (s, d, o) -> {}));
        assertRefused(named, "interfaceName(82)");
    }

    @Test
    void refusesRecordsThatLookLikePadding() {
        assertRefused(Template.of(300, Field.u16(IanaElements.vlanId, TestFlow::in)), "padding");
    }

    @Test
    void refusesATemplateThatNoDatagramHolds() {
        try (EncoderFixture small = with(124, 16, Duration.ofHours(1))) {
            Exception refusal = assertThrows(IllegalArgumentException.class, () -> small.encoder.check(TestFlow.IPV4));
            assertTrue(refusal.toString().contains("128 octets: raise max-datagram-bytes"), refusal::toString);
            assertThrows(IllegalArgumentException.class, () -> small.write(TestFlow.IPV4, TestFlow.REQUEST));
            assertEquals(List.of(), small.flushed());
        }
        try (EncoderFixture enough = with(128, 16, Duration.ofHours(1))) {
            enough.write(TestFlow.IPV4, TestFlow.REQUEST);
            assertEquals(128, only(enough.sent()).length);
        }
    }

    @Test
    void refusesASecondTemplateOfTheSameId() {
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        assertRefused(new Template<>(256, TestFlow.ICMP.fields()), "the id is taken");
    }

    @Test
    void acceptsVendorElementsFrom32768() {
        InformationElement fwExtEvent = new InformationElement(0, 33002, "NF_F_FW_EXT_EVENT", DataType.UNSIGNED16);
        Template<TestFlow> nsel = Template.of(
                40000, Field.u16(fwExtEvent, TestFlow::in), Field.u32(IanaElements.ingressInterface, TestFlow::in));
        encoder.write(nsel, TestFlow.REQUEST);
        byte[] datagram = only(encoder.sent());
        assertEquals(40000, u16(datagram, 24));
        assertEquals(33002, u16(datagram, 28));
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
        byte[] datagram = only(encoder.flushed());
        assertEquals(2 + 1, u16(datagram, 2));
        assertEquals(2, encoder.stats().records() - 1);
    }

    @Test
    void dropsAndCountsWhenEveryBufferIsInFlight() {
        try (EncoderFixture stuck = with(128, 1000, Duration.ofHours(1))) {
            // The channel keeps what it got, as a socket does that does not take it.
            stuck.write(200, TestFlow.IPV4, TestFlow.REQUEST);
            long sent = stuck.stats().records();
            assertEquals(200, sent + stuck.stats().droppedRecords());
            assertEquals(64, stuck.stats().datagrams());
            assertEquals(64, stuck.sent().size());
            stuck.write(TestFlow.IPV4, TestFlow.REQUEST);
            stuck.channel.flush();
            assertEquals(64, u32(only(stuck.sent()), 12));
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

    private void assertRefused(Template<TestFlow> template, String reason) {
        Exception refusal = assertThrows(IllegalArgumentException.class, () -> encoder.encoder.check(template));
        assertTrue(refusal.toString().contains(reason), refusal::toString);
        assertThrows(IllegalArgumentException.class, () -> encoder.write(template, TestFlow.REQUEST));
    }

    private static EncoderFixture with(int maxDatagramBytes, int packets, Duration interval) {
        return new EncoderFixture(new EncoderOptions(42, maxDatagramBytes, packets, interval), TestFlow.UPTIME);
    }

    private static byte[] only(List<byte[]> datagrams) {
        assertEquals(1, datagrams.size());
        return datagrams.getFirst();
    }
}
