package io.nurs.appliance.collect.pcap;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.appliance.collect.Inspector;
import io.nurs.appliance.collect.MessageStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What one side of a captured connection sent, read as messages if it begins like one, or must be. */
final class CapturedStream {
    private final InetSocketAddress sender;
    private final Inspector inspector;
    private final boolean isExpected;
    private final TcpStream tcp;
    private @Nullable MessageStream messages;
    private @Nullable EmbeddedChannel channel;
    private boolean ignored;

    /**
     * Nothing of it has been seen.
     *
     * @param isExpected whether it is to be read however it begins
     */
    CapturedStream(InetSocketAddress sender, Inspector inspector, boolean isExpected, int firstSequence) {
        this.sender = sender;
        this.inspector = inspector;
        this.isExpected = isExpected;
        this.tcp = new TcpStream(firstSequence);
    }

    void add(int sequence, ByteBuffer payload) {
        tcp.add(sequence, payload, this::take);
    }

    private void take(ByteBuffer octets) {
        ByteBuf copy = Unpooled.copiedBuffer(octets);
        if (channel == null && !ignored) {
            begin(copy);
        }
        if (channel != null && channel.isOpen()) {
            channel.writeInbound(copy);
        } else {
            copy.release();
        }
    }

    private void begin(ByteBuf octets) {
        ignored = !isExpected && !FlowPayload.begins(octets);
        if (!ignored) {
            messages = new MessageStream(sender, inspector);
            channel = new EmbeddedChannel(messages);
        }
    }

    /** Whether it does not begin like messages, and need not. */
    boolean isIgnored() {
        return ignored;
    }

    /** Whether nothing of it could be looked at so far. */
    boolean isUnread() {
        return channel == null;
    }

    /** Whether it is one of flows of which the capture lacks a part. */
    boolean isIncomplete() {
        return channel != null && (tcp.isLost() || tcp.hasHole());
    }

    /** Nothing more comes: because the connection was closed, or because the capture shows no more. */
    void end(boolean wasClosed) {
        if (channel != null && messages != null) {
            if (!wasClosed || isIncomplete()) {
                messages.interrupt();
            }
            channel.finishAndReleaseAll();
        }
    }
}
