package io.nurs.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadinessTest {
    // linux/io_uring.h
    private static final byte IORING_OP_POLL_ADD = 6;
    private static final byte IORING_OP_ASYNC_CANCEL = 14;
    private static final int IORING_CQE_F_MORE = 2;
    private static final int ECANCELED = 125;

    private final List<IoOps> submitted = new ArrayList<>();
    private final Readiness.IoUringReadiness uring = new Readiness.IoUringReadiness(new Registration(), 3);

    private final class Registration implements IoRegistration {
        @Override
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
        public <T> T attachment() {
            return (T) this;
        }

        @Override
        public long submit(IoOps ops) {
            submitted.add(ops);
            return submitted.size();
        }

        @Override
        public boolean isValid() {
            return true;
        }

        @Override
        public boolean cancel() {
            return true;
        }
    }

    @Test
    void pollsOnceForManyArrivals() {
        uring.arm();
        assertEquals(1, uring.accept(poll(1, IORING_CQE_F_MORE)));
        uring.arm();
        assertEquals(1, uring.accept(poll(1, IORING_CQE_F_MORE)));
        assertEquals(1, submitted.size());
    }

    @Test
    void pollsAgainWhereTheKernelEndedThePoll() {
        uring.arm();
        assertEquals(1, uring.accept(poll(1, 0)));
        assertEquals(2, submitted.size());
    }

    @Test
    void pollsAgainOnlyWhenArmedIfThePollEndedInAPause() {
        uring.arm();
        uring.disarm();
        assertEquals(1, uring.accept(poll(1, 0)));
        assertEquals(1, submitted.size());
        uring.arm();
        assertEquals(2, submitted.size());
    }

    @Test
    void leavesItToItsOwnerWhenToPollAgainAfterARefusal() {
        uring.arm();
        assertEquals(-Errno.EINVAL, uring.accept(poll(-Errno.EINVAL, 0)));
        assertEquals(1, submitted.size());
        uring.arm();
        assertEquals(2, submitted.size());
    }

    @Test
    void endsQuietlyWhenCancelled() {
        uring.arm();
        uring.cancel();
        assertEquals(0, uring.accept(poll(-ECANCELED, 0)));
        assertEquals(0, uring.accept(new IoUringIoEvent(0, 0, IORING_OP_ASYNC_CANCEL, 2L)));
        assertEquals(2, submitted.size());
    }

    @Test
    void hasNothingToCancelBeforeItIsArmed() {
        uring.cancel();
        assertEquals(0, submitted.size());
    }

    private static IoUringIoEvent poll(int result, int flags) {
        return new IoUringIoEvent(result, flags, IORING_OP_POLL_ADD, 1L);
    }
}
