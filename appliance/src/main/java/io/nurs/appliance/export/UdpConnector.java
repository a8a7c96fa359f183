package io.nurs.appliance.export;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.nurs.appliance.config.CollectorDestination;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects one datagram socket to a collector, and again while the collector is down: the name is resolved at each attempt, and
 * its addresses are tried in turn. The socket stays the same. Attempts are one second apart at first, and the pause doubles up to
 * {@code reconnect-interval}. On the channel's event loop.
 */
final class UdpConnector {
    private static final Logger LOG = LoggerFactory.getLogger(UdpConnector.class);
    private static final long FIRST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
    /** A name server that does not answer must not hold up the start. */
    private static final long FIRST_MILLIS = 2_000;

    private final String name;
    private final CollectorDestination destination;
    private final Channel channel;
    private final Listener listener;
    private final CountDownLatch first = new CountDownLatch(1);
    private @Nullable InetSocketAddress last;
    private boolean attempting;
    private boolean staysConnected;
    private boolean bound;
    private boolean proven;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private long dueNanos = System.nanoTime();

    /** What hears of attempts. */
    interface Listener {
        /** Before anything is sent there. */
        void connected(InetSocketAddress to);

        /** None of the addresses could be had. */
        void failed(String reason);
    }

    UdpConnector(String name, CollectorDestination destination, Channel channel, Listener listener) {
        this.name = name;
        this.destination = destination;
        this.channel = channel;
        this.listener = listener;
    }

    boolean isConnected() {
        return channel.isOpen() && channel.remoteAddress() != null;
    }

    /** Makes the first attempt, and waits a moment for what becomes of it. Not on the event loop. */
    void begin() throws InterruptedException {
        channel.eventLoop().execute(this::attempt);
        if (!first.await(FIRST_MILLIS, TimeUnit.MILLISECONDS)) {
            LOG.warn("exporter {}: the name of {} is still being resolved; going on without", name, destination);
        }
    }

    /** The collector takes what it is sent, as far as can be known: another address is tried only after a long outage. */
    void works() {
        proven = true;
    }

    /**
     * The collector is down, or was never reached: another attempt is made if it is time.
     *
     * @param refused whether its host answered that nothing listens there. A socket that is connected to the same address again forgets
     *     such an answer, and the collector would seem to be back: then only another address is connected to
     */
    void isDown(boolean refused) {
        long now = System.nanoTime();
        staysConnected = refused;
        if (proven) {
            proven = false;
            pauseNanos = FIRST_PAUSE_NANOS;
            dueNanos = now + destination.reconnectInterval().toNanos();
        }
        if (!attempting && now - dueNanos >= 0) {
            attempt();
        }
    }

    private void attempt() {
        attempting = true;
        Thread.ofVirtual().name("resolve-" + name).start(() -> {
            Runnable next = resolve();
            try {
                channel.eventLoop().execute(next);
            } catch (RejectedExecutionException e) {
                LOG.debug("exporter {}: stopped while resolving", name, e);
            }
        });
    }

    private Runnable resolve() {
        try {
            List<InetSocketAddress> addresses = Names.resolve(destination.address());
            return () -> connect(Names.after(last, addresses), 0);
        } catch (UnknownHostException e) {
            String reason = String.valueOf(e.getMessage());
            return () -> failed(reason);
        }
    }

    private void connect(List<InetSocketAddress> turns, int at) {
        if (!channel.isOpen()) {
            first.countDown();
            return;
        }
        InetSocketAddress to = turns.get(at);
        if (staysConnected && to.equals(channel.remoteAddress())) {
            ended();
            return;
        }
        attemptOne(to).addListener(done -> {
            if (done.isSuccess()) {
                last = to;
                ended();
                listener.connected(to);
                first.countDown();
            } else if (at + 1 < turns.size()) {
                connect(turns, at + 1);
            } else {
                failed(SocketOptions.reason(done.cause()));
            }
        });
    }

    private ChannelFuture attemptOne(InetSocketAddress to) {
        try {
            if (channel.remoteAddress() != null) {
                channel.disconnect().syncUninterruptibly();
            }
            SocketOptions.apply(channel, destination, to);
            if (destination.sourceAddress() != null && !bound) {
                channel.bind(new InetSocketAddress(destination.sourceAddress(), 0))
                        .syncUninterruptibly();
                bound = true;
            }
            // Netty closes a channel that it cannot connect: the kernel is asked first. Asking it twice does no harm.
            ((Socket) ((UnixChannel) channel).fd()).connect(to);
        } catch (Exception e) {
            // Netty throws checked exceptions undeclared.
            return channel.newFailedFuture(e);
        }
        return channel.connect(to);
    }

    private void failed(String reason) {
        ended();
        if (channel.isOpen()) {
            listener.failed(reason);
        }
        first.countDown();
    }

    private void ended() {
        attempting = false;
        dueNanos = System.nanoTime() + pauseNanos;
        pauseNanos = Math.min(2 * pauseNanos, destination.reconnectInterval().toNanos());
    }
}
