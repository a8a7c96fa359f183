package io.nurs.appliance.collect;

import io.nurs.flow.DecodedMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The boot that an exporter of NetFlow v5 or v9 implies in each header: {@code unix_secs * 1000 - sysUptime}. Collectors read
 * flow times from it, so it must be the same in each.
 */
final class BootWatch {
    /** What a clock that NTP slews may differ by from one packet to the next. */
    private static final Duration TOLERANCE = Duration.ofMillis(10);

    private @Nullable Instant boot;
    private long uptime;

    /** The boot of this message's header. */
    static Instant bootOf(DecodedMessage message) {
        return message.exportTime().minusMillis(message.sysUptimeMillis());
    }

    void check(DecodedMessage message, Consumer<Finding> findings) {
        Instant now = bootOf(message);
        Instant before = boot;
        boolean restarted = message.sysUptimeMillis() < uptime;
        uptime = message.sysUptimeMillis();
        boot = now;
        // After 49.7 days the uptime begins anew, as it does after a boot.
        if (before == null || restarted) {
            return;
        }
        Duration moved = Duration.between(before, now);
        if (moved.abs().compareTo(TOLERANCE) > 0) {
            findings.accept(Finding.of(
                    ComplaintKind.BOOT,
                    "by unix_secs and sysUptime the boot was at " + now + ", and at " + before
                            + " by the packet before: flow times in fields 21 and 22 move by "
                            + TimeChecks.seconds(moved.abs()) + " s"));
        }
    }
}
