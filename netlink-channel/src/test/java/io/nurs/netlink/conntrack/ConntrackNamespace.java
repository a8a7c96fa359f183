package io.nurs.netlink.conntrack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.CountingEventLoop;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.NetlinkRequestTracker;
import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A namespace with the kernel's own conntrack in it, channels to talk to that, and what tests say there. */
final class ConntrackNamespace implements AutoCloseable {
    static final int UDP = 17;
    static final int TCP = 6;
    static final int TIMEOUT_SECONDS = 600;
    static final int AF_UNSPEC = ConntrackRequests.AF_UNSPEC;

    /** Far more than anything here takes: only a hang is that long. */
    private static final long PATIENCE_SECONDS = 60;

    private static final int REQUESTS_AT_ONCE = 100;
    /** Netty's leak detector takes 0.5 ms a request where it traces every one. */
    private static final ByteBufAllocator UNTRACED = new UnpooledByteBufAllocator(true, true);

    private final NetworkNamespace namespace;

    /** An entry, and whose doing it was. */
    record Seen(ConntrackEntry entry, int causedBy) {}

    static final class Reader extends ChannelInboundHandlerAdapter {
        final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
        final BlockingQueue<Object> others = new LinkedBlockingQueue<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object object) {
            if (object instanceof ConntrackMessage entry) {
                seen.add(new Seen(entry.snapshot(), entry.causedBy()));
            } else {
                others.add(object);
            }
        }

        Seen next() throws InterruptedException {
            Seen next = seen.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return assertInstanceOf(Seen.class, next, "no event came");
        }

        /** What came until now. */
        List<ConntrackEntry> take() {
            List<Seen> taken = new ArrayList<>();
            seen.drainTo(taken);
            return taken.stream().map(Seen::entry).toList();
        }
    }

    private ConntrackNamespace(NetworkNamespace namespace) {
        this.namespace = namespace;
    }

    /** Every entry there tells its end and has counters. */
    static ConntrackNamespace create() throws IOException {
        ConntrackNamespace made = new ConntrackNamespace(NetworkNamespace.create());
        made.sysctl("nf_conntrack_events", 1);
        made.sysctl("nf_conntrack_acct", 1);
        return made;
    }

    NetworkNamespace namespace() {
        return namespace;
    }

    NetlinkChannel openRequests(CountingEventLoop loop, Reader reader) throws Exception {
        return open(loop, reader, NetlinkOptions.requests(NetlinkOptions.NETLINK_NETFILTER));
    }

    NetlinkChannel open(CountingEventLoop loop, Reader reader, NetlinkOptions options) throws Exception {
        NetlinkChannel channel = namespace.call(() -> NetlinkChannel.open(options));
        channel.pipeline()
                .addLast(
                        new NetlinkMessageDecoder(channel.stats()),
                        new NetlinkRequestTracker(),
                        new ConntrackDecoder(channel.stats()),
                        reader);
        loop.register(channel).sync();
        return channel;
    }

    void sysctl(String name, int value) throws IOException {
        namespace.call(() -> Files.writeString(Path.of("/proc/sys/net/netfilter", name), Integer.toString(value)));
    }

    /** A process starts where the thread is that starts it. */
    String run(String... command) throws IOException {
        return namespace.call(() -> {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), said);
            return said;
        });
    }

    @Override
    public void close() {
        namespace.close();
    }

    static NetlinkOptions ends() {
        return NetlinkOptions.events(NetlinkOptions.NETLINK_NETFILTER, ConntrackAttribute.NFNLGRP_CONNTRACK_DESTROY);
    }

    static ChannelFuture create(NetlinkChannel requests, ConntrackTuple tuple, int mark) throws InterruptedException {
        return create(requests, tuple, tuple.reversed(), mark);
    }

    static ChannelFuture create(NetlinkChannel requests, ConntrackTuple tuple, ConntrackTuple reply, int mark)
            throws InterruptedException {
        return requests.writeAndFlush(ConntrackRequests.create(requests.alloc(), tuple, reply, TIMEOUT_SECONDS, mark))
                .await();
    }

    static void createMany(NetlinkChannel requests, int count) throws InterruptedException {
        List<ChannelFuture> created = new ArrayList<>();
        for (ConntrackTuple tuple : tuples(count)) {
            created.add(
                    requests.write(ConntrackRequests.create(UNTRACED, tuple, tuple.reversed(), TIMEOUT_SECONDS, 0)));
            if (created.size() % REQUESTS_AT_ONCE == 0) {
                requests.flush();
                created.get(created.size() - 1).sync();
            }
        }
        requests.flush();
        for (ChannelFuture future : created) {
            future.sync();
        }
    }

    static ChannelFuture delete(NetlinkChannel requests, ConntrackTuple tuple) throws InterruptedException {
        return requests.writeAndFlush(ConntrackRequests.delete(requests.alloc(), tuple))
                .await();
    }

    static ChannelFuture flush(NetlinkChannel requests) throws InterruptedException {
        return requests.writeAndFlush(ConntrackRequests.flush(requests.alloc(), AF_UNSPEC))
                .await();
    }

    static List<ConntrackEntry> dump(NetlinkChannel requests, Reader reader, NetlinkRequest dump)
            throws InterruptedException {
        requests.writeAndFlush(dump).sync();
        return reader.take();
    }

    /** 0 for a request that was carried out. */
    static int errno(ChannelFuture answer) {
        return answer.isSuccess()
                ? 0
                : assertInstanceOf(Errno.class, answer.cause()).number();
    }

    static List<ConntrackTuple> tuples(int count) {
        return IntStream.range(0, count).mapToObj(i -> tuple(UDP, i)).toList();
    }

    static ConntrackTuple tuple(int protocol, int sourcePort) {
        return ConntrackTuple.of(address("192.0.2.1"), address("198.51.100.1"), protocol, sourcePort, 53);
    }

    static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
