package io.nurs.appliance.source;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.NetlinkBatch;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.nflog.NflogDecoder;
import io.nurs.netlink.packet.PacketMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.Consumer;

/** From the octets of NFLOG to observed packets, without a socket. */
public final class EmbeddedPackets {
    private final NetlinkStats netlink = new NetlinkStats();
    private final EmbeddedChannel channel;

    /** Has each packet handed to {@code exporter}. */
    public EmbeddedPackets(ChannelInboundHandler exporter) {
        channel = new EmbeddedChannel(
                new NetlinkMessageDecoder(netlink), new NflogDecoder(netlink), new Observer(), exporter);
    }

    /** Has each packet handed to {@code packets}, which must not keep it. */
    public EmbeddedPackets(Consumer<ObservedPacket> packets) {
        this(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                if (message instanceof ObservedPacket packet) {
                    packets.accept(packet);
                }
            }
        });
    }

    private static final class Observer extends ChannelInboundHandlerAdapter {
        private final ObservedPacket observed = new ObservedPacket();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof PacketMessage packet) {
                ctx.fireChannelRead(observed.point(packet));
            }
        }
    }

    public void read(byte[]... datagrams) {
        read(EmbeddedSource.batch(datagrams));
    }

    public void read(NetlinkBatch batch) {
        channel.pipeline().fireChannelRead(batch);
        channel.checkException();
    }

    public NetlinkStats netlink() {
        return netlink;
    }

    /** Recorded from a kernel; netlink-channel keeps it. */
    public static byte[] capture(String name) {
        Path file = Path.of(
                System.getProperty("nurs.root", ".."), "netlink-channel/src/test/resources/nflog/" + name + ".hex");
        try {
            return HexFormat.of()
                    .parseHex(Files.readString(file).replaceAll("#.*", "").replaceAll("\\s", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
