package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.netlink.NetlinkBatch;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.conntrack.ConntrackDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A conntrack source's pipeline without a socket. */
public final class EmbeddedSource {
    private final NetlinkStats netlink = new NetlinkStats();
    private final ConntrackStats stats = new ConntrackStats();
    private final ConntrackAccounting accounting;
    private final EmbeddedChannel channel;
    private boolean tableIsNearlyFull;

    public EmbeddedSource(ConntrackSourceConfig config, InstantSource clock, ChannelInboundHandler exporter) {
        accounting = new ConntrackAccounting(config, clock, stats, () -> tableIsNearlyFull);
        channel = new EmbeddedChannel(
                new NetlinkMessageDecoder(netlink), new ConntrackDecoder(netlink), accounting, exporter);
    }

    /** Has each flow handed to {@code flows}, which must not keep it. */
    public EmbeddedSource(ConntrackSourceConfig config, InstantSource clock, Consumer<ConntrackFlow> flows) {
        this(config, clock, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                flows.accept((ConntrackFlow) message);
            }
        });
    }

    void tableIsNearlyFull(boolean is) {
        tableIsNearlyFull = is;
    }

    public void read(EntryMessage... messages) {
        read(Stream.of(messages).map(EntryMessage::octets).toArray(byte[][]::new));
    }

    public void read(byte[]... datagrams) {
        read(batch(datagrams));
    }

    public void read(NetlinkBatch batch) {
        channel.pipeline().fireChannelRead(batch);
        channel.checkException();
    }

    /** One datagram a slot. */
    public static NetlinkBatch batch(byte[]... datagrams) {
        int slotBytes = 1
                + Stream.of(datagrams)
                        .mapToInt(datagram -> datagram.length)
                        .max()
                        .orElse(0);
        // Off the heap, as the channel's is.
        MemorySegment memory = Arena.ofAuto().allocate((long) slotBytes * datagrams.length);
        NetlinkBatch batch = new NetlinkBatch(memory, slotBytes).count(datagrams.length);
        for (int slot = 0; slot < datagrams.length; slot++) {
            MemorySegment.copy(
                    MemorySegment.ofArray(datagrams[slot]), 0, memory, batch.offset(slot), datagrams[slot].length);
            batch.length(slot, datagrams[slot].length);
        }
        return batch;
    }

    /** Messages recorded from a kernel, which netlink-channel keeps. */
    public static List<byte[]> captures() {
        Path directory = Path.of(System.getProperty("nurs.root", ".."), "netlink-channel/src/test/resources/conntrack");
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().map(EmbeddedSource::capture).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] capture(Path file) {
        try {
            return HexFormat.of()
                    .parseHex(Files.readString(file).replaceAll("#.*", "").replaceAll("\\s", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ConntrackAccounting accounting() {
        return accounting;
    }

    /** Those of a source that has lost events. */
    public static ConntrackStats statsWithLoss(long events, long firstMillis, long lastMillis) {
        ConntrackStats stats = new ConntrackStats();
        stats.lost(events - 1, firstMillis);
        stats.lost(events, lastMillis);
        return stats;
    }

    public ConntrackStats stats() {
        return stats;
    }

    public NetlinkStats netlink() {
        return netlink;
    }
}
