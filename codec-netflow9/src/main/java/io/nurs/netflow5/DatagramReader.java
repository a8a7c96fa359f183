package io.nurs.netflow5;

import io.netty.buffer.ByteBuf;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecodedTemplate;
import io.nurs.flow.Exporter;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reads one datagram whose header is known to be there. */
final class DatagramReader {
    private static final int PADDING_OFFSET = 36;
    /** From tcp_flags to the masks. */
    private static final int BEHIND_PADDING = 9;

    private static final int MODE_SHIFT = 14;

    private final Exporter exporter;
    private final List<DataRecord> records = new ArrayList<>();
    private final List<DecodeAnomaly> anomalies = new ArrayList<>();

    DatagramReader(Exporter exporter) {
        this.exporter = exporter;
    }

    DecodedMessage read(InetSocketAddress sender, ByteBuf in) {
        int length = in.readableBytes();
        int version = in.readUnsignedShort();
        int count = in.readUnsignedShort();
        long sysUptime = in.readUnsignedInt();
        long unixSeconds = in.readUnsignedInt();
        long nanoseconds = in.readUnsignedInt();
        long sequence = in.readUnsignedInt();
        int engine = in.readUnsignedShort();
        int sampling = in.readUnsignedShort();
        exporter.checkSequence(sequence, anomalies::add);
        exporter.expectSequence(sequence + count);
        readRecords(count, sampling, length, in);
        return new DecodedMessage(
                sender,
                version,
                sequence,
                Instant.ofEpochSecond(unixSeconds, nanoseconds),
                sysUptime,
                engine,
                List.of(),
                records,
                anomalies);
    }

    /** The count is believed as far as there are octets: what stands behind so many records is no record. */
    private void readRecords(int count, int sampling, int length, ByteBuf in) {
        if (count > Netflow5.MAX_RECORDS) {
            anomalies.add(new DecodeAnomaly.TooManyRecords(count, Netflow5.MAX_RECORDS));
        }
        int there = Math.min(count, in.readableBytes() / Netflow5.RECORD_LENGTH);
        for (int i = 0; i < there; i++) {
            records.add(record(in.readSlice(Netflow5.RECORD_LENGTH), sampling));
        }
        int expected = Netflow5.HEADER_LENGTH + count * Netflow5.RECORD_LENGTH;
        if (expected != length) {
            anomalies.add(new DecodeAnomaly.BadMessageLength(expected, length));
        }
    }

    private static DataRecord record(ByteBuf octets, int sampling) {
        DecodedTemplate template = sampling == 0 ? Netflow5.READ : Netflow5.READ_SAMPLED;
        byte[] read = new byte[template.recordLength()];
        octets.readBytes(read, 0, PADDING_OFFSET).skipBytes(1).readBytes(read, PADDING_OFFSET, BEHIND_PADDING);
        if (sampling != 0) {
            int at = PADDING_OFFSET + BEHIND_PADDING;
            read[at] = (byte) (sampling >>> MODE_SHIFT);
            read[at + 1] = (byte) ((sampling & Netflow5.MAX_SAMPLING) >>> Byte.SIZE);
            read[at + 2] = (byte) sampling;
        }
        return new DataRecord(template, read);
    }
}
