package io.nurs.appliance.output;

import io.netty.buffer.ByteBuf;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.ipfix.IpfixDecoder;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Sequence numbers of a connection, which begin with 0 (RFC 7011 §3.1), for messages that an encoder numbered without regard to
 * connections, in this process and in those before. A gap, where messages were dropped, stays one.
 */
final class SpoolSequence {
    private static final InetSocketAddress NOBODY = InetSocketAddress.createUnresolved("spool", 0);

    private boolean begun;
    private int offset;
    private int last;
    private int lastRecords;

    /** A message whose records are only counted should that be needed. */
    private @Nullable ByteBuf uncounted;

    void begin() {
        begun = false;
        forget();
    }

    void forget() {
        ByteBuf message = uncounted;
        uncounted = null;
        if (message != null) {
            message.release();
        }
    }

    /** @param records data records of the message, -1 if that is not known */
    void renumber(ByteBuf message, int records) {
        int version = SpoolFrame.version(message);
        int at = message.readerIndex() + SpoolFrame.sequenceOffset(version);
        int original = message.getInt(at);
        if (!begun) {
            begun = true;
            offset = -original;
        } else if (original - last < 0) {
            // Another process numbered this one, from 0 on.
            ByteBuf before = uncounted;
            offset += last + (before == null ? lastRecords : count(before)) - original;
        }
        last = original;
        lastRecords = version == SpoolFrame.IPFIX ? records : 1;
        forget();
        if (lastRecords < 0) {
            uncounted = message.retain();
        }
        message.setInt(at, original + offset);
    }

    /** Every message of a spool has its templates in it. */
    private static int count(ByteBuf message) {
        DecodedMessage decoded = new IpfixDecoder(DecoderLimits.DEFAULT).decodeStream(NOBODY, message);
        return decoded == null ? 0 : decoded.records().size();
    }
}
