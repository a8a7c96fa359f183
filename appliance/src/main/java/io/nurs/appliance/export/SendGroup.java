package io.nurs.appliance.export;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.nurs.appliance.source.SendLog;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The collectors of one source, sending together: when a datagram of one leaves, what the others have packed leaves as well, so
 * that a {@link SendLog} has one line between what was sent and what was not. Without a log each sends by itself.
 */
final class SendGroup {
    private final List<Member> members = new ArrayList<>();
    private final Runnable whenSent;
    private @Nullable SendLog log;
    private boolean flushing;
    private int underWay;
    private long sending;

    /** @param whenSent run each time that all of a sending has been sent */
    SendGroup(Runnable whenSent) {
        this.whenSent = whenSent;
    }

    void log(SendLog log) {
        this.log = log;
    }

    /** The handler in front of a collector's encoder. */
    ChannelOutboundHandlerAdapter join(Link link) {
        Member member = new Member(link);
        members.add(member);
        return member;
    }

    /** What {@link #join} gave leaves its pipeline; what it has written is waited for no longer. */
    void leave(ChannelOutboundHandlerAdapter handler) {
        if (handler instanceof Member member && members.remove(member)) {
            member.abandon();
        }
    }

    /** Keeps no log any more: whoever kept it has closed it. */
    void end() {
        log = null;
    }

    /** Waits no longer for those that are not worth it. */
    void abandonTheHopeless() {
        for (int i = 0; i < members.size(); i++) {
            Member member = members.get(i);
            if (!member.link.isWorthWaitingFor()) {
                member.abandon();
            }
        }
    }

    /** Whether something is still on its way to a socket, as far as a log is kept. */
    boolean isUnderWay() {
        return underWay > 0;
    }

    /** Whether the log is filling while something is on its way: more would find no room there. */
    boolean isHeldUp() {
        SendLog to = log;
        return to != null && underWay > 0 && to.isFilling();
    }

    void flushAll() {
        for (int i = 0; i < members.size(); i++) {
            members.get(i).link.channel().flush();
        }
    }

    private void flush(SendLog to, ChannelHandlerContext ctx) {
        if (flushing) {
            // One of the others, that the first one took along.
            ctx.flush();
            return;
        }
        flushing = true;
        sending = to.beginSending();
        for (int i = 0; i < members.size(); i++) {
            Channel channel = members.get(i).link.channel();
            if (!channel.equals(ctx.channel())) {
                channel.flush();
            }
        }
        ctx.flush();
        flushing = false;
        if (underWay == 0) {
            to.sent(sending);
        }
    }

    private void written(SendLog to, int messages) {
        underWay -= messages;
        if (underWay == 0 && !flushing) {
            to.sent(sending);
            whenSent.run();
        }
    }

    private final class Member extends ChannelOutboundHandlerAdapter {
        private final Link link;
        private int pending;
        /** Told apart by it: what is written of earlier ones is no longer waited for. */
        private int round;

        Member(Link link) {
            this.link = link;
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            SendLog to = log;
            if (to == null || !(message instanceof ByteBuf) || !link.isWorthWaitingFor()) {
                ctx.write(message, promise);
                return;
            }
            underWay++;
            pending++;
            int written = round;
            ctx.write(message, ctx.newPromise().addListener(done -> {
                if (written == round) {
                    pending--;
                    written(to, 1);
                }
                if (!done.isSuccess()) {
                    ctx.pipeline().fireExceptionCaught(done.cause());
                }
            }));
        }

        void abandon() {
            SendLog to = log;
            if (to != null && pending > 0) {
                int left = pending;
                pending = 0;
                round++;
                written(to, left);
            }
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {
            SendLog to = log;
            if (to == null) {
                ctx.flush();
            } else {
                SendGroup.this.flush(to, ctx);
            }
        }
    }
}
