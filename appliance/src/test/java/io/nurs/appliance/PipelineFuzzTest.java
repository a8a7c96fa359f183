package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.MarkField;
import io.nurs.appliance.config.MarkInterfacesConfig;
import io.nurs.appliance.config.NatView;
import io.nurs.appliance.export.EmbeddedCollector;
import io.nurs.appliance.filter.FlowFilter;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodedMessage;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the kernel's messages become on their way, a collector gets datagrams it can read. Seeded, so that a failure comes again. */
class PipelineFuzzTest {
    private static final int MESSAGES = 100_000;
    private static final int[] NASTY = {0, 1, 2, 3, 4, 5, 7, 8, 255, 256, 32767, 32768, 65532, 65535};

    private final List<byte[]> captures = EmbeddedSource.captures();

    @ParameterizedTest
    @EnumSource(NatView.class)
    void mutatedMessagesLeaveAsDatagramsThatDecode(NatView view) {
        FlowFilter marks = FlowFilter.of(
                new MarkInterfacesConfig(MarkField.parse("0xf00 >> 8"), MarkField.parse("0xf0 >> 4"), 1, false));
        Random random = new Random(9);
        try (EmbeddedCollector collector = EmbeddedCollector.decoding(view)) {
            EmbeddedSource source = new EmbeddedSource(
                    ConntrackSourceConfig.defaults("flows"), InstantSource.system(), collector.exporter(true, marks));
            for (int i = 0; i < MESSAGES; i++) {
                source.read(mutated(random));
            }
            int records = 0;
            for (DecodedMessage message : collector.messages()) {
                assertEquals(List.of(), message.anomalies());
                for (DataRecord record : message.records()) {
                    if (!record.template().isOptions()) {
                        assertTrue(record.fields().size() > 10);
                        records++;
                    }
                }
            }
            assertEquals(collector.encoded().flowRecords(), records);
            assertTrue(records > MESSAGES / 10, "some mutations leave something to report: " + records);
            assertTrue(source.netlink().malformedMessages() > MESSAGES / 100, "and some do not");
        }
    }

    private byte[] mutated(Random random) {
        byte[] message = captures.get(random.nextInt(captures.size())).clone();
        // An id of its own, or most would pass for repetitions of one end.
        ByteBuffer.wrap(message).putInt(DestroyStorm.idOffset(message), random.nextInt());
        for (int i = random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(message.length - 1);
            switch (random.nextInt(4)) {
                case 0 -> message[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> message[at] = (byte) random.nextInt();
                case 2 -> {
                    int nasty = NASTY[random.nextInt(NASTY.length)];
                    message[at & ~1] = (byte) nasty;
                    message[at | 1] = (byte) (nasty >> 8);
                }
                default -> {
                    int from = random.nextInt(message.length);
                    int length = Math.min(random.nextInt(40), message.length - Math.max(from, at));
                    System.arraycopy(message, from, message, at, length);
                }
            }
        }
        int length = random.nextInt(8) == 0 ? random.nextInt(message.length + 1) : message.length;
        return Arrays.copyOf(message, length);
    }
}
