package io.nurs.appliance.collect;

import static io.nurs.appliance.collect.Wire.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.nurs.flow.DecoderLimits;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields of no octets cost their sender nothing, and fill the disk of a collector that prints them. */
class DecoderBombTest {
    private static final int MAX_FACTOR = 100;

    /** 127 texts of no octets, whose name is as long as they come, and a protocol. */
    private static final String TEMPLATE =
            set(2, "0100 0080" + "%04x 0000".formatted(348).repeat(127) + "0004 0001");

    @ParameterizedTest
    @ValueSource(ints = {100, 1_000, 10_000, 64_000})
    void isHeldToAHundredTimesItsOctetsWhateverIsPrinted(int records) {
        byte[] bomb = ipfix(0, TEMPLATE, set(256, "06".repeat(records)));
        StringWriter json = new StringWriter();
        StringWriter table = new StringWriter();
        PrintWriter tableOut = new PrintWriter(table, true);
        Inspector inspector = feed(new JsonOutput(new PrintWriter(json, true)), bomb);
        feed(new TableOutput(tableOut, tableOut, true), bomb);

        assertEquals(1, inspector.tally().complaints());
        assertEquals(1, inspector.tally().complaints(ComplaintKind.VALUE_LIMIT));
        assertTrue(json.toString().contains("\"complaint\":\"value-limit\""));
        assertTrue(
                json.getBuffer().length() <= MAX_FACTOR * bomb.length,
                () -> json.getBuffer().length() + " of JSON");
        assertTrue(
                table.getBuffer().length() <= MAX_FACTOR * bomb.length,
                () -> table.getBuffer().length() + " lines");
    }

    private static Inspector feed(Output output, byte[] datagram) {
        Inspector inspector = new Inspector(DecoderLimits.DEFAULT, output);
        new Decoders(inspector).datagram(Recorded.SENDER, Unpooled.wrappedBuffer(datagram));
        return inspector;
    }
}
