package io.nurs.appliance.source;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.CounterSourceConfig;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.appliance.source.ConntrackCounter.Group;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.conntrack.ConntrackCounters;
import io.nurs.netlink.conntrack.ConntrackCpuStats;
import io.nurs.netlink.conntrack.ConntrackExpectationStats;
import io.nurs.netlink.conntrack.ConntrackRequests;
import io.nurs.netlink.conntrack.ConntrackStatsDecoder;
import io.nurs.netlink.conntrack.ConntrackTableStats;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What conntrack counts of itself in one network namespace: {@code type: conntrack-stats}. */
public final class CounterSource extends PolledSource {
    private static final Logger LOG = LoggerFactory.getLogger(CounterSource.class);

    private final CounterSourceConfig config;
    private final CounterTotals totals;
    private @Nullable ChannelHandlerContext sink;

    private CounterSource(CounterSourceConfig config, EventLoop loop) throws StartException {
        super(config, config.interval(), loop);
        this.config = config;
        this.totals = new CounterTotals(config.perCpu());
    }

    /**
     * Opens the socket and starts reading; reports go to {@code sink}, on {@code loop}, from the end of the first interval on.
     *
     * @throws StartException if a privilege, the namespace or the kernel's part is missing
     */
    public static CounterSource open(CounterSourceConfig config, EventLoop loop, FlowSink sink)
            throws StartException, InterruptedException {
        CounterSource source = new CounterSource(config, loop);
        boolean started = false;
        try {
            source.begin(
                    config,
                    "ctnetlink, CONFIG_NF_CT_NETLINK",
                    "nf_conntrack_netlink",
                    new ConntrackStatsDecoder(source.requests.stats()),
                    source.new Answers(),
                    sink);
            source.schedule();
            started = true;
            LOG.info(
                    "source {}: statistics of conntrack of {}, every {} s",
                    config.name(),
                    source.namespace(),
                    config.interval().toSeconds());
            return source;
        } finally {
            if (!started) {
                source.discard();
            }
        }
    }

    /**
     * Finds out whether {@link #open} would find its namespace and its socket.
     *
     * @throws StartException if not
     */
    public static void check(CounterSourceConfig config) throws StartException {
        SourceSockets.discard(SourceSockets.open(
                config, SourceSockets.namespace(config), NetlinkOptions.requests(NetlinkOptions.NETLINK_NETFILTER)));
    }

    private final class Answers extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            sink = ctx;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            switch (message) {
                case ConntrackCpuStats cpu -> add(Group.TABLE, cpu.cpu(), cpu.counters());
                case ConntrackExpectationStats cpu -> add(Group.EXPECTATIONS, cpu.cpu(), cpu.counters());
                case ConntrackTableStats table -> add(Group.LEVELS, CounterReport.ALL_CPUS, table.counters());
                default -> ctx.fireChannelRead(message);
            }
        }
    }

    private void add(Group group, int cpu, ConntrackCounters counters) {
        while (counters.next()) {
            if (counters.number() < ConntrackCounter.NUMBERS) {
                totals.add(new ConntrackCounter(group, counters.number()), cpu, counters.value());
            }
        }
    }

    /** One after the other: the kernel runs one dump at a time on a socket. */
    @Override
    void read(long nowMillis, Promise<Void> done) {
        totals.begin();
        ask(
                new ArrayDeque<>(List.of(
                        ConntrackRequests::cpuStats, ConntrackRequests::expectationStats, ConntrackRequests::stats)),
                nowMillis,
                done);
    }

    private void ask(Deque<Function<ByteBufAllocator, NetlinkRequest>> questions, long nowMillis, Promise<Void> done) {
        Function<ByteBufAllocator, NetlinkRequest> next = questions.poll();
        if (next == null) {
            report(nowMillis);
            done.trySuccess(null);
            return;
        }
        requests.writeAndFlush(next.apply(requests.alloc())).addListener(answered -> {
            if (answered.isSuccess()) {
                ask(questions, nowMillis, done);
            } else {
                done.tryFailure(answered.cause());
            }
        });
    }

    private void report(long nowMillis) {
        ChannelHandlerContext to = sink;
        List<CounterReport> reports = totals.end(nowMillis);
        stats.objects = totals.counters();
        stats.lastReadingMillis = nowMillis;
        if (to != null) {
            for (CounterReport report : reports) {
                stats.reported++;
                to.fireChannelRead(report);
            }
        }
    }

    @Override
    public void adopt(SourceConfig next) {
        if (next instanceof CounterSourceConfig counters) {
            adopt(counters.interval());
        }
    }

    /** The sums over all CPUs, and the levels, as of the last reading. For any thread. */
    public Map<ConntrackCounter, Long> sums() {
        return totals.sums();
    }

    /** Whether each CPU's counters are reported too. */
    public boolean isPerCpu() {
        return config.perCpu();
    }
}
