package io.nurs.netlink;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;

/** The event loops that a {@link NetlinkChannel} runs on. */
public enum Transport {
    EPOLL,
    IO_URING;

    /** A loop of one thread. */
    public CountingEventLoop eventLoop() {
        Requires.require(this == EPOLL || IoUring.isAvailable(), "io_uring");
        IoHandlerFactory factory = this == EPOLL ? EpollIoHandler.newFactory() : IoUringIoHandler.newFactory();
        return new CountingEventLoop(factory);
    }
}
