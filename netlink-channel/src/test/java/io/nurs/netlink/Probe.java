package io.nurs.netlink;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The end of a pipeline under test: copies what comes, in order. */
class Probe extends ChannelInboundHandlerAdapter {
    /** Far more than anything here takes: only a hang is that long. */
    private static final long PATIENCE_SECONDS = 30;

    /** A batch's datagrams; empty for one that was dropped. */
    record Batch(List<byte[]> datagrams) {}

    record ReadComplete() {}

    record Inactive() {}

    final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        seen.add(message instanceof NetlinkBatch batch ? copy(batch) : message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        seen.add(new ReadComplete());
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        seen.add(new Inactive());
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        seen.add(cause);
    }

    /** Waits for the next thing that came. */
    Object next() throws InterruptedException {
        Object next = seen.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return Objects.requireNonNull(next, "nothing came");
    }

    /** Waits for the next batch; what came before it is dropped. */
    Batch nextBatch() throws InterruptedException {
        for (; ; ) {
            if (next() instanceof Batch batch) {
                return batch;
            }
        }
    }

    /** Waits for so many datagrams, in however many batches; the first octet of each. */
    List<Integer> nextNumbers(int count) throws InterruptedException {
        List<Integer> numbers = new ArrayList<>();
        while (numbers.size() < count) {
            for (byte[] datagram : nextBatch().datagrams()) {
                numbers.add((int) datagram[0]);
            }
        }
        return numbers;
    }

    /** The batches that have come and not been taken. */
    int batches() {
        return (int) seen.stream().filter(Batch.class::isInstance).count();
    }

    private static Batch copy(NetlinkBatch batch) {
        List<byte[]> datagrams = new ArrayList<>();
        for (int slot = 0; slot < batch.count(); slot++) {
            byte[] datagram = new byte[batch.length(slot)];
            MemorySegment.copy(batch.memory(), ValueLayout.JAVA_BYTE, batch.offset(slot), datagram, 0, datagram.length);
            datagrams.add(datagram);
        }
        return new Batch(datagrams);
    }
}
