package io.nurs.appliance.source;

import static io.nurs.netlink.nfqueue.NfqueueAttribute.*;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.NfqueueSourceConfig;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.appliance.policy.ConfiguredPolicy;
import io.nurs.appliance.policy.PacketPolicy;
import io.nurs.appliance.policy.PolicyHandler;
import io.nurs.appliance.policy.QueuedPacket;
import io.nurs.appliance.policy.VerdictStats;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.NetlinkRequestTracker;
import io.nurs.netlink.nfqueue.NfqueueDecoder;
import io.nurs.netlink.nfqueue.NfqueueRequests;
import io.nurs.netlink.nfqueue.NfqueueVerdicts;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packets that rules hand over to be decided on: {@code type: nfqueue}. One reader has one queue. Verdicts wait for nobody: a collector that
 * takes no more is given no more records, and packets go on.
 *
 * <p>Longer than a class should be: how it explains to the operator why it cannot have a queue.
 */
public final class NfqueueSource extends PacketSource {
    private static final Logger LOG = LoggerFactory.getLogger(NfqueueSource.class);
    private static final long START_TIMEOUT_MILLIS = 10_000;
    /** An answer is lost if the receive buffer has no room for it. */
    private static final long ANSWER_MILLIS = 500;

    // NF_VERDICT_MASK, linux/netfilter.h: what stands above it is the number of a queue.
    private static final int VERDICT_MASK = 0xff;

    private static final int SMALL_COPY_BYTES = 4096;
    private static final int MANY_SLOTS = 64;
    private static final int FEW_SLOTS = 16;
    /** What a datagram has beside the packet, a connection and a security context among that. */
    private static final int BESIDE_PACKET_BYTES = 4096;

    private final int maxLength;
    private final FlowSink sink;
    private final NfqueueVerdicts verdicts = new NfqueueVerdicts();
    private final PolicyHandler handler;
    private final NetlinkChannel channel;

    private NfqueueSource(NfqueueSourceConfig config, int number, PacketPolicy policy, EventLoop loop, FlowSink sink)
            throws StartException {
        super(config, number, config.queue(number), loop);
        this.sink = sink;
        this.maxLength = config.maxLength();
        this.handler = new PolicyHandler(name(), number(), config.failOpen(), policy, verdicts);
        this.channel = open(config, "packets", options(config));
    }

    private static NetlinkOptions options(NfqueueSourceConfig config) {
        return NetlinkOptions.events(NetlinkOptions.NETLINK_NETFILTER)
                .withSlots(
                        config.copyRangeBytes() <= SMALL_COPY_BYTES ? MANY_SLOTS : FEW_SLOTS,
                        config.copyRangeBytes() + BESIDE_PACKET_BYTES)
                .withReceiveBufferBytes(config.receiveBufferBytes());
    }

    /**
     * Takes the reader's number(), and decides as configured; what was decided goes to {@code sink}, on {@code loop}.
     *
     * @param number which of the source's readers, from 0
     * @throws StartException if a privilege, the namespace or the kernel's part is missing, or somebody else has the queue
     */
    public static NfqueueSource open(NfqueueSourceConfig config, int number, EventLoop loop, FlowSink sink)
            throws StartException, InterruptedException {
        return open(config, number, new ConfiguredPolicy(config.policy(), config.failOpen()), loop, sink);
    }

    /** As {@link #open}, with another policy than the configured one, until {@link #adopt}. */
    public static NfqueueSource open(
            NfqueueSourceConfig config, int number, PacketPolicy policy, EventLoop loop, FlowSink sink)
            throws StartException, InterruptedException {
        NfqueueSource source = new NfqueueSource(config, number, policy, loop, sink);
        boolean started = false;
        try {
            source.openNames();
            source.begin(config);
            started = true;
            LOG.info(
                    "source {}: queue {} of {}, policy {}",
                    source.name(),
                    source.number(),
                    source.namespace(),
                    config.policy());
            return source;
        } finally {
            if (!started) {
                source.discard();
                source.closeNames();
            }
        }
    }

    /**
     * Finds out whether {@link #open} would find its namespace and its socket. Whether its queues are free shows when it starts: this
     * process may have them.
     *
     * @throws StartException if not
     */
    public static void check(NfqueueSourceConfig config) throws StartException {
        SourceSockets.discard(SourceSockets.open(config, SourceSockets.namespace(config), options(config)));
    }

    private void begin(NfqueueSourceConfig config) throws StartException, InterruptedException {
        // The sink has those channels wait for collectors that are read by themselves when it joins them.
        channel.config().setAutoRead(false);
        channel.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(channel.stats()),
                        new NetlinkRequestTracker(),
                        new NfqueueDecoder(channel.stats()),
                        verdicts,
                        handler,
                        new QueuedPackets(),
                        sink,
                        new Tail());
        eventLoop().register(channel).sync();
        channel.config().setAutoRead(true);
        Promise<Void> bound = eventLoop().newPromise();
        eventLoop().execute(() -> ask(bind(config), bound));
        if (!bound.await(START_TIMEOUT_MILLIS)) {
            throw new StartException("source " + name() + ": the kernel has not answered within "
                    + TimeUnit.MILLISECONDS.toSeconds(START_TIMEOUT_MILLIS) + " s");
        }
        if (!bound.isSuccess()) {
            throw new StartException("source " + name() + ": " + explain(config, bound.cause()), bound.cause());
        }
    }

    private void ask(NetlinkRequest request, Promise<Void> answered) {
        channel.writeAndFlush(request).addListener(done -> {
            if (done.isSuccess()) {
                answered.trySuccess(null);
            } else {
                answered.tryFailure(done.cause());
            }
        });
    }

    /** One request: no packet comes otherwise than asked for. */
    private NetlinkRequest bind(NfqueueSourceConfig config) {
        int flags = (config.failOpen() ? NFQA_CFG_F_FAIL_OPEN : 0)
                | (config.conntrack() ? NFQA_CFG_F_CONNTRACK : 0)
                | (config.gso() ? NFQA_CFG_F_GSO : 0)
                | (config.uidGid() ? NFQA_CFG_F_UID_GID : 0)
                | (config.securityContext() ? NFQA_CFG_F_SECCTX : 0);
        NetlinkRequest request = NfqueueRequests.bind(channel.alloc(), number());
        NfqueueRequests.withCopyMode(
                request, config.copyRangeBytes() == 0 ? NFQNL_COPY_META : NFQNL_COPY_PACKET, config.copyRangeBytes());
        NfqueueRequests.withMaximumLength(request, config.maxLength());
        return NfqueueRequests.withFlags(request, flags, flags);
    }

    private String explain(NfqueueSourceConfig config, Throwable cause) {
        if (!(cause instanceof Errno errno)) {
            return cause.toString();
        }
        return switch (errno.number()) {
            case Errno.EPERM, Errno.EBUSY -> explainTaken(config, errno);
            case Errno.EINVAL ->
                "the kernel has no queues for packets, CONFIG_NETFILTER_NETLINK_QUEUE (" + errno.getMessage()
                        + "): modprobe nfnetlink_queue";
            case Errno.EOPNOTSUPP -> explainFlags(config, errno);
            default -> SourceSockets.explain(config, cause);
        };
    }

    private String explainTaken(NfqueueSourceConfig config, Errno errno) {
        QueueState state = QueueState.of(namespace(), number());
        if (state != null) {
            return "queue " + number() + " belongs to " + state.owner()
                    + "; the kernel gives a queue to one program only: stop that, or write other queues";
        }
        return "cannot have queue " + number() + ": either another program has it (as root: cat"
                + " /proc/net/netfilter/nfnetlink_queue; the second column is most often its process's id), or "
                + SourceSockets.explain(config, errno);
    }

    private static String explainFlags(NfqueueSourceConfig config, Errno errno) {
        String advice = (config.conntrack()
                        ? "; conntrack: true needs CONFIG_NETFILTER_NETLINK_GLUE_CT and modprobe nf_conntrack_netlink"
                        : "")
                + (config.securityContext() ? "; security-context: true needs CONFIG_NETWORK_SECMARK" : "");
        return errno.getMessage() + (advice.isEmpty() ? "; this kernel is too old for one of the options" : advice);
    }

    /**
     * Nothing new is to wait: with room for no packet all pass, or are dropped, as they do when the queue is full. Those that wait
     * stand before the kernel's answer. Then the queue is given back, with none in it.
     */
    @Override
    void reportLast(Promise<Void> done) {
        untilAnswered(
                NfqueueRequests.withMaximumLength(NfqueueRequests.configure(channel.alloc(), number()), 0), () -> {
                    channel.pipeline().fireChannelReadComplete();
                    untilAnswered(NfqueueRequests.unbind(channel.alloc(), number()), () -> done.trySuccess(null));
                });
    }

    /** Goes on with the answer, whatever it is, or without: an answer that finds the receive buffer full is lost. */
    private void untilAnswered(NetlinkRequest request, Runnable next) {
        if (!channel.isActive()) {
            request.release();
            next.run();
            return;
        }
        boolean[] over = {false};
        Runnable once = () -> {
            if (!over[0]) {
                over[0] = true;
                next.run();
            }
        };
        eventLoop().schedule(once, ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        channel.writeAndFlush(request).addListener(answered -> once.run());
    }

    @Override
    public void adopt(SourceConfig next) {
        if (next instanceof NfqueueSourceConfig config) {
            PacketPolicy policy = new ConfiguredPolicy(config.policy(), config.failOpen());
            eventLoop().execute(() -> handler.policy(policy));
        }
    }

    /** There is no more to report than what was. */
    @Override
    public void reportNow() {}

    /** No: it is given all that the rule does not share out to other queues. */
    @Override
    public int sampling() {
        return 1;
    }

    /** Packets that may wait in the kernel for their verdict. */
    public int maxLength() {
        return maxLength;
    }

    /** Whether the queue is another socket's, by what the kernel says of it. */
    public boolean isLost(QueueState state) {
        return state.portId() != Integer.toUnsignedLong(channel.localAddress().portId());
    }

    /** What was decided. */
    public VerdictStats decided() {
        return handler.stats();
    }

    /** Verdicts that the kernel has refused. */
    public long refused() {
        return verdicts.refused();
    }

    /** Datagrams with verdicts that were sent. */
    public long datagrams() {
        return verdicts.datagrams();
    }

    public NetlinkChannel channel() {
        return channel;
    }

    /** What the kernel tells of the queue; null if nobody has it, or this process may not know. Reads a file. */
    public @Nullable QueueState state() {
        return QueueState.of(namespace(), number());
    }

    /** Makes records of packets that have been decided on, if there is anybody to send them to. */
    private final class QueuedPackets extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object read) {
            if (!(read instanceof QueuedPacket packet)) {
                ctx.fireChannelRead(read);
                return;
            }
            count();
            if (sink.hasReaders()) {
                ctx.fireChannelRead(observed.point(packet.message(), packet.verdict() & VERDICT_MASK));
            }
        }

        private void count() {
            stats.packets = handler.stats().packets();
            stats.octets = handler.stats().octets();
            long missed = handler.stats().missed();
            if (missed != stats.lost) {
                stats.lost = missed;
                stats.gaps++;
                stats.lastLostMillis = System.currentTimeMillis();
                stats.firstLostMillis = stats.firstLostMillis == 0 ? stats.lastLostMillis : stats.firstLostMillis;
            }
        }
    }
}
