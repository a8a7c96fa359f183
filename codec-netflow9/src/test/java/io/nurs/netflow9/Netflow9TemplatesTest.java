package io.nurs.netflow9;

import static io.nurs.netflow9.EncoderFixture.only;
import static io.nurs.netflow9.EncoderFixture.u16;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.flow.DataType;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.Field;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import io.nurs.flow.Template;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which templates are sent, when, and which never. */
class Netflow9TemplatesTest {
    private final EncoderFixture encoder = new EncoderFixture();

    @AfterEach
    void close() {
        encoder.close();
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
    void repeatsTemplatesWhenTheClockIsSetBackByLessThanTheirAge() {
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        encoder.sent();
        encoder.nowMillis += Duration.ofMinutes(5).toMillis();
        encoder.clockSetByMillis = -Duration.ofMinutes(3).toMillis();
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        assertEquals(2, u16(only(encoder.flushed()), 2));
    }

    @Test
    void repeatsTemplatesWhenTheClockIsSetForward() {
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        encoder.sent();
        encoder.clockSetByMillis = Duration.ofMinutes(3).toMillis();
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        assertEquals(2, u16(only(encoder.flushed()), 2));
    }

    @Test
    void aClockThatIsSlewedRepeatsNoTemplates() {
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        encoder.sent();
        encoder.nowMillis += Duration.ofMinutes(9).toMillis();
        encoder.clockSetByMillis = -270;
        encoder.write(TestFlow.IPV4, TestFlow.REQUEST);
        assertEquals(1, u16(only(encoder.flushed()), 2));
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
    void refusesEnterpriseElements() {
        Template<TestFlow> reverse =
                Template.of(300, Field.u64(IanaElements.octetDeltaCount.reverse(), TestFlow::octets));
        assertRefused(reverse, "reverseOctetDeltaCount(29305/1)");
    }

    @Test
    void refusesVariableLengths() {
        Template<TestFlow> named = Template.of(300, Field.string(IanaElements.interfaceName, s -> "eth0"));
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

    private void assertRefused(Template<TestFlow> template, String reason) {
        Exception refusal = assertThrows(IllegalArgumentException.class, () -> encoder.encoder.check(template));
        assertTrue(refusal.toString().contains(reason), refusal::toString);
        assertThrows(IllegalArgumentException.class, () -> encoder.write(template, TestFlow.REQUEST));
    }

    private static EncoderFixture with(int maxDatagramBytes, int packets, Duration interval) {
        return new EncoderFixture(new EncoderOptions(42, maxDatagramBytes, packets, interval), TestFlow.UPTIME);
    }
}
