package io.nurs.netlink.nftables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkControl;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NftablesBatchTrackerTest {
    private final EmbeddedChannel channel = new EmbeddedChannel(new NftablesBatchTracker());

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void sendsOneDatagramBetweenBeginAndEnd() {
        write("one", "two");

        assertEquals(List.of(0x010, 0xa00, 0xa00, 0x011), read(4));
        assertTrue(channel.outboundMessages().isEmpty());
    }

    @Test
    void succeedsWithTheLastAcknowledgement() {
        ChannelFuture answer = write("one", "two");
        int begin = sequences().getFirst();

        channel.writeInbound(new NetlinkControl.Acknowledged(begin + 1));
        assertFalse(answer.isDone());
        channel.writeInbound(new NetlinkControl.Acknowledged(begin + 2));
        assertTrue(answer.isSuccess());
    }

    @Test
    void failsWithTheFirstRefusalAndNamesTheRequest() {
        ChannelFuture answer = write("one", "two");
        ChannelFuture next = write("three");
        int begin = sequences().getFirst();

        channel.writeInbound(new NetlinkControl.Acknowledged(begin + 1));
        channel.writeInbound(new NetlinkControl.Failure(begin + 2, Errno.ENOENT, "no such chain"));

        Errno refused = assertInstanceOf(Errno.class, answer.cause());
        assertEquals(Errno.ENOENT, refused.number());
        assertEquals(
                "the kernel refused request 2 of the nftables batch (no such chain): no such entry (ENOENT)",
                refused.getMessage());
        assertFalse(next.isDone());
        channel.writeInbound(new NetlinkControl.Acknowledged(begin + 5));
        assertTrue(next.isSuccess());
    }

    @Test
    void failsWhereTheKernelRefusesTheBatchAsAWhole() {
        ChannelFuture answer = write("one");

        channel.writeInbound(new NetlinkControl.Failure(sequences().getFirst(), Errno.EPERM, null));

        assertEquals(
                "the kernel refused the nftables batch: operation not permitted (EPERM)",
                assertInstanceOf(Errno.class, answer.cause()).getMessage());
    }

    @Test
    void failsWhenTheChannelCloses() {
        ChannelFuture answer = write("one");

        channel.close();

        assertInstanceOf(ClosedChannelException.class, answer.cause());
    }

    @Test
    void leavesAnswersToOthersAlone() {
        ChannelFuture answer = write("one");

        channel.writeInbound(new NetlinkControl.Acknowledged(1), new NetlinkControl.Failure(2, Errno.EINVAL, null));

        assertFalse(answer.isDone());
        assertEquals(2, channel.inboundMessages().size());
    }

    @Test
    void refusesAnEmptyBatch() {
        assertThrows(IllegalArgumentException.class, () -> new NftablesBatch(List.of()));
    }

    private ChannelFuture write(String... tables) {
        return channel.writeOneOutbound(new NftablesBatch(List.of(tables).stream()
                .map(table -> NftablesRequests.newTable(
                        UnpooledByteBufAllocator.DEFAULT, NftablesAttribute.NFPROTO_INET, table))
                .toList()));
    }

    /** The types of the messages in the next datagram, which must hold {@code count} of them. */
    private List<Integer> read(int count) {
        channel.flushOutbound();
        ByteBuf datagram = channel.readOutbound();
        List<Integer> types = new ArrayList<>();
        for (int index = 0; index < datagram.writerIndex(); index += host32(datagram, index)) {
            types.add(host32(datagram, index + 4) & 0xffff);
        }
        datagram.release();
        assertEquals(count, types.size());
        return types;
    }

    /** The sequence numbers in the next datagram. */
    private List<Integer> sequences() {
        channel.flushOutbound();
        ByteBuf datagram = channel.readOutbound();
        List<Integer> sequences = new ArrayList<>();
        for (int index = 0; index < datagram.writerIndex(); index += host32(datagram, index)) {
            sequences.add(host32(datagram, index + 8));
        }
        datagram.release();
        return sequences;
    }

    private static int host32(ByteBuf buffer, int index) {
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? buffer.getIntLE(index) : buffer.getInt(index);
    }
}
