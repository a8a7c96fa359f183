package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.nurs.appliance.source.SendLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** Collectors whose sockets are slow, and a log that has room for little. */
class SendGroupTest {
    private final Queue<ChannelPromise> held = new ArrayDeque<>();
    private final List<Long> sent = new ArrayList<>();
    private int resumed;
    private boolean filling;
    private long position;

    private final SendGroup group = new SendGroup(() -> resumed++);
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelOutboundHandlerAdapter() {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ReferenceCountUtil.release(message);
            held.add(promise);
        }
    });

    SendGroupTest() {
        channel.pipeline().addLast(group.join(new TestLink(channel)));
        group.log(new SendLog() {
            @Override
            public long beginSending() {
                return ++position;
            }

            @Override
            public void sent(long sending) {
                sent.add(sending);
            }

            @Override
            public boolean isFilling() {
                return filling;
            }
        });
    }

    @Test
    void whatIsOnItsWayIsNotSentUntilTheSocketHasTakenIt() {
        channel.write(Unpooled.buffer().writeInt(1));
        channel.flush();
        assertEquals(List.of(), sent);
        assertTrue(group.isUnderWay());
        held.remove().setSuccess();
        assertEquals(List.of(1L), sent);
        assertFalse(group.isUnderWay());
        assertEquals(1, resumed);
    }

    /** More records would find no room in the log, and clear none. */
    @Test
    void aLogThatFillsHoldsTheReaderUpUntilWhatIsOnItsWayHasLeft() {
        filling = true;
        assertFalse(group.isHeldUp(), "sending makes room");
        channel.write(Unpooled.buffer().writeInt(1));
        channel.flush();
        assertTrue(group.isHeldUp());
        held.remove().setSuccess();
        assertFalse(group.isHeldUp());
        assertEquals(1, resumed);
    }
}
