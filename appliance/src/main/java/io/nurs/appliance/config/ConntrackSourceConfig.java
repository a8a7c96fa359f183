package io.nurs.appliance.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The connection table of one network namespace.
 *
 * @param activeTimeout how often live flows are reported; unused with {@link Accounting#END}
 * @param mark entries to take, or null for all
 * @param namespace a name in /run/netns, an absolute path, or null for the process's own
 * @param guardPercent of nf_conntrack_max: where reliable delivery is given up for the router's sake
 * @param receiveBufferBytes what is asked of the kernel, which doubles it for its own bookkeeping
 * @param readers event loops with a share of the flows each
 * @param stateFile where totals outlive the process, or null; only with {@link Accounting#DELTA}, as are the two beside it
 * @param maxFlows of the tables of totals of all readers
 * @param natEvents what is logged of address translation, or null for nothing
 * @param shutdownTimeout how long the last dump and flush may take after SIGTERM
 */
public record ConntrackSourceConfig(
        String name,
        Accounting accounting,
        Duration activeTimeout,
        EmptyFlows emptyFlows,
        Delivery delivery,
        int guardPercent,
        @Nullable MarkMatch mark,
        @Nullable String namespace,
        int receiveBufferBytes,
        int readers,
        boolean setSysctls,
        FirstStart firstStart,
        @Nullable Path stateFile,
        int maxFlows,
        @Nullable NatEventsConfig natEvents,
        Duration shutdownTimeout)
        implements SourceConfig {
    /** More would cost the kernel more than they bring: each event passes the filters of all. */
    private static final int MAX_READERS = 64;

    public static ConntrackSourceConfig defaults(String name) {
        return new ConntrackSourceConfig(
                name,
                Accounting.DELTA,
                Duration.ofSeconds(60),
                EmptyFlows.SKIP,
                Delivery.RELIABLE,
                90,
                null,
                null,
                32 << 20,
                1,
                false,
                FirstStart.BASELINE,
                null,
                1_000_000,
                null,
                Duration.ofSeconds(10));
    }

    @Override
    public boolean tellsOfFlows() {
        return true;
    }

    @Override
    public boolean canBecome(SourceConfig other) {
        return other instanceof ConntrackSourceConfig next && canBecome(next);
    }

    private boolean canBecome(ConntrackSourceConfig next) {
        ConntrackSourceConfig adapted = new ConntrackSourceConfig(
                name,
                accounting,
                next.activeTimeout,
                next.emptyFlows,
                delivery,
                guardPercent,
                mark,
                namespace,
                receiveBufferBytes,
                readers,
                setSysctls,
                next.firstStart,
                stateFile,
                maxFlows,
                natEvents,
                next.shutdownTimeout);
        return accounting == Accounting.DELTA && adapted.equals(next);
    }

    /** The same, but for what a first start does with flows that are there. */
    public ConntrackSourceConfig withFirstStart(FirstStart other) {
        return new ConntrackSourceConfig(
                name,
                accounting,
                activeTimeout,
                emptyFlows,
                delivery,
                guardPercent,
                mark,
                namespace,
                receiveBufferBytes,
                readers,
                setSysctls,
                other,
                stateFile,
                maxFlows,
                natEvents,
                shutdownTimeout);
    }

    static ConntrackSourceConfig read(YamlSection section, String name) {
        ConntrackSourceConfig fallback = defaults(name);
        ConntrackSourceConfig config = new ConntrackSourceConfig(
                name,
                section.choice("accounting", fallback.accounting),
                section.duration("active-timeout", fallback.activeTimeout, Duration.ofSeconds(1), Duration.ofDays(1)),
                section.choice("empty-flows", fallback.emptyFlows),
                section.choice("delivery", fallback.delivery),
                section.read("guard", fallback.guardPercent, ConntrackSourceConfig::percent),
                section.optional("mark", MarkMatch::parse),
                section.optional("namespace", ConntrackSourceConfig::namespace),
                // The kernel silently cuts SO_RCVBUF at INT_MAX / 2 (sock_setsockopt, net/core/sock.c), a byte below 1
                // GiB.
                (int) section.sizeBytes("receive-buffer", fallback.receiveBufferBytes, 4 << 10, 1 << 30),
                (int) section.integer("readers", fallback.readers, 1, MAX_READERS),
                section.flag("set-sysctls", fallback.setSysctls),
                section.choice("first-start", fallback.firstStart),
                section.optional("state-file", ConntrackSourceConfig::stateFile),
                (int) section.integer("max-flows", fallback.maxFlows, 1_000, 100_000_000),
                NatEventsConfig.read(section),
                section.duration(
                        "shutdown-timeout", fallback.shutdownTimeout, Duration.ofMillis(100), Duration.ofMinutes(10)));
        YamlValue timeout = section.value("active-timeout");
        if (config.accounting == Accounting.END && timeout != null) {
            timeout.warning("has no effect with accounting: end");
        }
        YamlValue readers = section.value("readers");
        if (config.accounting == Accounting.RESET && config.readers > 1 && readers != null) {
            readers.error("accounting: reset has one reader only, because a dump that zeroes cannot be shared out;"
                    + " write accounting: delta");
        }
        for (String key : List.of("state-file", "first-start", "max-flows")) {
            YamlValue value = section.value(key);
            boolean used = key.equals("max-flows") && config.natEvents != null;
            if (config.accounting != Accounting.DELTA && value != null && !used) {
                value.warning("has no effect with accounting: " + config.accounting);
            }
        }
        NatEventsConfig.check(section, config);
        section.finish();
        return config;
    }

    private static Path stateFile(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException(
                    ScalarText.quote(text) + " is not an absolute path such as /var/lib/nurs/flows.state");
        }
        return Path.of(text);
    }

    static int percent(String text) {
        String number = text.endsWith("%") ? text.substring(0, text.length() - 1) : text;
        long percent = ScalarText.integer(number);
        if (percent < 20 || percent > 100) {
            throw new IllegalArgumentException(ScalarText.quote(text) + " is outside 20% to 100%");
        }
        return (int) percent;
    }

    static String namespace(String text) {
        boolean name = !text.contains("/") && !text.equals(".") && !text.equals("..");
        if (text.isBlank() || text.indexOf('\0') >= 0 || !(name || text.startsWith("/"))) {
            throw new IllegalArgumentException(ScalarText.quote(text)
                    + " is neither a name in /run/netns nor an absolute path such as /proc/1234/ns/net");
        }
        return text;
    }
}
