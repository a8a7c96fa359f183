package io.nurs.netlink;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoOps;

/** How a channel asks its event loop to be told that the socket is readable. The drain behind it is the same. */
sealed interface Readiness {
    /** Asks to be told. Idempotent. */
    void arm();

    /** Asks not to be told any more. */
    void disarm();

    /**
     * Takes note of an event.
     *
     * @return 1 for readable data or a pending error of the socket, 0 for nothing to look at, {@code -errno} if the loop can
     *     tell no more until {@link #arm()} is called again
     */
    int accept(IoEvent event);

    /**
     * Whether the loop tells again as long as data is left. If not, a reader must go on until the socket is empty, and is
     * not told of data that was there before.
     */
    boolean levelTriggered();

    final class EpollReadiness implements Readiness {
        private final IoRegistration registration;
        private boolean armed;

        EpollReadiness(IoRegistration registration) {
            this.registration = registration;
        }

        @Override
        public void arm() {
            if (!armed) {
                armed = true;
                registration.submit(EpollIoOps.EPOLLIN);
            }
        }

        @Override
        public void disarm() {
            if (armed) {
                armed = false;
                // Not NONE: that removes the descriptor, and the next submit fails. EPOLLERR comes in any case.
                registration.submit(EpollIoOps.EPOLLERR);
            }
        }

        @Override
        public int accept(IoEvent event) {
            EpollIoOps ops = ((EpollIoEvent) event).ops();
            return ops.contains(EpollIoOps.EPOLLIN) || ops.contains(EpollIoOps.EPOLLERR) ? 1 : 0;
        }

        @Override
        public boolean levelTriggered() {
            return true;
        }
    }

    /** Multishot poll: one submission tells of every arrival until the kernel ends it. */
    final class IoUringReadiness implements Readiness {
        // linux/io_uring.h
        private static final byte IORING_OP_POLL_ADD = 6;
        private static final byte IORING_OP_ASYNC_CANCEL = 14;
        private static final int IORING_POLL_ADD_MULTI = 1;
        private static final int IORING_CQE_F_MORE = 2;
        private static final int POLLIN_POLLERR = 0x1 | 0x8;
        private static final long POLL = 1;
        private static final long CANCEL = 2;

        private final IoRegistration registration;
        private final int fd;
        private boolean armed;
        private boolean polling;
        private boolean cancelled;
        private long pollId;

        IoUringReadiness(IoRegistration registration, int fd) {
            this.registration = registration;
            this.fd = fd;
        }

        @Override
        public void arm() {
            armed = true;
            if (!polling) {
                polling = true;
                pollId = registration.submit(
                        operation(IORING_OP_POLL_ADD, fd, 0, IORING_POLL_ADD_MULTI, POLLIN_POLLERR, POLL));
            }
        }

        /** A paused reader leaves its poll standing: it is told once for each arrival, and never for what is there. */
        @Override
        public void disarm() {
            armed = false;
        }

        /** Ends the poll, as a registration may only be cancelled with nothing under way. */
        void cancel() {
            cancelled = true;
            if (polling) {
                registration.submit(operation(IORING_OP_ASYNC_CANCEL, -1, pollId, 0, 0, CANCEL));
            }
        }

        @Override
        public int accept(IoEvent event) {
            IoUringIoEvent completion = (IoUringIoEvent) event;
            if (completion.opcode() != IORING_OP_POLL_ADD) {
                return 0;
            }
            polling = (completion.flags() & IORING_CQE_F_MORE) != 0;
            if (completion.res() < 0) {
                return cancelled ? 0 : completion.res();
            }
            if (armed && !polling) {
                arm();
            }
            return 1;
        }

        @Override
        public boolean levelTriggered() {
            return false;
        }

        private static IoUringIoOps operation(byte opcode, int fd, long union2, int length, int union3, long userData) {
            return new IoUringIoOps(
                    opcode, (byte) 0, (short) 0, fd, 0L, union2, length, union3, userData, (short) 0, (short) 0, 0, 0L);
        }
    }
}
