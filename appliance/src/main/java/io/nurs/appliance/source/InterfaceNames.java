package io.nurs.appliance.source;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.nurs.appliance.RateLimit;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkControl;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequestTracker;
import io.nurs.netlink.NetworkNamespace;
import io.nurs.netlink.route.LinkDecoder;
import io.nurs.netlink.route.LinkMessage;
import io.nurs.netlink.route.RouteAttribute;
import io.nurs.netlink.route.RouteRequests;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the interfaces of a namespace are called. Whatever the kernel tells of a link, or cannot tell because its socket is full,
 * has all of them listed again, soon and at most once a second: so no order of events can leave a wrong name behind. It tells
 * nothing of a description that changes while the interface is down: those are found once a minute. All but {@link #open} on the
 * event loop.
 */
public final class InterfaceNames {
    private static final Logger LOG = LoggerFactory.getLogger(InterfaceNames.class);

    /** Of 15 octets a name and 255 a description: some MiB at worst. */
    static final int MAX_INTERFACES = 16_384;

    private static final int SLOTS = 4;
    /** As much as the kernel puts into one datagram of a dump. */
    private static final int SLOT_BYTES = 32 * 1024;

    private static final long SETTLE_MILLIS = 1_000;
    private static final Duration LOOK_INTERVAL = Duration.ofMinutes(1);
    private static final long ANSWER_SECONDS = 10;

    private final NetlinkChannel channel;
    private final int limit;
    private final ChannelPromise read;
    private final RateLimit limitWarning = new RateLimit();
    private final TreeMap<Integer, Interface> listed = new TreeMap<>();
    private List<Interface> interfaces = List.of();
    private long revision;
    private long beyondLimit;
    private boolean listing;
    private boolean waiting;
    private boolean changedMeanwhile;

    private record Interface(int index, String name, String description) {}

    /** Takes one interface. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * Called for each, by ascending index.
         *
         * @param index ifindex, as records carry it in ingressInterface(10) and egressInterface(14)
         * @param name up to 15 octets
         * @param description what the operator calls it ({@code ip link set … alias}), up to 255 octets; empty if nothing
         */
        void visit(int index, String name, String description);
    }

    private InterfaceNames(NetlinkChannel channel, int limit) {
        this.channel = channel;
        this.limit = limit;
        this.read = channel.newPromise();
    }

    /**
     * Reads the names once before it returns, and goes on reading on {@code loop}, of which this is not the thread.
     *
     * @throws IOException if the namespace cannot be entered or the kernel does not answer
     */
    public static InterfaceNames open(NetworkNamespace namespace, EventLoop loop) throws IOException {
        return open(namespace, loop, MAX_INTERFACES, LOOK_INTERVAL);
    }

    static InterfaceNames open(NetworkNamespace namespace, EventLoop loop, int limit, Duration interval)
            throws IOException {
        // Not NO_ENOBUFS: that events were lost is all that has to be known of them.
        NetlinkOptions options = NetlinkOptions.events(NetlinkOptions.NETLINK_ROUTE, RouteAttribute.RTNLGRP_LINK)
                .withSlots(SLOTS, SLOT_BYTES)
                .withNoEnobufs(false);
        NetlinkChannel channel = namespace.call(() -> NetlinkChannel.open(options));
        InterfaceNames names = new InterfaceNames(channel, limit);
        channel.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(channel.stats()),
                        new NetlinkRequestTracker(),
                        new LinkDecoder(channel.stats()),
                        names.new Reader());
        loop.register(channel);
        if (!names.read.awaitUninterruptibly(ANSWER_SECONDS, TimeUnit.SECONDS) || !names.read.isSuccess()) {
            names.close();
            throw new IOException("cannot list the interfaces of " + namespace, names.read.cause());
        }
        long millis = interval.toMillis();
        Future<?> look = loop.scheduleWithFixedDelay(names::listSoon, millis, millis, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> look.cancel(false));
        return names;
    }

    /** Hands each interface to {@code visitor}; allocates nothing. */
    public void forEach(Visitor visitor) {
        for (int i = 0; i < interfaces.size(); i++) {
            Interface one = interfaces.get(i);
            visitor.visit(one.index, one.name, one.description);
        }
    }

    public int size() {
        return interfaces.size();
    }

    /** Another number whenever {@link #forEach} has something else to tell. */
    public long revision() {
        return revision;
    }

    /** From any thread. */
    public ChannelFuture close() {
        return channel.close();
    }

    private void list() {
        listing = true;
        changedMeanwhile = false;
        beyondLimit = 0;
        listed.clear();
        channel.writeAndFlush(RouteRequests.dumpLinks(channel.alloc())).addListener(this::listed);
    }

    private void listed(Future<?> answer) {
        listing = false;
        if (answer.isSuccess()) {
            take();
            read.trySuccess();
        } else if (channel.isOpen()) {
            LOG.debug("cannot list interfaces, will try again", answer.cause());
            changedMeanwhile = true;
            read.tryFailure(answer.cause());
        }
        if (changedMeanwhile) {
            listSoon();
        }
    }

    private void take() {
        List<Interface> now = List.copyOf(listed.values());
        listed.clear();
        if (!now.equals(interfaces)) {
            interfaces = now;
            revision++;
        }
        if (beyondLimit > 0 && limitWarning.permits()) {
            LOG.warn("{} interfaces have no name in records, because there are more than {}", beyondLimit, limit);
        }
    }

    private void listSoon() {
        if (listing) {
            changedMeanwhile = true;
        } else if (!waiting) {
            waiting = true;
            channel.eventLoop()
                    .schedule(
                            () -> {
                                waiting = false;
                                if (channel.isActive()) {
                                    list();
                                }
                            },
                            SETTLE_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }

    private final class Reader extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            list();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof LinkMessage link && link.isDumped()) {
                add(link);
            } else if (message instanceof LinkMessage
                    || message instanceof NetlinkControl.Overrun
                    || message instanceof NetlinkControl.DumpInterrupted) {
                listSoon();
            }
        }

        private void add(LinkMessage link) {
            // A dump that is interrupted may list one twice.
            if (listed.size() < limit || listed.containsKey(link.index())) {
                listed.put(link.index(), new Interface(link.index(), link.name(), link.alias()));
            } else {
                beyondLimit++;
            }
        }
    }
}
