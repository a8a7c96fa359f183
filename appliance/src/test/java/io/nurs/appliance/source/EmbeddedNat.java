package io.nurs.appliance.source;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.NatEventsConfig;
import io.nurs.appliance.nat.NatEvent;
import io.nurs.appliance.nat.NatStats;
import io.nurs.appliance.totals.FlowTotals;
import io.nurs.netlink.NetlinkBatch;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.conntrack.ConntrackDecoder;
import io.nurs.netlink.conntrack.ConntrackMessage;
import io.nurs.netlink.conntrack.ConntrackStatsDecoder;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** The log of a translator without a socket. Its clock is the test's. */
public final class EmbeddedNat implements AutoCloseable {
    private final NetlinkStats netlink = new NetlinkStats();
    private final List<String> told = new ArrayList<>();
    private final NatLog log;
    private final EmbeddedChannel channel;
    private final FlowTotals totals = FlowTotals.inMemory(1_000);
    private long nowMillis = 1_700_000_000_000L;
    private int entries;

    private final class Clock implements FlowClock {
        @Override
        public long unixNanos() {
            return nowMillis * 1_000_000;
        }

        @Override
        public long monotonicNanos() {
            return nowMillis * 1_000_000;
        }
    }

    private EmbeddedNat(ConntrackSourceConfig config, int blockPorts) {
        log = new NatLog(config, new NatEventsConfig(blockPorts, 80), Share.ALL, new Clock());
        channel = new EmbeddedChannel(
                new NetlinkMessageDecoder(netlink),
                new ConntrackStatsDecoder(netlink),
                new ConntrackDecoder(netlink),
                log);
    }

    /** Keeps the events as text: see {@link #told()}. */
    static EmbeddedNat of(ConntrackSourceConfig config, int blockPorts) {
        EmbeddedNat nat = new EmbeddedNat(config, blockPorts);
        nat.channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                if (message instanceof NatEvent event) {
                    nat.told.add(text(event));
                } else if (message instanceof ConntrackMessage) {
                    nat.entries++;
                }
            }
        });
        return nat;
    }

    static EmbeddedNat of(int blockPorts) {
        return of(ConntrackSourceConfig.defaults("nat"), blockPorts);
    }

    /** Hands events to an exporter. */
    public static EmbeddedNat to(ChannelInboundHandler exporter, int blockPorts) {
        EmbeddedNat nat = new EmbeddedNat(ConntrackSourceConfig.defaults("nat"), blockPorts);
        nat.channel.pipeline().addLast(exporter, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {}
        });
        return nat;
    }

    public EmbeddedNat at(long millis) {
        nowMillis = millis;
        return this;
    }

    public EmbeddedNat read(EntryMessage... messages) {
        return read(EmbeddedSource.batch(
                Stream.of(messages).map(EntryMessage::octets).toArray(byte[][]::new)));
    }

    public EmbeddedNat read(NetlinkBatch batch) {
        channel.pipeline().fireChannelRead(batch);
        channel.checkException();
        return this;
    }

    /** The table is so full. */
    public EmbeddedNat look(long count, long max) {
        log.look(channel.pipeline().context(log), count, max);
        channel.checkException();
        return this;
    }

    /** As a source does that cannot read how full the table is. */
    EmbeddedNat lookWithoutTable() {
        NatEvents.lookAtTable(log, channel.pipeline().context(log), null);
        channel.checkException();
        return this;
    }

    /** So many packets have found no free port since the counters were read the last time. */
    public EmbeddedNat fail(int packets) {
        for (int failed : new int[] {0, packets}) {
            NetlinkRequest answer = CpuStatsMessages.of(0, failed, failed);
            channel.pipeline().fireChannelRead(EmbeddedSource.batch(ByteBufUtil.getBytes(answer.buffer())));
            answer.release();
            log.counted();
        }
        return this;
    }

    /** The entry that this message lists is given up for gone. */
    EmbeddedNat vanish(EntryMessage entry) {
        BiConsumer<ChannelHandlerContext, ConntrackMessage> give = (ctx, message) -> {
            long slot = totals.insert(message, message.startNanos(), 1);
            log.gone(ctx, totals.flow(slot));
        };
        ChannelInboundHandlerAdapter giver = new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                give.accept(channel.pipeline().context(log), (ConntrackMessage) message);
            }
        };
        EmbeddedChannel other =
                new EmbeddedChannel(new NetlinkMessageDecoder(netlink), new ConntrackDecoder(netlink), giver);
        other.pipeline().fireChannelRead(EmbeddedSource.batch(entry.octets()));
        other.checkException();
        return this;
    }

    /** A lap of the walk has ended, and the kernel has none of the sessions that it did not meet. */
    EmbeddedNat lap() {
        log.whenLapEnds(lap -> {
            FlowTotals live = Objects.requireNonNull(log.live());
            for (long slot = live.nextOlderThan(0, lap, 10_000); slot >= 0; slot = live.nextOlderThan(0, lap, 10_000)) {
                log.vanished(channel.pipeline().context(log), slot);
            }
        });
        log.lapEnded();
        return this;
    }

    /** What was told since the last time that this was asked. */
    List<String> told() {
        List<String> since = List.copyOf(told);
        told.clear();
        return since;
    }

    /** Entries that went on. */
    int passed() {
        return entries;
    }

    public NatStats stats() {
        return log.stats();
    }

    int sessions() {
        return log.sessions();
    }

    private static String text(NatEvent event) {
        String head = event.natEvent() + " @" + event.timeMillis() % 1_000_000
                + (event.zone() == 0 ? " " : " zone " + event.zone() + " ");
        return head
                + switch (event.shape()) {
                    case SESSION ->
                        event.protocol() + " " + address(event::copySource, event) + ":" + event.sourcePort() + "="
                                + address(event::copyPostNatSource, event) + ":" + event.postNaptSourcePort() + " > "
                                + address(event::copyDestination, event) + ":" + event.destinationPort() + "="
                                + address(event::copyPostNatDestination, event) + ":"
                                + event.postNaptDestinationPort() + " realm " + event.originatingRealm();
                    case ADDRESS_BINDING ->
                        address(event::copyInside, event) + " on " + address(event::copyOutside, event);
                    case PORT_BLOCK ->
                        address(event::copyInside, event) + " on " + address(event::copyOutside, event) + " "
                                + event.firstPort() + "-" + event.lastPort() + " of " + event.ports();
                    case PORTS_EXHAUSTED -> Integer.toHexString(event.outsideAddress());
                    case QUOTA, THRESHOLD -> Integer.toString(event.limit());
                };
    }

    private static String address(BiConsumer<MemorySegment, Long> copy, NatEvent event) {
        byte[] octets = new byte[event.isIpv6() ? 16 : 4];
        copy.accept(MemorySegment.ofArray(octets), 0L);
        try {
            return InetAddress.getByAddress(octets).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        log.close();
        totals.close();
    }
}
