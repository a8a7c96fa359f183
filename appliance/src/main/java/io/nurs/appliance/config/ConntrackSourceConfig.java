package io.nurs.appliance.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The connection table of one network namespace.
 *
 * @param activeTimeout period of the get-and-zero dump; unused with {@link Accounting#END}
 * @param mark entries to take, or null for all
 * @param namespace a name in /run/netns, an absolute path, or null for the process's own
 * @param receiveBufferBytes what is asked of the kernel, which doubles it for its own bookkeeping
 * @param shutdownTimeout how long the last dump and flush may take after SIGTERM
 */
public record ConntrackSourceConfig(
        String name,
        Accounting accounting,
        Duration activeTimeout,
        EmptyFlows emptyFlows,
        Delivery delivery,
        @Nullable MarkMatch mark,
        @Nullable String namespace,
        int receiveBufferBytes,
        boolean setSysctls,
        Duration shutdownTimeout)
        implements SourceConfig {

    public static ConntrackSourceConfig defaults(String name) {
        return new ConntrackSourceConfig(
                name,
                Accounting.RESET,
                Duration.ofSeconds(60),
                EmptyFlows.SKIP,
                Delivery.RELIABLE,
                null,
                null,
                32 << 20,
                false,
                Duration.ofSeconds(10));
    }
}
