package io.nurs.appliance.source;

import static io.nurs.netlink.nflog.NflogAttribute.*;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.NflogSourceConfig;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.NetlinkRequestTracker;
import io.nurs.netlink.nflog.NflogDecoder;
import io.nurs.netlink.nflog.NflogMessage;
import io.nurs.netlink.nflog.NflogRequests;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group's packets: {@code type: nflog}. While a collector takes no more, packets wait in the socket's receive buffer; those
 * that find no room there are missing in the group's numbers, and so are counted.
 *
 * <p>At the end it gives the group back: the kernel then sends what it has collected, and acknowledges behind that.
 */
public final class NflogSource extends PacketSource {
    private static final Logger LOG = LoggerFactory.getLogger(NflogSource.class);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

    /** The headers of IPv6 with some extensions, and of TCP with all its options. */
    private static final int HEADER_BYTES = 128;

    private static final int SLOTS = 4;
    /** The longest packet, with its prefix and attributes, and what the kernel needs itself. */
    private static final int LEAST_BYTES = 65 << 10;

    private static final int KERNELS_OWN_BYTES = 1 << 10;

    private static final int NFULNL_TICK_MILLIS = 10;

    /** An acknowledgement may find no room in the buffer. */
    private static final long ASK_AGAIN_MILLIS = 500;

    private final NetlinkChannel packets;
    private volatile NflogSourceConfig config;
    private volatile boolean whole;

    private NflogSource(NflogSourceConfig config, int reader, boolean whole, EventLoop loop) throws StartException {
        super(config, reader, config.groups().get(reader), loop);
        this.config = config;
        this.whole = whole;
        this.packets = open(config, "packets", options(config));
    }

    private static NetlinkOptions options(NflogSourceConfig config) {
        return NetlinkOptions.events(NetlinkOptions.NETLINK_NETFILTER)
                .withSlots(SLOTS, slotBytes(Math.max(LEAST_BYTES, config.bufferBytes() + KERNELS_OWN_BYTES)))
                .withReceiveBufferBytes(config.receiveBufferBytes());
    }

    /** The kernel fills all that it was given for a buffer that it asks for, which is a power of two: alloc_skb() */
    private static int slotBytes(int bufferBytes) {
        return Integer.highestOneBit(bufferBytes - 1) << 1;
    }

    /**
     * Opens the socket, takes the group, and starts reading; packets go to {@code sink}, on {@code loop}.
     *
     * @param reader which of the groups, from 0
     * @param whole whether whole packets are wanted where the configuration does not say how much of them
     * @throws StartException if a privilege, the namespace or the kernel's part is missing, or another process has the group
     */
    public static NflogSource open(NflogSourceConfig config, int reader, boolean whole, EventLoop loop, FlowSink sink)
            throws StartException, InterruptedException {
        NflogSource source = new NflogSource(config, reader, whole, loop);
        boolean started = false;
        try {
            source.openNames();
            source.begin(sink);
            started = true;
            LOG.info("source {}: NFLOG group {} of {}", source.name(), source.number(), source.namespace());
            return source;
        } finally {
            if (!started) {
                source.discard();
                source.closeNames();
            }
        }
    }

    /**
     * Finds out whether {@link #open} would find its namespace and its socket. Whether its groups are free shows when they are taken.
     *
     * @throws StartException if not
     */
    public static void check(NflogSourceConfig config) throws StartException {
        SourceSockets.discard(SourceSockets.open(config, SourceSockets.namespace(config), options(config)));
    }

    private void begin(FlowSink sink) throws StartException, InterruptedException {
        packets.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(packets.stats()),
                        new NetlinkRequestTracker(),
                        new NflogDecoder(packets.stats()),
                        new Observer(),
                        sink,
                        new Tail());
        eventLoop().register(packets).sync();
        NetlinkRequest bind = settings(
                NflogRequests.withBufferBytes(NflogRequests.bind(packets.alloc(), number()), config.bufferBytes()));
        Future<Void> bound = packets.writeAndFlush(bind);
        if (!bound.await(START_TIMEOUT.toMillis())) {
            throw new StartException("source " + name() + ": the kernel has not given it group " + number() + " within "
                    + START_TIMEOUT.toSeconds() + " s; see which of its collectors takes no more");
        }
        if (!bound.isSuccess()) {
            throw new StartException("source " + name() + ": " + explain(bound.cause()), bound.cause());
        }
    }

    /** All of them: those that a reload may change. */
    private NetlinkRequest settings(NetlinkRequest request) {
        NflogSourceConfig now = config;
        boolean meta = now.copy() == NflogSourceConfig.Copy.META;
        NflogRequests.withCopyMode(request, meta ? NFULNL_COPY_META : NFULNL_COPY_PACKET, meta ? 0 : range(now));
        NflogRequests.withThreshold(request, now.queueThreshold());
        NflogRequests.withTimeout(request, (int) (now.timeout().toMillis() / NFULNL_TICK_MILLIS));
        return NflogRequests.withFlags(
                request,
                NFULNL_CFG_F_SEQ
                        | (now.globalSequence() ? NFULNL_CFG_F_SEQ_GLOBAL : 0)
                        | (now.conntrack() ? NFULNL_CFG_F_CONNTRACK : 0));
    }

    private int range(NflogSourceConfig now) {
        if (now.copyRangeBytes() > 0) {
            return now.copyRangeBytes();
        }
        return whole ? NflogRequests.MOST_COPIED_BYTES : HEADER_BYTES;
    }

    private String explain(Throwable cause) {
        int errno = cause instanceof Errno refused ? refused.number() : 0;
        if (errno == Errno.EPERM || errno == Errno.EBUSY) {
            String owner = GroupOwners.of(namespace(), number());
            if (!owner.isEmpty()) {
                return "NFLOG group " + number() + " is taken, by " + owner
                        + "; the kernel gives a group to one socket: stop that, or choose another group here and in the rule";
            }
        }
        if (errno == Errno.EOPNOTSUPP && config.conntrack()) {
            return "this kernel does not tell connections with packets (CONFIG_NETFILTER_NETLINK_GLUE_CT, "
                    + cause.getMessage() + "); leave conntrack: true out";
        }
        return PolledSource.explain(config, cause, "nfnetlink_log, CONFIG_NETFILTER_NETLINK_LOG", "nfnetlink_log");
    }

    private final class Observer extends ChannelInboundHandlerAdapter {
        private final SequenceWatch sequence = new SequenceWatch(stats, System::currentTimeMillis);

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!(message instanceof NflogMessage packet)) {
                ctx.fireChannelRead(message);
                return;
            }
            if (packet.hasSequence()) {
                sequence.see(packet.sequence());
            }
            observed.point(packet);
            stats.packets++;
            stats.octets += observed.packetLength();
            ctx.fireChannelRead(observed);
        }
    }

    @Override
    public void adopt(SourceConfig next) {
        if (next instanceof NflogSourceConfig nflog && !nflog.equals(config)) {
            config = nflog;
            reconfigure();
        }
    }

    /** Whether whole packets are wanted from now on, where the configuration does not say how much of them. */
    public void wantWhole(boolean wanted) {
        if (wanted != whole) {
            whole = wanted;
            reconfigure();
        }
    }

    private void reconfigure() {
        packets.writeAndFlush(settings(NflogRequests.configure(packets.alloc(), number())))
                .addListener(answered -> {
                    if (!answered.isSuccess()) {
                        LOG.warn(
                                "source {}: the kernel did not take the new settings of group {}: {}",
                                name(),
                                number(),
                                answered.cause().getMessage());
                    }
                });
    }

    /** What the kernel collects leaves after {@code timeout} anyway. */
    @Override
    public void reportNow() {}

    @Override
    void reportLast(Promise<Void> done) {
        if (!packets.isActive()) {
            done.trySuccess(null);
            return;
        }
        // The answer to a second one is that the group has no receiver, which is as good.
        Future<?> again = eventLoop()
                .scheduleWithFixedDelay(() -> unbind(done), ASK_AGAIN_MILLIS, ASK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        done.addListener(ended -> again.cancel(false));
        unbind(done);
    }

    private void unbind(Promise<Void> done) {
        packets.writeAndFlush(NflogRequests.unbind(packets.alloc(), number()))
                .addListener(answered -> done.trySuccess(null));
    }

    @Override
    public int sampling() {
        return config.sampling();
    }
}
