package io.nurs.netlink.conntrack;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads of each entry what an exporter would, and folds it into one number. */
final class ConntrackReader extends ChannelInboundHandlerAdapter {
    private final MemorySegment addresses = Arena.global().allocate(64, 8);
    long entries;
    long sum;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object object) {
        ConntrackMessage entry = (ConntrackMessage) object;
        TupleView original = entry.original();
        TupleView reply = entry.reply();
        original.copySource(addresses, 0);
        original.copyDestination(addresses, 16);
        reply.copySource(addresses, 32);
        reply.copyDestination(addresses, 48);
        sum += addresses.get(ValueLayout.JAVA_INT, 0) + addresses.get(ValueLayout.JAVA_INT, 48);
        sum += original.protocol() + original.sourcePort() + original.destinationPort();
        sum += reply.sourcePort() + reply.destinationPort();
        sum += entry.kind() == ConntrackMessage.Kind.DESTROY ? 1 : 0;
        sum += entry.mark() + entry.zone() + entry.id() + entry.status();
        sum += entry.originalPackets() + entry.originalBytes() + entry.replyPackets() + entry.replyBytes();
        sum += entry.startNanos() + entry.stopNanos();
        entries++;
    }
}
