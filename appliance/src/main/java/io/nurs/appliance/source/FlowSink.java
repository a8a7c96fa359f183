package io.nurs.appliance.source;

import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.appliance.traffic.TrafficCounts;

/** Where a source's flows go: the last handler of its pipelines, on its event loop. */
public abstract class FlowSink extends ChannelInboundHandlerAdapter {
    private final TrafficCounts traffic = new TrafficCounts();

    /** What all flows that came here have brought. */
    public final TrafficCounts traffic() {
        return traffic;
    }

    /** Whether there is anybody to send to. */
    public boolean hasReaders() {
        return true;
    }

    /** Has {@code log} told of what is sent from now on. */
    public abstract void log(SendLog log);

    /** Sends all that has been handed over, unless what was sent before is still on its way: then no more is read until it is. */
    public abstract void sendAll();

    /** Has {@code action} run on the event loop when it takes more again. */
    public abstract void whenTakesMore(Runnable action);

    /** Whether it takes more without letting go of something. */
    public abstract boolean takesMore();

    /** How many {@link ConntrackFlow#isSeenEnd() seen ends} have gone all the way. */
    public abstract long exportedEnds();
}
