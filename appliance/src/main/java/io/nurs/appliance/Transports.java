package io.nurs.appliance;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringSocketChannel;
import io.nurs.appliance.config.Transport;

/** How the event loops wait for the kernel: both read netlink with the same code. */
public enum Transports {
    EPOLL {
        @Override
        public IoHandlerFactory handlers() {
            return EpollIoHandler.newFactory();
        }

        @Override
        public Class<? extends DatagramChannel> datagramChannel() {
            return EpollDatagramChannel.class;
        }

        @Override
        public Class<? extends SocketChannel> socketChannel() {
            return EpollSocketChannel.class;
        }
    },
    IO_URING {
        @Override
        public IoHandlerFactory handlers() {
            return IoUringIoHandler.newFactory();
        }

        @Override
        public Class<? extends DatagramChannel> datagramChannel() {
            return IoUringDatagramChannel.class;
        }

        @Override
        public Class<? extends SocketChannel> socketChannel() {
            return IoUringSocketChannel.class;
        }
    };

    public abstract IoHandlerFactory handlers();

    public abstract Class<? extends DatagramChannel> datagramChannel();

    public abstract Class<? extends SocketChannel> socketChannel();

    /** What the configuration asks for, if this machine has it. */
    public static Transports of(Transport wanted) throws StartException {
        return switch (wanted) {
            case EPOLL -> epoll();
            case IO_URING -> {
                if (!IoUring.isAvailable()) {
                    throw new StartException(
                            "io_uring is not available here (" + reason(IoUring.unavailabilityCause())
                                    + "); containers often forbid it: write transport: epoll",
                            IoUring.unavailabilityCause());
                }
                yield IO_URING;
            }
            case AUTO -> IoUring.isAvailable() ? IO_URING : epoll();
        };
    }

    private static Transports epoll() throws StartException {
        if (!Epoll.isAvailable()) {
            throw new StartException(
                    "Netty's epoll library cannot be loaded (" + reason(Epoll.unavailabilityCause())
                            + "); it needs Linux on x86_64 or aarch64, and a java.io.tmpdir that is not mounted noexec",
                    Epoll.unavailabilityCause());
        }
        return EPOLL;
    }

    private static String reason(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }
}
