package io.nurs.appliance.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.nurs.flow.BigEndian;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.EncoderOptions;
import io.nurs.flow.ExportClock;
import io.nurs.flow.Field;
import io.nurs.flow.FlowEncoder;
import io.nurs.flow.FlowRecord;
import io.nurs.flow.IanaElements;
import io.nurs.flow.SystemUptime;
import io.nurs.flow.Template;
import io.nurs.ipfix.IpfixDecoder;
import io.nurs.ipfix.IpfixEncoder;
import io.nurs.netflow9.Netflow9Decoder;
import io.nurs.netflow9.Netflow9Encoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;

/** Records that are numbered from 0, in their octetDeltaCount: what is missing, twice or out of order shows. */
@SuppressWarnings("FutureReturnValueIgnored")
final class Numbers {
    static final Template<Numbers> TEMPLATE = Template.of(
            256,
            Field.octets(
                    IanaElements.sourceIPv4Address,
                    (numbers, datagram, at) -> BigEndian.putU32(datagram, at, 0xc0000201L)),
            Field.octets(
                    IanaElements.destinationIPv4Address,
                    (numbers, datagram, at) -> BigEndian.putU32(datagram, at, 0xc6336414L)),
            Field.u16(IanaElements.sourceTransportPort, numbers -> 40_000),
            Field.u16(IanaElements.destinationTransportPort, numbers -> 53),
            Field.u8(IanaElements.protocolIdentifier, numbers -> 17),
            Field.u64(IanaElements.packetDeltaCount, numbers -> 1),
            Field.u64(IanaElements.octetDeltaCount, numbers -> numbers.next),
            Field.u64(IanaElements.flowStartMilliseconds, numbers -> 1_700_000_000_000L),
            Field.u64(IanaElements.flowEndMilliseconds, numbers -> 1_700_000_000_000L));

    private static final InetSocketAddress SOMEBODY = new InetSocketAddress("192.0.2.9", 1);

    private final FlowRecord<Numbers> record = FlowRecord.of(TEMPLATE, this);
    private long next;

    long next() {
        return next;
    }

    /** On the channel's event loop, or on the test's thread if there is none. */
    void write(Channel channel, int count) {
        for (int i = 0; i < count; i++) {
            channel.write(record, channel.voidPromise());
            next++;
        }
    }

    /** From another thread. */
    void writeIn(Channel channel, int count) {
        channel.eventLoop()
                .submit(() -> {
                    write(channel, count);
                    channel.flush();
                })
                .syncUninterruptibly();
    }

    static FlowEncoder ipfixStream(int maxMessageBytes) {
        return new IpfixEncoder(EncoderOptions.stream(7, maxMessageBytes, Duration.ofMinutes(10)), ExportClock.SYSTEM);
    }

    static FlowEncoder netflow9Stream(int maxMessageBytes) {
        return new Netflow9Encoder(
                EncoderOptions.stream(7, maxMessageBytes, Duration.ofMinutes(10)),
                ExportClock.SYSTEM,
                new SystemUptime(System.currentTimeMillis()));
    }

    static List<Long> upTo(long end) {
        return range(0, end);
    }

    static List<Long> range(long start, long end) {
        return LongStream.range(start, end).boxed().toList();
    }

    /** The numbers in a file, read by a decoder that knows nothing else. */
    static List<Long> inIpfix(Path file) throws IOException {
        List<DecodedMessage> messages = new ArrayList<>();
        ByteBuf octets = Unpooled.wrappedBuffer(Files.readAllBytes(file));
        assertTrue(new IpfixDecoder(DecoderLimits.DEFAULT).decodeAll(SOMEBODY, octets, messages::add));
        assertEquals(0, octets.readableBytes(), "octets of a torn message in " + file);
        if (!messages.isEmpty()) {
            assertEquals(0, messages.getFirst().sequence(), file.toString());
        }
        return of(messages);
    }

    /** RFC 3954 has no lengths, but no set has the id 9: that is the next packet's version. */
    static List<Long> inNetflow9(Path file) throws IOException {
        List<DecodedMessage> messages = new ArrayList<>();
        ByteBuf octets = Unpooled.wrappedBuffer(Files.readAllBytes(file));
        readNetflow9(octets, messages);
        assertEquals(0, octets.readableBytes(), "octets of a torn packet in " + file);
        return of(messages);
    }

    /** A stream of either protocol whose last message may not be there to its end; it begins with sequence number 0. */
    static List<Long> inStream(byte[] stream) {
        List<DecodedMessage> messages = new ArrayList<>();
        ByteBuf octets = Unpooled.wrappedBuffer(stream);
        if (octets.readableBytes() > 2 && octets.getUnsignedShort(0) == 10) {
            assertTrue(new IpfixDecoder(DecoderLimits.DEFAULT).decodeAll(SOMEBODY, octets, messages::add));
        } else {
            readNetflow9(octets, messages);
        }
        if (!messages.isEmpty()) {
            assertEquals(0, messages.getFirst().sequence());
        }
        return of(messages);
    }

    private static void readNetflow9(ByteBuf octets, List<DecodedMessage> messages) {
        Netflow9Decoder decoder = new Netflow9Decoder(DecoderLimits.DEFAULT);
        while (octets.readableBytes() > 24) {
            assertEquals(9, octets.getUnsignedShort(octets.readerIndex()));
            int end = octets.readerIndex() + 20;
            while (end + 4 <= octets.writerIndex() && octets.getUnsignedShort(end) != 9) {
                end += octets.getUnsignedShort(end + 2);
            }
            if (end > octets.writerIndex()) {
                return;
            }
            ByteBuf packet = octets.readSlice(end - octets.readerIndex());
            messages.add(Objects.requireNonNull(decoder.decode(SOMEBODY, packet)));
        }
    }

    static List<Long> of(List<DecodedMessage> messages) {
        List<Long> numbers = new ArrayList<>();
        for (DecodedMessage message : messages) {
            assertEquals(List.of(), message.anomalies());
            message.records().forEach(record -> numbers.add(record.unsigned(IanaElements.octetDeltaCount)));
        }
        return numbers;
    }
}
