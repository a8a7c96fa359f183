package io.nurs.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class NetlinkRequestTrackerTest {
    private final EmbeddedChannel channel = new EmbeddedChannel(new NetlinkRequestTracker());

    @Test
    void numbersRequestsFromOne() {
        write(NetlinkMessage.NLM_F_ACK);
        write(NetlinkMessage.NLM_F_ACK);
        assertEquals(1, sequenceSent());
        assertEquals(2, sequenceSent());
    }

    @Test
    void succeedsWhenTheKernelAcknowledges() {
        ChannelFuture first = write(NetlinkMessage.NLM_F_ACK);
        ChannelFuture second = write(NetlinkMessage.NLM_F_ACK);
        channel.writeInbound(new NetlinkControl.Acknowledged(2));
        assertTrue(second.isSuccess());
        assertFalse(first.isDone());
    }

    @Test
    void failsWithTheErrnoAndTheTextOfARefusal() {
        ChannelFuture answer = write(NetlinkMessage.NLM_F_ACK);
        channel.writeInbound(new NetlinkControl.Failure(1, Errno.EEXIST, "twice"));
        assertEquals(Errno.EEXIST, errno(answer));
        assertTrue(String.valueOf(answer.cause().getMessage()).contains("(twice)"));
    }

    @Test
    void succeedsWhenADumpIsDone() {
        ChannelFuture dump = write(NetlinkMessage.NLM_F_DUMP);
        channel.writeInbound(new NetlinkControl.DumpInterrupted(1));
        assertFalse(dump.isDone());
        channel.writeInbound(new NetlinkControl.Done(1, 0));
        assertTrue(dump.isSuccess());
    }

    @Test
    void failsWhenADumpIsCutShort() {
        ChannelFuture dump = write(NetlinkMessage.NLM_F_DUMP);
        channel.writeInbound(new NetlinkControl.Done(1, 12));
        assertEquals(12, errno(dump));
    }

    @Test
    void doesNotWaitForAnAnswerThatNobodyAskedFor() {
        assertTrue(write(0).isSuccess());
        assertTrue(
                write(NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL).isSuccess());
        assertTrue(write(NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_REPLACE)
                .isSuccess());
    }

    @Test
    void overlooksAnswersToOthers() {
        ChannelFuture answer = write(NetlinkMessage.NLM_F_ACK);
        channel.writeInbound(new NetlinkControl.Acknowledged(77), new NetlinkControl.Failure(0, 1, null));
        assertFalse(answer.isDone());
    }

    @Test
    void answersAfterThePipelineHasHeard() {
        AtomicBoolean heard = new AtomicBoolean();
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                heard.set(true);
            }
        });
        AtomicBoolean heardFirst = new AtomicBoolean();
        write(NetlinkMessage.NLM_F_ACK).addListener(future -> heardFirst.set(heard.get()));
        channel.writeInbound(new NetlinkControl.Acknowledged(1));
        assertTrue(heardFirst.get());
    }

    @Test
    void failsWhatIsPendingWhenTheChannelCloses() {
        ChannelFuture answer = write(NetlinkMessage.NLM_F_ACK);
        channel.close();
        assertInstanceOf(ClosedChannelException.class, answer.cause());
    }

    @Test
    void failsAndReleasesWhatIsWrittenAfterwards() {
        channel.close();
        NetlinkRequest request = request(NetlinkMessage.NLM_F_ACK);
        ChannelFuture answer = channel.writeAndFlush(request);
        assertInstanceOf(ClosedChannelException.class, answer.cause());
        assertEquals(0, request.refCnt());
    }

    @Test
    void passesOnWhatIsNoRequest() {
        ByteBuf raw = Unpooled.buffer().writeByte(1);
        assertTrue(channel.writeOutbound(raw));
        assertEquals(raw, channel.readOutbound());
        raw.release();
    }

    private ChannelFuture write(int flags) {
        return channel.writeAndFlush(request(flags));
    }

    private NetlinkRequest request(int flags) {
        return NetlinkRequest.of(channel.alloc(), 16, flags);
    }

    private int sequenceSent() {
        ByteBuf sent = channel.readOutbound();
        try {
            int sequence = sent.getInt(8);
            return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? Integer.reverseBytes(sequence) : sequence;
        } finally {
            sent.release();
        }
    }

    private static int errno(ChannelFuture future) {
        return assertInstanceOf(Errno.class, future.cause()).number();
    }
}
