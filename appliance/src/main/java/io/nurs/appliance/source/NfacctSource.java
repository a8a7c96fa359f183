package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.FirstStart;
import io.nurs.appliance.config.NfacctSourceConfig;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.nfacct.NfacctAttribute;
import io.nurs.netlink.nfacct.NfacctDecoder;
import io.nurs.netlink.nfacct.NfacctMessage;
import io.nurs.netlink.nfacct.NfacctObject;
import io.nurs.netlink.nfacct.NfacctRequests;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accounting objects of one network namespace: all at each interval, and those whose quota is used up at once.
 *
 * <p>With {@code zero: true} it lists them, and then reads and zeroes one after the other: a dump that zeroes loses the counts of the
 * object that does not fit into a datagram any more, see {@link NfacctRequests#dumpAndZero}.
 */
public final class NfacctSource extends PolledSource {
    private static final Logger LOG = LoggerFactory.getLogger(NfacctSource.class);
    private volatile NfacctSourceConfig config;
    private final NfacctTotals totals;
    /** What the dump under way has told; null while objects are asked for one by one. */
    private @Nullable List<NfacctObject> listed;

    private long askedMillis;
    private @Nullable ChannelHandlerContext sink;

    private NfacctSource(NfacctSourceConfig config, EventLoop loop) throws StartException {
        super(config, config.interval(), loop);
        this.config = config;
        this.totals = new NfacctTotals(config.zero(), config.firstStart() == FirstStart.BASELINE, stats);
    }

    /**
     * Opens the sockets and starts reading; reports go to {@code sink}, on {@code loop}.
     *
     * @throws StartException if a privilege, the namespace or the kernel's part is missing
     */
    public static NfacctSource open(NfacctSourceConfig config, EventLoop loop, FlowSink sink)
            throws StartException, InterruptedException {
        NfacctSource source = new NfacctSource(config, loop);
        boolean started = false;
        try {
            // Without the subsystem one joins its group all the same: ask first.
            source.begin(
                    config,
                    "nfnetlink_acct, CONFIG_NETFILTER_NETLINK_ACCT",
                    "nfnetlink_acct",
                    new NfacctDecoder(source.requests.stats()),
                    source.new Answers(),
                    sink);
            source.listen(sink);
            source.schedule();
            started = true;
            LOG.info(
                    "source {}: nfacct of {}, every {} s, {} objects",
                    config.name(),
                    source.namespace(),
                    config.interval().toSeconds(),
                    source.stats.objects);
            return source;
        } finally {
            if (!started) {
                source.discard();
            }
        }
    }

    /**
     * Finds out whether {@link #open} would find its namespace and its sockets.
     *
     * @throws StartException if not
     */
    public static void check(NfacctSourceConfig config) throws StartException {
        SourceSockets.discard(SourceSockets.open(config, SourceSockets.namespace(config), eventOptions()));
    }

    private static NetlinkOptions eventOptions() {
        return NetlinkOptions.events(NetlinkOptions.NETLINK_NETFILTER, NfacctAttribute.NFNLGRP_ACCT_QUOTA);
    }

    private void listen(FlowSink sink) throws StartException, InterruptedException {
        NetlinkChannel opened = open(config, "events", eventOptions());
        opened.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(opened.stats()),
                        new NfacctDecoder(opened.stats()),
                        new QuotaEvents(),
                        sink,
                        new Tail());
        eventLoop().register(opened).sync();
    }

    private final class QuotaEvents extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!(message instanceof NfacctMessage object)) {
                ctx.fireChannelRead(message);
            } else if (object.isQuotaEvent()) {
                long now = System.currentTimeMillis();
                stats.quotaEvents++;
                stats.reported++;
                ctx.fireChannelRead(new NfacctReport(NfacctReport.Kind.QUOTA, object.snapshot(), now, now, 0, 0));
            }
        }
    }

    private final class Answers extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            sink = ctx;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!(message instanceof NfacctMessage object)) {
                ctx.fireChannelRead(message);
            } else if (listed != null) {
                listed.add(object.snapshot());
            } else {
                report(object.snapshot());
            }
        }
    }

    private void report(NfacctObject object) {
        NfacctReport report = totals.report(object, askedMillis);
        ChannelHandlerContext to = sink;
        if (report != null && to != null) {
            stats.reported++;
            to.fireChannelRead(report);
        }
    }

    @Override
    void read(long nowMillis, Promise<Void> done) {
        List<NfacctObject> objects = new ArrayList<>();
        listed = objects;
        askedMillis = nowMillis;
        requests.writeAndFlush(NfacctRequests.dump(requests.alloc())).addListener(dumped -> {
            listed = null;
            if (!dumped.isSuccess()) {
                done.tryFailure(dumped.cause());
            } else if (config.zero()) {
                Deque<String> names = new ArrayDeque<>();
                objects.forEach(object -> names.add(object.name()));
                askEach(
                        names,
                        name -> NfacctRequests.readAndZero(requests.alloc(), name),
                        done,
                        () -> end(objects.size(), done));
            } else {
                objects.forEach(this::report);
                end(objects.size(), done);
            }
        });
    }

    private void end(int objects, Promise<Void> done) {
        stats.objects = objects;
        stats.lastReadingMillis = askedMillis;
        totals.endReading(askedMillis);
        done.trySuccess(null);
    }

    @Override
    public void adopt(SourceConfig next) {
        if (next instanceof NfacctSourceConfig nfacct) {
            config = nfacct;
            adopt(nfacct.interval());
        }
    }

    /** Whether reports set the objects to zero. */
    public boolean zeroes() {
        return config.zero();
    }

    /** What was reported of each object since the start. For any thread. */
    public Map<String, ObjectTotals.Reported> reported() {
        return totals.reported();
    }
}
