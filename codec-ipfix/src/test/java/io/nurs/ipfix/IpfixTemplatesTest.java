package io.nurs.ipfix;

import static io.nurs.ipfix.EncoderFixture.only;
import static io.nurs.ipfix.EncoderFixture.sequence;
import static io.nurs.ipfix.EncoderFixture.sets;
import static io.nurs.ipfix.EncoderFixture.u16;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.flow.DataType;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.Field;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.IanaElements;
import io.nurs.flow.InformationElement;
import io.nurs.flow.Template;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which templates and options are sent, when, and which never. */
class IpfixTemplatesTest {
    private final EncoderFixture encoder = new EncoderFixture();

    @AfterEach
    void close() {
        encoder.close();
    }

    @Test
    void copiesOfANewTemplateGoAheadInMessagesOfTheirOwn() {
        try (EncoderFixture careful = new EncoderFixture(EncoderFixture.OPTIONS.withNewTemplateCopies(2))) {
            careful.write(TestFlow.BIFLOW, TestFlow.WEB);
            List<byte[]> datagrams = careful.sent();
            assertEquals(
                    List.of(List.of(2), List.of(2), List.of(2, 256)),
                    datagrams.stream().map(EncoderFixture::sets).toList());
            assertEquals(
                    List.of(0L, 0L, 0L),
                    datagrams.stream().map(EncoderFixture::sequence).toList());
            careful.write(TestFlow.BIFLOW, TestFlow.WEB);
            careful.write(TestFlow.PROTOCOL, TestFlow.WEB);
            datagrams = careful.flushed();
            // The records that were packed already are not held up behind their sequence number.
            assertEquals(
                    List.of(List.of(2), List.of(2), List.of(256, 2, 258)),
                    datagrams.stream().map(EncoderFixture::sets).toList());
            assertEquals(
                    List.of(1L, 1L, 1L),
                    datagrams.stream().map(EncoderFixture::sequence).toList());
        }
    }

    @Test
    void announcedTemplatesLeaveBeforeAnyFlowAndAheadOfOptions() {
        encoder.encoder.addOptions(TestFlow.OPTIONS);
        encoder.encoder.addTemplates(List.of(TestFlow.BIFLOW, TestFlow.PROTOCOL));
        byte[] first = only(encoder.flushed());
        assertEquals(List.of(2, 3), sets(first).subList(0, 2));
        assertEquals(List.of(256, 258), templateIds(first));
        encoder.nowMillis += Duration.ofMinutes(10).toMillis();
        byte[] repeated = only(encoder.flushed());
        assertEquals(List.of(2, 3), sets(repeated).subList(0, 2));
        assertEquals(List.of(256, 258), templateIds(repeated));
    }

    @Test
    void eachOptionsTemplateHasASetOfItsOwn() {
        encoder.encoder.addOptions(TestFlow.OPTIONS);
        encoder.encoder.addTemplates(List.of(TestFlow.BIFLOW));
        encoder.flushed();
        encoder.nowMillis += Duration.ofMinutes(10).toMillis();
        assertEquals(List.of(2, 3, 3), sets(only(encoder.flushed())).subList(0, 3));
    }

    @Test
    void announcedTemplatesLeaveWithoutAnyOptions() {
        encoder.encoder.addTemplates(List.of(TestFlow.BIFLOW));
        assertEquals(List.of(2), sets(only(encoder.flushed())));
        assertEquals(List.of(), encoder.flushed());
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        assertEquals(List.of(256), sets(only(encoder.sent())));
    }

    @Test
    void copiesOfAnnouncedTemplatesGoAheadOfEverything() {
        try (EncoderFixture careful = new EncoderFixture(EncoderFixture.OPTIONS.withNewTemplateCopies(2))) {
            careful.encoder.addOptions(TestFlow.OPTIONS);
            careful.encoder.addTemplates(List.of(TestFlow.BIFLOW, TestFlow.PROTOCOL));
            List<byte[]> datagrams = careful.flushed();
            assertEquals(List.of(2), sets(datagrams.getFirst()));
            assertEquals(List.of(256, 258), templateIds(datagrams.getFirst()));
            assertEquals(List.of(256, 258), templateIds(datagrams.get(1)));
            assertEquals(List.of(256, 258), templateIds(datagrams.getLast()));
            assertEquals(0, careful.stats().droppedRecords());
        }
    }

    @Test
    void templateMadeLaterPrecedesTheOptionsTemplatesOfTheNextRepetition() {
        encoder.encoder.addOptions(TestFlow.OPTIONS);
        encoder.encoder.addTemplates(List.of(TestFlow.BIFLOW));
        encoder.flushed();
        encoder.write(TestFlow.PROTOCOL, TestFlow.WEB);
        encoder.flushed();
        encoder.encoder.refresh();
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        byte[] repeated = only(encoder.flushed());
        assertEquals(List.of(2, 3), sets(repeated).subList(0, 2));
        assertEquals(List.of(256, 258), templateIds(repeated));
    }

    /** Of the set that comes first. */
    private static List<Integer> templateIds(byte[] message) {
        List<Integer> ids = new ArrayList<>();
        int end = Ipfix.HEADER_LENGTH + u16(message, Ipfix.HEADER_LENGTH + 2);
        for (int at = Ipfix.HEADER_LENGTH + 4; at + 4 <= end; ) {
            ids.add(u16(message, at));
            int fields = u16(message, at + 2);
            at += 4;
            for (int i = 0; i < fields; i++) {
                at += u16(message, at) >= 0x8000 ? 8 : 4;
            }
        }
        return ids;
    }

    @Test
    void copiesOfOptionsTemplatesToo() {
        try (EncoderFixture careful = new EncoderFixture(EncoderFixture.OPTIONS.withNewTemplateCopies(1))) {
            careful.encoder.addOptions(TestFlow.OPTIONS);
            careful.write(TestFlow.BIFLOW, TestFlow.WEB);
            assertEquals(
                    List.of(List.of(3), List.of(3), List.of(2), List.of(3, 300, 3, 301, 2, 256)),
                    careful.sent().stream().map(EncoderFixture::sets).toList());
        }
    }

    @Test
    void repeatsTemplatesAndOptionsAfterSoManyDatagrams() {
        try (EncoderFixture often = new EncoderFixture(new EncoderOptions(42, 1400, 3, Duration.ofHours(1)))) {
            often.encoder.addOptions(TestFlow.OPTIONS);
            List<List<Integer>> datagrams = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                often.write(TestFlow.BIFLOW, TestFlow.WEB);
                datagrams.add(sets(only(often.flushed())));
            }
            List<Integer> data = List.of(256);
            List<Integer> first = List.of(3, 300, 3, 301, 2, 256);
            List<Integer> again = List.of(2, 3, 3, 300, 301, 256);
            assertEquals(List.of(first, data, data, again, data, data, again), datagrams);
        }
    }

    /** A datagram that has room for a shorter record, but not for the next one, is no reason to put it off. */
    @Test
    void repeatsTemplatesAlsoWhereNoDatagramIsQuiteFull() {
        EncoderOptions options = new EncoderOptions(42, 152, 3, Duration.ofHours(1));
        try (EncoderFixture often = new EncoderFixture(options)) {
            often.encoder.addTemplates(List.of(TestFlow.BIFLOW, TestFlow.PROTOCOL));
            often.write(20, TestFlow.BIFLOW, TestFlow.WEB);
            List<List<Integer>> datagrams =
                    often.flushed().stream().map(EncoderFixture::sets).toList();
            assertTrue(
                    datagrams.stream().skip(3).filter(sets -> sets.contains(2)).count() > 2, datagrams::toString);
        }
    }

    @Test
    void repeatsTemplatesAndOptionsAfterSoLong() {
        encoder.encoder.addOptions(TestFlow.OPTIONS);
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        encoder.sent();
        encoder.nowMillis += Duration.ofMinutes(10).toMillis();
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        assertEquals(List.of(2, 3, 3, 300, 301, 256), sets(only(encoder.flushed())));
    }

    @Test
    void optionsThatAreDueLeaveWithoutAnyFlow() {
        encoder.encoder.addOptions(TestFlow.OPTIONS);
        assertEquals(List.of(3, 300, 3, 301), sets(only(encoder.flushed())));
        assertEquals(List.of(), encoder.flushed());
        encoder.nowMillis += Duration.ofMinutes(10).toMillis();
        assertEquals(List.of(3, 3, 300, 301), sets(only(encoder.flushed())));
        assertEquals(List.of(), encoder.flushed());
    }

    @Test
    void withoutOptionsNothingLeavesWithoutAFlow() {
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        encoder.sent();
        encoder.nowMillis += Duration.ofMinutes(10).toMillis();
        assertEquals(List.of(), encoder.flushed());
    }

    @Test
    void refreshGoesAheadOfWhatIsPackedAlready() {
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        encoder.sent();
        encoder.encoder.addOptions(TestFlow.OPTIONS);
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        encoder.flushed();
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        encoder.encoder.refresh();
        List<byte[]> datagrams = encoder.flushed();
        assertEquals(
                List.of(List.of(2, 3, 3, 300, 301), List.of(256)),
                datagrams.stream().map(EncoderFixture::sets).toList());
        // Five were sent before; the three options come in between.
        assertEquals(5, sequence(datagrams.get(0)));
        assertEquals(8, sequence(datagrams.get(1)));
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        assertEquals(List.of(256), sets(only(encoder.flushed())));
    }

    @Test
    void refreshAlwaysPrecedesEveryDatagram() {
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        encoder.sent();
        encoder.encoder.refreshAlways(true);
        encoder.write(50, TestFlow.BIFLOW, TestFlow.WEB);
        for (byte[] datagram : encoder.flushed()) {
            assertEquals(List.of(2, 256), sets(datagram));
        }
        encoder.encoder.refreshAlways(false);
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        assertEquals(List.of(256), sets(only(encoder.flushed())));
    }

    @Test
    void optionsAreRepeatedOnceASecondWhileTemplatesAlwaysAre() {
        encoder.encoder.addOptions(TestFlow.OPTIONS);
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        encoder.flushed();
        encoder.encoder.refreshAlways(true);
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        assertEquals(List.of(2, 3, 3, 256), sets(only(encoder.flushed())));
        encoder.nowMillis += 1000;
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        assertEquals(List.of(2, 3, 3, 300, 301, 256), sets(only(encoder.flushed())));
    }

    /** Thirty option records fill more of these datagrams than it takes for a repetition. */
    @Test
    void optionsThatFillDatagramsDoNotCallForThemselves() {
        try (EncoderFixture tight = new EncoderFixture(new EncoderOptions(42, 152, 4, Duration.ofHours(1)))) {
            tight.encoder.addOptions(sink -> {
                for (int i = 0; i < 10; i++) {
                    TestFlow.OPTIONS.writeTo(sink);
                }
            });
            tight.write(TestFlow.BIFLOW, TestFlow.WEB);
            tight.flushed();
            tight.write(TestFlow.BIFLOW, TestFlow.WEB);

            assertEquals(List.of(256), sets(only(tight.flushed())));
        }
    }

    @Test
    void refreshWaitsForDataAndSendsNothingByItself() {
        encoder.write(TestFlow.BIFLOW, TestFlow.WEB);
        encoder.flushed();
        encoder.encoder.refreshAlways(true);
        assertEquals(List.of(), encoder.flushed());
    }

    @Test
    void refreshThatFillsADatagramStillPrecedesTheData() {
        try (EncoderFixture tight = new EncoderFixture(new EncoderOptions(42, 152, 1000, Duration.ofHours(1)))) {
            Template<TestFlow> other = new Template<>(259, TestFlow.BIFLOW.fields());
            tight.write(TestFlow.BIFLOW, TestFlow.WEB);
            tight.write(other, TestFlow.WEB);
            tight.flushed();
            tight.encoder.refreshAlways(true);
            tight.write(TestFlow.BIFLOW, TestFlow.WEB);
            // 16 + 4 + 2 * 60 = 140: the record needs the next one.
            assertEquals(
                    List.of(List.of(2), List.of(2), List.of(256)),
                    tight.flushed().stream().map(EncoderFixture::sets).toList());
        }
    }

    @Test
    void templateThatGoesAheadOfItsOwnRecordIsKnownOnce() {
        try (EncoderFixture tight = new EncoderFixture(new EncoderOptions(42, 152, 1000, Duration.ofHours(1)))) {
            tight.write(TestFlow.BIFLOW, TestFlow.WEB);
            tight.write(TestFlow.BIFLOW, TestFlow.WEB);
            tight.write(40, TestFlow.PROTOCOL, TestFlow.WEB);
            tight.encoder.addOptions(TestFlow.OPTIONS);
            // No room for it: what is packed leaves, and the options ahead of that.
            tight.write(TestFlow.Interface.TEMPLATE, new TestFlow.Interface(4, "lan"));
            tight.flushed();
            long before = tight.stats().templates();
            tight.encoder.refresh();
            tight.write(TestFlow.PROTOCOL, TestFlow.WEB);
            tight.flushed();
            assertEquals(4, tight.stats().templates() - before);
        }
    }

    @Test
    void streamRepeatsOptionsButNoTemplates() {
        try (EncoderFixture stream = new EncoderFixture(EncoderFixture.STREAM)) {
            stream.encoder.addOptions(TestFlow.OPTIONS);
            stream.write(TestFlow.BIFLOW, TestFlow.WEB);
            assertEquals(List.of(3, 300, 3, 301, 2, 256), sets(only(stream.sent())));
            stream.nowMillis += Duration.ofHours(1).toMillis();
            stream.write(TestFlow.BIFLOW, TestFlow.WEB);
            assertEquals(List.of(300, 301, 256), sets(only(stream.flushed())));
        }
    }

    @Test
    void newSessionAnnouncesEverythingAnew() {
        try (EncoderFixture stream = new EncoderFixture(EncoderFixture.STREAM)) {
            stream.encoder.addOptions(TestFlow.OPTIONS);
            stream.write(TestFlow.BIFLOW, TestFlow.WEB);
            stream.sent();
            stream.encoder.newSession();
            stream.write(TestFlow.BIFLOW, TestFlow.WEB);
            byte[] first = only(stream.flushed());
            assertEquals(List.of(2, 3, 3, 300, 301, 256), sets(first));
            assertEquals(0, sequence(first));
        }
    }

    @Test
    void withdrawnTemplateIsAnnouncedAgainWhenNeeded() {
        try (EncoderFixture stream = new EncoderFixture(EncoderFixture.STREAM)) {
            stream.encoder.addOptions(TestFlow.OPTIONS);
            stream.write(TestFlow.BIFLOW, TestFlow.WEB);
            stream.sent();
            assertTrue(stream.encoder.withdraw(TestFlow.Interface.TEMPLATE));
            assertTrue(stream.encoder.withdraw(TestFlow.Interface.TEMPLATE));
            byte[] withdrawal = only(stream.flushed());
            assertEquals(List.of(3), sets(withdrawal));
            assertEquals(8, u16(withdrawal, 18));
            stream.write(TestFlow.Interface.TEMPLATE, new TestFlow.Interface(4, "lan"));
            assertEquals(List.of(3, 300), sets(only(stream.flushed())));
            assertTrue(stream.encoder.withdrawAll());
            assertEquals(List.of(2, 3), sets(only(stream.flushed())));
        }
    }

    @Test
    void newSessionHearsOfATemplateBeforeItsWithdrawal() {
        try (EncoderFixture stream = new EncoderFixture(EncoderFixture.STREAM)) {
            stream.write(TestFlow.BIFLOW, TestFlow.WEB);
            stream.sent();
            stream.encoder.newSession();
            assertTrue(stream.encoder.withdraw(TestFlow.BIFLOW));
            assertEquals(List.of(2, 2), sets(only(stream.flushed())));
        }
    }

    @Test
    void refusesElementsThatOnlyNetflow9Has() {
        assertRefused(
                Template.of(300, Field.u16(InformationElement.unknown(0, 33002), TestFlow::protocol)), "NetFlow v9");
    }

    @Test
    void refusesReverseElementsWithoutADirection() {
        assertRefused(
                Template.of(300, Field.u64(IanaElements.octetDeltaCount.reverse(), TestFlow::octets)), "RFC 5103 §4");
        InformationElement reverseFlowId =
                new InformationElement(InformationElement.REVERSE, 148, "reverseFlowId", DataType.UNSIGNED64);
        assertRefused(
                Template.of(300, TestFlow.BIFLOW.fields().get(2), Field.u64(reverseFlowId, TestFlow::octets)),
                "cannot be reversed");
    }

    @Test
    void refusesFlowsFromAnOptionsSource() {
        encoder.encoder.addOptions(sink -> sink.write(FlowRecord.of(TestFlow.BIFLOW, TestFlow.WEB)));
        assertThrows(IllegalArgumentException.class, () -> encoder.write(TestFlow.BIFLOW, TestFlow.WEB));
    }

    private void assertRefused(Template<TestFlow> template, String reason) {
        Exception refusal = assertThrows(IllegalArgumentException.class, () -> encoder.encoder.check(template));
        assertTrue(refusal.toString().contains(reason), refusal::toString);
    }
}
