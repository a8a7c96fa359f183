package io.nurs.appliance.collect;

import static io.nurs.appliance.collect.Wire.*;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.nurs.flow.DecoderLimits;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Seeded, so that a failure comes again. */
class InspectorFuzzTest {
    private static final int ROUNDS = 20_000 * Integer.getInteger("nurs.fuzz", 1);
    private static final DecoderLimits LIMITS = new DecoderLimits(4, 8, 64);

    /** Every kind of time, an option with the boot, counters, addresses, a string. */
    private static final byte[][] MESSAGES = {
        ipfix(
                0,
                set(3, "012c 0003 0001 0095 0004 00a0 0008 0052 ffff") + set(300, "0000002a" + millis(1) + "03 616263"),
                set(2, "0100 0006 0098 0008 0099 0008 0016 0004 0015 0004 009a 0008 009c 0008"),
                set(256, millis(5) + millis(6) + "00000001 00000002" + millis(7) + millis(8))),
        ipfix(
                0,
                set(2, "0100 0005 0096 0004 0097 0004 0142 0004 00e6 0001 0001 0008"),
                set(256, "00000001 00000002 00000003 04" + millis(9))),
        netflow9(
                2,
                0,
                set(0, "0100 0005 0016 0004 0015 0004 0098 0008 0008 0004 0004 0001"),
                set(256, "00000001 00000002" + millis(5) + "c0000201 06")),
        hex("0005 0001 0000ea60 6553f13d 00000000 00000000 0102 0064 c0000201 c6336401 00000000 0002 0003 0000000a"
                + " 000005dc 00002710 00004e20 9c40 01bb 001b0600 00000000 00000000"),
    };

    @Test
    void nothingThatIsSentMakesItThrow() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        Inspector inspector = new Inspector(
                LIMITS, new Both(List.of(new TableOutput(nowhere, nowhere, true), new JsonOutput(nowhere))));
        Decoders decoders = new Decoders(inspector);
        Random random = new Random(7);
        for (int i = 0; i < ROUNDS; i++) {
            byte[] message = MESSAGES[random.nextInt(MESSAGES.length)].clone();
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                int at = random.nextInt(message.length);
                message[at] = random.nextBoolean() ? (byte) 0xff : (byte) random.nextInt();
                if (random.nextBoolean() && at > 40) {
                    // A number of 64 bits as great or small as can be.
                    long extreme = random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE;
                    for (int octet = 0; octet < 8 && at + octet < message.length; octet++) {
                        message[at + octet] = (byte) (extreme >>> (56 - 8 * octet));
                    }
                }
            }
            decoders.datagram(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), random.nextInt(8) + 1),
                    Unpooled.wrappedBuffer(message));
            assertTrue(inspector.exporters() <= LIMITS.maxSenders());
        }
        inspector.end();
        assertTrue(inspector.tally().records() > ROUNDS / 4, "most mutations leave something to read");
        for (ComplaintKind kind : List.of(ComplaintKind.TIME, ComplaintKind.START_AFTER_END, ComplaintKind.BOOT)) {
            assertTrue(inspector.tally().complaints(kind) > 0, kind::toString);
        }
    }

    private record Both(List<Output> outputs) implements Output {
        @Override
        public void record(ReadRecord record, FlowTimes times) {
            outputs.forEach(output -> output.record(record, times));
        }

        @Override
        public void complaint(Complaint complaint, Arrival arrival) {
            outputs.forEach(output -> output.complaint(complaint, arrival));
        }
    }
}
