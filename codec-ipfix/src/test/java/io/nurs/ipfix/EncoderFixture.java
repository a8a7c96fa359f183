package io.nurs.ipfix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.EncoderStats;
import io.nurs.flow.ExportClock;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.Template;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An encoder in a channel whose socket is a list, and a clock to turn by hand. */
@SuppressWarnings("FutureReturnValueIgnored")
final class EncoderFixture implements AutoCloseable {
    static final EncoderOptions OPTIONS = new EncoderOptions(42, 1400, 1000, Duration.ofMinutes(10));
    static final EncoderOptions STREAM =
            EncoderOptions.stream(42, EncoderOptions.MAX_MESSAGE_BYTES, Duration.ofMinutes(10));

    long nowMillis = 1_700_000_060_250L;

    /** What somebody has set the wall clock by. */
    long clockSetByMillis;

    final IpfixEncoder encoder;
    EmbeddedChannel channel;

    EncoderFixture() {
        this(OPTIONS);
    }

    EncoderFixture(EncoderOptions options) {
        encoder = new IpfixEncoder(options, clock());
        channel = new EmbeddedChannel(encoder);
    }

    private ExportClock clock() {
        return new ExportClock() {
            @Override
            public long epochMillis() {
                return nowMillis + clockSetByMillis;
            }

            @Override
            public long steadyMillis() {
                return nowMillis;
            }
        };
    }

    <S> void write(Template<S> template, S source) {
        channel.write(FlowRecord.of(template, source), channel.voidPromise());
        channel.checkException();
    }

    void write(int times, Template<TestFlow> template, TestFlow flow) {
        for (int i = 0; i < times; i++) {
            write(template, flow);
        }
    }

    /** What has left so far, without a flush. */
    List<byte[]> sent() {
        List<byte[]> datagrams = new ArrayList<>();
        for (ByteBuf buffer = channel.readOutbound(); buffer != null; buffer = channel.readOutbound()) {
            datagrams.add(ByteBufUtil.getBytes(buffer));
            buffer.release();
        }
        return datagrams;
    }

    List<byte[]> flushed() {
        channel.flush();
        channel.checkException();
        return sent();
    }

    EncoderStats stats() {
        return encoder.stats();
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
    }

    static int u16(byte[] datagram, int offset) {
        return (datagram[offset] & 0xff) << 8 | (datagram[offset + 1] & 0xff);
    }

    static long u32(byte[] datagram, int offset) {
        return (long) u16(datagram, offset) << 16 | u16(datagram, offset + 2);
    }

    static long sequence(byte[] datagram) {
        return u32(datagram, 8);
    }

    /** Ids of the sets, in their order. */
    static List<Integer> sets(byte[] datagram) {
        List<Integer> ids = new ArrayList<>();
        for (int at = Ipfix.HEADER_LENGTH; at < datagram.length; at += u16(datagram, at + 2)) {
            ids.add(u16(datagram, at));
        }
        return ids;
    }

    static byte[] only(List<byte[]> datagrams) {
        assertEquals(1, datagrams.size());
        return datagrams.getFirst();
    }
}
