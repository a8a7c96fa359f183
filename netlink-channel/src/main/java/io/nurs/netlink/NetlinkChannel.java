package io.nurs.netlink;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.uring.IoUringIoHandle;
import io.nurs.netlink.libc.NetlinkSocket;
import io.nurs.netlink.libc.ReceiveBlock;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Netty channel over one netlink socket. It reads {@link NetlinkBatch}es, and {@link NetlinkControl.Overrun} where events
 * were lost; it writes {@code ByteBuf}s that hold whole requests, to the kernel unless connected to another socket
 * (NETLINK_USERSOCK). Runs on Netty's epoll and on its io_uring handler.
 *
 * <p>With auto-read off, each {@code read()} brings one batch: a dump then goes no faster than its reader.
 *
 * <p>Longer than a class should be: Netty makes channel, unsafe and configuration share their state by inheritance.
 */
public final class NetlinkChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);
    /** After so many batches other channels of the loop get their turn. */
    private static final int BATCHES_IN_A_ROW = 16;

    private static final long WRITE_RETRY_MILLIS = 1;
    private static final long POLL_RETRY_MILLIS = 100;

    private final NetlinkSocket socket;
    private final boolean kernelOnly;
    private final NetlinkAddress localAddress;
    private final ReceiveBlock block;
    private final NetlinkBatch batch;
    private final NetlinkStats stats = new NetlinkStats();
    private final ChannelConfig config = new NetlinkChannelConfig(this, this::pause);
    private final Runnable drain = this::drainInTurn;

    private @Nullable IoRegistration registration;
    private @Nullable Readiness readiness;
    private volatile boolean closed;
    /** A batch was asked for and has not been delivered yet. */
    private boolean readPending;
    /** Set where the drain stopped before the socket was empty: an edge-triggered loop will not tell. */
    private boolean maybeMore;
    /** The drain stands among the loop's tasks: once is enough. */
    private boolean turnTaken;
    /** A batch may be on its way through the pipeline: its memory must stay. */
    private boolean draining;
    /** The socket is closed, and the block goes with the last batch. */
    private boolean released;

    private NetlinkChannel(NetlinkSocket socket, NetlinkOptions options, int portId) {
        super(null);
        this.socket = socket;
        this.kernelOnly = options.kernelOnly();
        this.localAddress = new NetlinkAddress(portId);
        this.block = new ReceiveBlock(options.slots(), options.slotBytes());
        this.batch = new NetlinkBatch(block.data(), options.slotBytes());
    }

    /**
     * Opens a socket in the calling thread's network namespace (see {@link NetworkNamespace#call}); from here on the kernel
     * queues events for it. Then give it handlers and register it at an event loop.
     *
     * @throws Errno EPERM without CAP_NET_ADMIN in the namespace, EPROTONOSUPPORT if the kernel has no such protocol, ENOENT
     *     if it has no such group
     */
    public static NetlinkChannel open(NetlinkOptions options) throws IOException {
        NetlinkSocket socket =
                NetlinkSocket.of(Errno.check("cannot open a netlink socket", NetlinkSocket.open(options.protocol())));
        try {
            return new NetlinkChannel(socket, options, configure(socket, options));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Joins the groups last: what arrives then meets a socket that is ready for it. */
    private static int configure(NetlinkSocket socket, NetlinkOptions options) throws Errno {
        Errno.check("cannot bind a netlink socket", socket.bind());
        // Best effort: these only make error messages better, and kernels before 4.12 lack them.
        socket.setOption(NetlinkSocket.NETLINK_EXT_ACK, 1);
        socket.setOption(NetlinkSocket.NETLINK_CAP_ACK, 1);
        if (options.receiveBufferBytes() > 0) {
            Errno.check("cannot set the receive buffer", socket.setReceiveBuffer(options.receiveBufferBytes()));
        }
        if (options.noEnobufs()) {
            Errno.check("NETLINK_NO_ENOBUFS", socket.setOption(NetlinkSocket.NETLINK_NO_ENOBUFS, 1));
        }
        if (options.broadcastError()) {
            Errno.check("NETLINK_BROADCAST_ERROR", socket.setOption(NetlinkSocket.NETLINK_BROADCAST_ERROR, 1));
        }
        Errno.check("cannot attach the socket filter", options.filter().attach(socket));
        for (int group : options.groups()) {
            Errno.check("cannot join netlink group " + group, socket.join(group));
        }
        long portId = socket.portId();
        Errno.check("getsockname", (int) Math.min(portId, 0));
        return (int) portId;
    }

    public NetlinkStats stats() {
        return stats;
    }

    /** Messages that the kernel could not queue here. With NETLINK_BROADCAST_ERROR a retried event counts each time. */
    public long kernelDrops() {
        return closed ? 0 : socket.drops();
    }

    /** The receive buffer as the kernel accounts for it: twice what was granted. */
    public int receiveBufferBytes() {
        return closed ? 0 : socket.receiveBufferBytes();
    }

    /** How much of {@link #receiveBufferBytes()} is in use. */
    public long queuedBytes() {
        return closed ? 0 : socket.queuedBytes();
    }

    /** Joins a group: from here on the kernel queues events for it. From any thread; a member may join again. */
    public void join(int group) throws Errno {
        Errno.check("cannot join netlink group " + group, socket.join(group));
    }

    /** Leaves a group: nothing more is queued for it. From any thread. */
    public void leave(int group) throws Errno {
        Errno.check("cannot leave netlink group " + group, socket.leave(group));
    }

    /** Switches NETLINK_BROADCAST_ERROR; from any thread. */
    public void broadcastError(boolean on) throws Errno {
        Errno.check("NETLINK_BROADCAST_ERROR", socket.setOption(NetlinkSocket.NETLINK_BROADCAST_ERROR, on ? 1 : 0));
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public boolean isActive() {
        return !closed;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public NetlinkAddress localAddress() {
        return localAddress;
    }

    @Override
    protected SocketAddress localAddress0() {
        return localAddress;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return NetlinkAddress.KERNEL;
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new NetlinkUnsafe();
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop instanceof IoEventLoop io && io.isCompatible(NetlinkUnsafe.class);
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        if (registration != null) {
            // On io_uring what was under way when the channel was deregistered may still have to complete.
            promise.setFailure(new IllegalStateException("still leaving its last event loop"));
            return;
        }
        IoEventLoop loop = (IoEventLoop) eventLoop();
        loop.register((NetlinkUnsafe) unsafe()).addListener(future -> {
            if (future.isSuccess()) {
                registered(loop, (IoRegistration) future.getNow());
                promise.setSuccess();
            } else {
                promise.setFailure(future.cause());
            }
        });
    }

    private void registered(IoEventLoop loop, IoRegistration io) {
        registration = io;
        readiness = loop.isIoType(EpollIoHandler.class)
                ? new Readiness.EpollReadiness(io)
                : new Readiness.IoUringReadiness(io, socket.descriptor().intValue());
        // What came before the registration does not tell an edge-triggered loop.
        maybeMore = true;
    }

    /** The address was bound when the socket was opened. */
    @Override
    protected void doBind(SocketAddress address) {
        throw new UnsupportedOperationException("a netlink channel is bound when it is opened");
    }

    @Override
    protected void doDisconnect() throws Exception {
        doClose();
    }

    @Override
    protected void doDeregister() {
        IoRegistration io = registration;
        if (io != null && io.isValid()) {
            if (readiness instanceof Readiness.IoUringReadiness uring) {
                uring.cancel();
            }
            io.cancel();
        }
    }

    @Override
    protected void doClose() throws Exception {
        if (closed) {
            return;
        }
        closed = true;
        if (registration == null) {
            release();
        } else {
            // The descriptor is closed in unregistered(): not before the loop has let go of it.
            doDeregister();
        }
    }

    private void release() {
        try {
            socket.close();
        } catch (IOException e) {
            pipeline().fireExceptionCaught(e);
        }
        released = true;
        if (!draining) {
            block.close();
        }
    }

    @Override
    protected void doBeginRead() {
        readPending = true;
        Readiness ready = readiness;
        if (ready != null) {
            ready.arm();
            if (maybeMore && !draining && !ready.levelTriggered()) {
                drainLater();
            }
        }
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        if (!(message instanceof ByteBuf request)) {
            throw new UnsupportedOperationException("a netlink channel writes ByteBuf, not "
                    + message.getClass().getName());
        }
        if (request.isDirect() && request.hasMemoryAddress()) {
            return request;
        }
        ByteBuf direct = alloc().directBuffer(request.readableBytes()).writeBytes(request);
        request.release();
        return direct;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer outbound) {
        for (Object message = outbound.current(); message != null; message = outbound.current()) {
            ByteBuf request = (ByteBuf) message;
            int result = socket.send(request.memoryAddress() + request.readerIndex(), request.readableBytes());
            if (result == -Errno.EAGAIN) {
                eventLoop().schedule(() -> unsafe().flush(), WRITE_RETRY_MILLIS, TimeUnit.MILLISECONDS);
                return;
            }
            if (result >= 0) {
                outbound.remove();
            } else if (result != -Errno.EINTR) {
                outbound.remove(new Errno("cannot send a netlink request", -result));
            }
        }
    }

    /** Whether a batch was asked for: by {@code read()}, or by auto-read for all to come. */
    private boolean wantsBatch() {
        return !closed && (readPending || config.isAutoRead());
    }

    /** Auto-read was switched off. */
    private void pause() {
        readPending = false;
        Readiness ready = readiness;
        if (ready != null && !draining) {
            ready.disarm();
        }
    }

    private void drainLater() {
        if (!turnTaken) {
            turnTaken = true;
            eventLoop().execute(drain);
        }
    }

    private void drainInTurn() {
        turnTaken = false;
        drain();
    }

    /** Reads until the socket is empty, the reader wants no more, or others of the loop must have their turn. */
    private void drain() {
        Readiness ready = readiness;
        if (ready == null || !wantsBatch()) {
            return;
        }
        draining = true;
        maybeMore = true;
        boolean fired = false;
        for (int i = 0; i < BATCHES_IN_A_ROW && maybeMore && wantsBatch(); i++) {
            fired |= receive(ready);
        }
        if (fired && !closed) {
            pipeline().fireChannelReadComplete();
        }
        draining = false;
        if (released) {
            block.close();
        } else if (!wantsBatch()) {
            ready.disarm();
        } else if (maybeMore && !ready.levelTriggered()) {
            drainLater();
        }
    }

    /** One recvmmsg; false if the socket was empty. */
    private boolean receive(Readiness ready) {
        int received = socket.receive(block);
        if (received == -Errno.EAGAIN) {
            maybeMore = false;
            return false;
        }
        if (received < 0) {
            fireError(-received);
            return true;
        }
        maybeMore = received == block.slots() || !ready.levelTriggered();
        // Before the batch is fired: whoever reads it may ask for the next.
        readPending = false;
        fire(received);
        return true;
    }

    private void fireError(int errno) {
        if (errno == Errno.ENOBUFS) {
            // Not an I/O failure: events were lost and the socket still works. Closing would lose more.
            stats.overruns++;
            pipeline().fireChannelRead(new NetlinkControl.Overrun());
        } else if (errno != Errno.EINTR) {
            pipeline().fireExceptionCaught(new Errno("cannot receive from netlink", errno));
        }
    }

    private void fire(int received) {
        batch.count(received);
        for (int slot = 0; slot < received; slot++) {
            batch.length(slot, usableLength(slot));
        }
        pipeline().fireChannelRead(batch);
    }

    private int usableLength(int slot) {
        if (block.truncated(slot)) {
            stats.truncatedDatagrams++;
            return 0;
        }
        // The sender's address, not nlmsg_pid: that names who caused an event, which any process may.
        if (kernelOnly && block.senderPortId(slot) != 0) {
            stats.foreignDatagrams++;
            return 0;
        }
        int length = block.length(slot);
        stats.datagrams++;
        stats.bytes += length;
        return length;
    }

    private final class NetlinkUnsafe extends AbstractUnsafe implements EpollIoHandle, IoUringIoHandle {
        @Override
        public FileDescriptor fd() {
            return socket.descriptor();
        }

        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            if (!(remote instanceof NetlinkAddress peer)) {
                promise.setFailure(new UnsupportedOperationException("not a netlink address: " + remote));
                return;
            }
            int result = socket.connect(peer.portId());
            if (result < 0) {
                promise.setFailure(new Errno("cannot connect to " + peer, -result));
            } else {
                promise.setSuccess();
            }
        }

        @Override
        public void handle(IoRegistration io, IoEvent event) {
            Readiness ready = readiness;
            if (closed || ready == null) {
                return;
            }
            int result = ready.accept(event);
            if (result < 0) {
                retryPoll(-result);
            } else if (result > 0) {
                maybeMore = true;
                readable(ready);
            }
        }

        private void readable(Readiness ready) {
            if (wantsBatch()) {
                drain();
            } else if (ready.levelTriggered()) {
                // A paused reader would be woken for a pending error for ever. It is told all the same.
                int errno = socket.takeError();
                if (errno > 0) {
                    fireError(errno);
                }
            }
        }

        /** Not at once: what the kernel has just refused it may refuse again. */
        private void retryPoll(int errno) {
            pipeline().fireExceptionCaught(new Errno("cannot poll a netlink socket", errno));
            eventLoop()
                    .schedule(
                            () -> {
                                maybeMore = true;
                                if (wantsBatch()) {
                                    doBeginRead();
                                }
                            },
                            POLL_RETRY_MILLIS,
                            TimeUnit.MILLISECONDS);
        }

        @Override
        public void unregistered() {
            registration = null;
            readiness = null;
            if (closed) {
                release();
            }
        }

        @Override
        public void close() {
            close(voidPromise());
        }
    }
}
