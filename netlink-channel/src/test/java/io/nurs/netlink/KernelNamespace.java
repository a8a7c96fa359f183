package io.nurs.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** A network namespace of a test's own, with {@code lo} up: tools run in it, channels to its kernel, traffic within it. */
public final class KernelNamespace implements AutoCloseable {
    private final NetworkNamespace namespace;

    private KernelNamespace(NetworkNamespace namespace) {
        this.namespace = namespace;
    }

    public static KernelNamespace create() throws IOException {
        KernelNamespace made = new KernelNamespace(NetworkNamespace.create());
        made.run("ip", "link", "set", "lo", "up");
        return made;
    }

    /** A channel of netfilter for requests, behind a decoder of messages and a tracker. */
    public NetlinkChannel requests(CountingEventLoop loop, Handlers handlers) throws Exception {
        return open(loop, NetlinkOptions.requests(NetlinkOptions.NETLINK_NETFILTER), handlers);
    }

    /** A channel of netfilter that has joined groups. */
    public NetlinkChannel events(CountingEventLoop loop, Handlers handlers, Integer... groups) throws Exception {
        return open(
                loop,
                NetlinkOptions.events(NetlinkOptions.NETLINK_NETFILTER, groups).withSlots(16, 8 * 1024),
                handlers);
    }

    /** What stands behind the decoder of messages and the tracker. */
    @FunctionalInterface
    public interface Handlers {
        ChannelHandler[] of(NetlinkStats stats);
    }

    private NetlinkChannel open(CountingEventLoop loop, NetlinkOptions options, Handlers handlers) throws Exception {
        NetlinkChannel channel = namespace.call(() -> NetlinkChannel.open(options));
        channel.pipeline()
                .addLast(new NetlinkMessageDecoder(channel.stats()), new NetlinkRequestTracker())
                .addLast(handlers.of(channel.stats()));
        loop.register(channel).sync();
        return channel;
    }

    /** Sends a request and waits until it is carried out. */
    public static void send(NetlinkChannel channel, Object request) throws InterruptedException {
        channel.writeAndFlush(request).sync();
    }

    /** Sends a request: the errno by which it is refused, 0 if it is carried out. */
    public static int errno(NetlinkChannel channel, Object request) throws InterruptedException {
        ChannelFuture answer = channel.writeAndFlush(request).await();
        return answer.cause() instanceof Errno refused ? refused.number() : 0;
    }

    /** Runs what makes sockets of its own. */
    public <T> T call(Callable<T> within) throws IOException {
        return namespace.call(within);
    }

    /** What a tool prints; it must succeed. */
    public String run(String... command) throws IOException {
        return namespace.call(() -> {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), said);
            return said;
        });
    }

    /** Starts a tool that goes on, and prints to a file. */
    public Process start(Path output, String... command) throws IOException {
        return namespace.call(() -> new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start());
    }

    /** Sends datagrams to a port of 127.0.0.1; nobody need listen there. */
    public void sendUdp(int port, int count, int payloadBytes) throws IOException {
        namespace.call(() -> {
            for (int i = 0; i < count; i++) {
                // One socket each: the ICMP error of the first would fail the second.
                try (DatagramSocket socket = new DatagramSocket()) {
                    socket.send(new DatagramPacket(
                            new byte[payloadBytes], payloadBytes, InetAddress.ofLiteral("127.0.0.1"), port));
                }
            }
            return true;
        });
    }

    /** Sends one echo request to 127.0.0.1 and waits for the answer. */
    public boolean ping() throws IOException {
        return namespace.call(() -> InetAddress.ofLiteral("127.0.0.1").isReachable(30_000));
    }

    @Override
    public void close() {
        namespace.close();
    }
}
