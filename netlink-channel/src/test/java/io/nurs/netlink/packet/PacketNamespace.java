package io.nurs.netlink.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.nurs.netlink.CountingEventLoop;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.NetlinkRequestTracker;
import io.nurs.netlink.NetworkNamespace;
import io.nurs.netlink.route.Loopback;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

/** A namespace whose loopback is up, and what tests of packets do there. */
public final class PacketNamespace implements AutoCloseable {
    /** Far more than anything here takes: only a hang is that long. */
    public static final int PATIENCE_SECONDS = 30;

    private static final int SLOTS = 8;
    private static final int SLOT_BYTES = 68 * 1024;

    private final NetworkNamespace namespace;

    private PacketNamespace(NetworkNamespace namespace) {
        this.namespace = namespace;
    }

    public static PacketNamespace create() throws IOException {
        PacketNamespace made = new PacketNamespace(NetworkNamespace.create());
        made.namespace.call(() -> {
            Loopback.up();
            return 0;
        });
        return made;
    }

    /** A socket for packets, however long. */
    public static NetlinkOptions options() {
        return NetlinkOptions.events(NetlinkOptions.NETLINK_NETFILTER).withSlots(SLOTS, SLOT_BYTES);
    }

    public NetlinkChannel open(CountingEventLoop loop, NetlinkOptions options) throws Exception {
        NetlinkChannel channel = namespace.call(() -> NetlinkChannel.open(options));
        channel.pipeline().addLast(new NetlinkMessageDecoder(channel.stats()), new NetlinkRequestTracker());
        loop.register(channel).sync();
        return channel;
    }

    public NetlinkChannel open(CountingEventLoop loop, ChannelHandler... handlers) throws Exception {
        NetlinkChannel channel = open(loop, options());
        channel.pipeline().addLast(handlers);
        return channel;
    }

    /** 0 for a request that was carried out. */
    public static int ask(NetlinkChannel channel, NetlinkRequest request) throws InterruptedException {
        ChannelFuture answer = channel.writeAndFlush(request).await();
        return answer.isSuccess()
                ? 0
                : assertInstanceOf(Errno.class, answer.cause()).number();
    }

    /** A process starts where the thread is that starts it. */
    public String run(String... command) throws IOException {
        return namespace.call(() -> {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), said);
            return said;
        });
    }

    /** Runs several, split at white space, in one go. */
    public void sh(String... commands) throws IOException {
        run("sh", "-ec", String.join("\n", commands));
    }

    public <T> T call(Callable<T> task) throws IOException {
        return namespace.call(task);
    }

    public DatagramSocket udp(int port) throws IOException {
        DatagramSocket socket = namespace.call(() -> new DatagramSocket(port));
        socket.setSoTimeout(PATIENCE_SECONDS * 1000);
        return socket;
    }

    public void send(DatagramSocket from, String address, int port, String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        from.send(new DatagramPacket(octets, octets.length, InetAddress.getByName(address), port));
    }

    public String receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        namespace.close();
    }
}
