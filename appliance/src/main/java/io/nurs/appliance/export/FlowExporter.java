package io.nurs.appliance.export;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.nurs.appliance.nat.NatEvent;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.appliance.source.FlowSink;
import io.nurs.appliance.source.Observation;
import io.nurs.appliance.source.SendLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The tail of a source's pipelines: gives each flow to the stacks that the source feeds. While a collector's socket does not take
 * more, nothing is read from the kernel, which keeps what it has to tell: a dump waits, and events wait in their buffer.
 */
@ChannelHandler.Sharable
public final class FlowExporter extends FlowSink {
    private List<Stack> stacks;
    private List<Collector> collectors;
    private final List<Channel> read = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private final SendGroup group = new SendGroup(this::pace);
    private boolean held;
    private long exportedEnds;

    /** For the stacks of one source, whose channels and collectors are on one event loop. */
    public FlowExporter(List<Stack> stacks) {
        this.stacks = List.copyOf(stacks);
        this.collectors = collectors(stacks);
        stacks.forEach(Stack::announce);
        collectors.forEach(collector -> collector.attach(group, this::pace));
    }

    private static List<Collector> collectors(List<Stack> stacks) {
        return stacks.stream()
                .flatMap(stack -> stack.collectors().stream())
                .distinct()
                .toList();
    }

    /**
     * Goes on with other stacks: between two flows, so that each flow meets the old ones or the new. Collectors that are in both
     * do not notice; those of the old ones alone have been sent all that was for them, and are to be closed. On the event loop.
     */
    public void replace(List<Stack> next) {
        List<Collector> before = collectors;
        List<Collector> now = collectors(next);
        group.flushAll();
        before.stream().filter(collector -> !now.contains(collector)).forEach(collector -> collector.leave(group));
        next.forEach(Stack::announce);
        now.stream()
                .filter(collector -> !before.contains(collector))
                .forEach(collector -> collector.attach(group, this::pace));
        stacks = List.copyOf(next);
        collectors = now;
        held = false;
        pace();
    }

    /** Sends what is packed, and reads no more from the kernel until {@link #replace}; on the event loop. */
    public void hold() {
        held = true;
        pace();
        group.flushAll();
    }

    /** Sends what is packed; whether nothing is on its way any more, as far as a log is kept. On the event loop. */
    public boolean isDrained() {
        sendAll();
        return !group.isUnderWay();
    }

    /** The source has ended: its collectors are free for another exporter. On the event loop. */
    public void end() {
        collectors.forEach(collector -> collector.detach(group));
        group.end();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        // One that is read at a pace of its own asks takesMore() first.
        if (ctx.channel().config().isAutoRead()) {
            read.add(ctx.channel());
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        read.remove(ctx.channel());
    }

    private void pace() {
        group.abandonTheHopeless();
        boolean writable = isWritable();
        // Events are not held up by pacing: the kernel's buffer for them is bounded.
        read.forEach(channel -> channel.config().setAutoRead(writable));
        if (takesMore()) {
            waiting.forEach(Runnable::run);
        }
    }

    @Override
    public boolean hasReaders() {
        return !collectors.isEmpty();
    }

    @Override
    public void log(SendLog log) {
        group.log(log);
    }

    @Override
    public void whenTakesMore(Runnable action) {
        waiting.add(action);
    }

    @Override
    public void sendAll() {
        if (group.isUnderWay()) {
            pace();
        } else {
            group.flushAll();
        }
    }

    /** A stop has begun: collectors get so long for what there is left to say. On the event loop. */
    public void hurry(Duration left) {
        collectors.forEach(collector -> collector.hurry(left));
    }

    @Override
    public boolean takesMore() {
        for (int i = 0; i < collectors.size(); i++) {
            if (collectors.get(i).isCrowded()) {
                return false;
            }
        }
        return isWritable();
    }

    private boolean isWritable() {
        if (held) {
            return false;
        }
        for (int i = 0; i < collectors.size(); i++) {
            if (!collectors.get(i).isWritable()) {
                return false;
            }
        }
        return !group.isHeldUp();
    }

    @Override
    public long exportedEnds() {
        return exportedEnds;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ConntrackFlow flow) {
            count(flow);
            for (int i = 0; i < stacks.size(); i++) {
                stacks.get(i).export(flow);
            }
            exportedEnds += flow.isSeenEnd() ? 1 : 0;
        } else if (message instanceof NatEvent event) {
            export(event);
        } else if (message instanceof Observation observation) {
            export(observation);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private void count(ConntrackFlow flow) {
        traffic()
                .count(
                        flow.original(),
                        flow.originalPackets(),
                        flow.originalBytes(),
                        flow.replyPackets(),
                        flow.replyBytes(),
                        flow.isLast());
    }

    /** To each collector once, however many stacks lead there: a log in which all is there twice counts wrong. */
    private void export(NatEvent event) {
        for (int i = 0; i < collectors.size(); i++) {
            if (isToGetEvents(collectors.get(i))) {
                collectors.get(i).export(event);
            }
        }
    }

    private void export(Observation observation) {
        for (int i = 0; i < collectors.size(); i++) {
            if (isToGetObservations(collectors.get(i))) {
                collectors.get(i).export(observation);
            }
        }
    }

    private boolean isToGetObservations(Collector collector) {
        for (int i = 0; i < stacks.size(); i++) {
            if (stacks.get(i).givesObservationsTo(collector)) {
                return true;
            }
        }
        return false;
    }

    private boolean isToGetEvents(Collector collector) {
        for (int i = 0; i < stacks.size(); i++) {
            if (stacks.get(i).givesEventsTo(collector)) {
                return true;
            }
        }
        return false;
    }
}
