package io.nurs.appliance.export;

import io.netty.channel.Channel;
import io.nurs.appliance.output.SpoolStats;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The way from an encoder to its collector or file. Its channel stays the same whatever happens behind it, and has the encoder
 * in its pipeline. All on the channel's event loop.
 */
interface Link {
    Channel channel();

    /** Whether all that was written has been taken, so that closing loses nothing. */
    default boolean isIdle() {
        return Links.isIdle(channel());
    }

    /** Whether what is sent now arrives, as far as can be known. */
    boolean isUp();

    /** Whether what is written now goes nowhere, so that it should not even be encoded. */
    boolean isCut();

    /** Whether whoever reads from the kernel is to wait as long as the channel is not writable. */
    boolean isWorthWaitingFor();

    /** Whether datagrams wait for their turn, so that a walk through a table is to wait as well. */
    default boolean isCrowded() {
        return false;
    }

    /** A stop has begun, and has so long. */
    default void hurry(Duration left) {}

    /** Octets that wait for the socket or the file; for any thread. */
    default long queuedBytes() {
        return Links.queuedBytes(channel());
    }

    /** Messages that were written and went nowhere. */
    long lostMessages();

    /** Records in those, as far as they are known. */
    long lostRecords();

    /** What waits on the disk, or null without a spool. */
    default @Nullable SpoolStats spooled() {
        return null;
    }

    /** Has {@code action} run when {@link #isWorthWaitingFor()} or {@link #isCrowded()} has changed. */
    void onChange(Runnable action);
}
