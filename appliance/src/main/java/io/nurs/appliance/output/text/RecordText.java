package io.nurs.appliance.output.text;

import io.netty.buffer.ByteBuf;
import io.nurs.appliance.collect.ReadRecord;
import io.nurs.appliance.output.MessageFormat;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodeAnomaly;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.InformationElement;
import io.nurs.ipfix.IpfixDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Reads the encoder's messages of IPFIX back, and writes each data record as text. Options are about exporters, and left out. */
public final class RecordText implements MessageFormat {
    private static final int TEXT_PER_OCTET = 12;

    private final InetSocketAddress exporter;
    private final IpfixDecoder decoder;
    private final RecordLines lines;

    /**
     * For one encoder.
     *
     * @param exporter what it is called
     * @param elements those of its elements that are not IANA's
     */
    public RecordText(String exporter, List<InformationElement> elements, RecordLines lines) {
        this.exporter = InetSocketAddress.createUnresolved(exporter, 0);
        this.decoder = new IpfixDecoder(DecoderLimits.DEFAULT, elements);
        this.lines = lines;
    }

    /** A text has no sessions: templates that come again are those that are known. */
    @Override
    public boolean isOfSessions() {
        return false;
    }

    @Override
    public ByteBuffer octets(ByteBuf message) {
        StringBuilder text = new StringBuilder(message.readableBytes() * TEXT_PER_OCTET);
        DecodedMessage decoded = decoder.decodeStream(exporter, message);
        // The encoder begins sessions anew, and messages may have been dropped.
        if (decoded == null || !decoded.anomalies().stream().allMatch(DecodeAnomaly::isOfSequence)) {
            throw new IllegalStateException("cannot read our own message: " + decoded);
        }
        for (DataRecord record : decoded.records()) {
            if (!record.template().isOptions()) {
                lines.append(text, new ReadRecord(decoded, record));
            }
        }
        return ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public byte[] head() {
        return lines.head().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] tail() {
        return lines.tail().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long mend(Path file) throws IOException {
        return WholeLines.mend(file, lines.beginning().getBytes(StandardCharsets.UTF_8), tail());
    }
}
