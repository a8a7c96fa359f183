package io.nurs.appliance.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.flow.Field;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.IanaElements;
import io.nurs.flow.Template;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpoolRecordsTest {
    private final SpoolRecords records = new SpoolRecords();

    private static FlowEncoder encoder(String protocol) {
        return protocol.equals("ipfix") ? Numbers.ipfixStream(1400) : Numbers.netflow9Stream(1400);
    }

    /** The sum over all messages that are there. */
    private int count(EmbeddedChannel channel) {
        int sum = 0;
        for (ByteBuf message = channel.readOutbound(); message != null; message = channel.readOutbound()) {
            sum += records.count(message.nioBuffer());
            message.release();
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(strings = {"ipfix", "netflow9"})
    void countsWhatTheEncoderWrote(String protocol) {
        FlowEncoder encoder = encoder(protocol);
        EmbeddedChannel channel = new EmbeddedChannel(encoder);
        Numbers numbers = new Numbers();
        for (int written : new int[] {1, 28, 29, 30, 31, 500}) {
            encoder.refreshAlways(written % 2 == 0);
            numbers.write(channel, written);
            channel.flush();
            assertEquals(written, count(channel));
        }
        channel.finishAndReleaseAll();
    }

    @Test
    @SuppressWarnings("FutureReturnValueIgnored")
    void countsRecordsThatSayHowLongTheyAre() {
        EmbeddedChannel channel = new EmbeddedChannel(encoder("ipfix"));
        String[] names = {"", "eth0", "x".repeat(254), "x".repeat(255), "x".repeat(700)};
        int[] next = {0};
        Template<int[]> template = Template.of(
                300,
                Field.u8(IanaElements.protocolIdentifier, at -> 17),
                Field.string(IanaElements.interfaceName, at -> names[at[0] % names.length]));
        FlowRecord<int[]> record = FlowRecord.of(template, next);
        for (; next[0] < 103; next[0]++) {
            channel.write(record, channel.voidPromise());
        }
        channel.flush();
        assertEquals(103, count(channel));
        channel.finishAndReleaseAll();
    }

    @Test
    void endsWithWhatIsNoMessage() {
        for (int seed = 0; seed < 20_000; seed++) {
            byte[] octets = new byte[20 + seed % 200];
            new java.util.Random(seed).nextBytes(octets);
            octets[0] = 0;
            octets[1] = (byte) (9 + seed % 2);
            // Sets, so that what is in them is looked at.
            ByteBuffer message = ByteBuffer.wrap(octets);
            int set = seed % 2 == 0 ? 20 : 16;
            if (octets.length > set + 4) {
                message.putShort(set, (short) (seed % 5 == 0 ? 256 : seed % 4));
                message.putShort(set + 2, (short) (octets.length - set));
            }
            assertTrue(records.count(message) >= 0);
        }
    }
}
