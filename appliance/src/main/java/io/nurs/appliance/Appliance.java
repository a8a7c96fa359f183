package io.nurs.appliance;

import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.EventExecutor;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.appliance.source.Source;
import io.nurs.flow.SystemUptime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running configuration, which may give way to another. Each reader of a source has an event loop of its own, and on it a
 * channel of its own to each collector: nothing on the way from the kernel to the wire is shared between threads.
 */
public final class Appliance {
    private static final Logger LOG = LoggerFactory.getLogger(Appliance.class);

    private final Transports transport;
    private final SystemUptime uptime;
    private volatile ApplianceConfig config;
    private volatile List<Reader> readers = List.of();
    private volatile @Nullable ReloadOutcome lastReload;

    private Appliance(ApplianceConfig config) throws StartException {
        this.config = config;
        this.transport = Transports.of(config.transport());
        this.uptime = new SystemUptime(bootEpochMillis());
    }

    /**
     * Starts all parts.
     *
     * @throws StartException if one cannot be started; then none is left running
     */
    public static Appliance start(ApplianceConfig config) throws StartException, InterruptedException {
        Appliance appliance = new Appliance(config);
        appliance.goOver(config);
        return appliance;
    }

    private void goOver(ApplianceConfig next) throws StartException, InterruptedException {
        readers = new Reload(transport, uptime, readers, next).run();
        config = next;
    }

    /**
     * Goes over to another configuration. What is the same in both goes on as if nothing had happened; if the other one cannot be
     * started, so does all. Not on an event loop.
     */
    public synchronized ReloadOutcome reload(ApplianceConfig next) throws InterruptedException {
        ApplianceConfig before = config;
        if (next.transport() != before.transport()) {
            return unchanged("transport: " + before.transport() + " cannot become " + next.transport()
                    + " while nursd runs; restart it, or leave that key as it was");
        }
        String changes = ConfigChanges.describe(before, next);
        try {
            goOver(next);
        } catch (StartException e) {
            return unchanged(e.advice());
        }
        return outcome(true, changes);
    }

    /** Another configuration was wanted, and did not come to be. */
    public ReloadOutcome unchanged(String why) {
        return outcome(false, why);
    }

    private ReloadOutcome outcome(boolean reloaded, String words) {
        ReloadOutcome outcome = new ReloadOutcome(Instant.now(), reloaded, words);
        lastReload = outcome;
        return outcome;
    }

    /** What became of the last wish for another configuration; null if there was none. */
    public @Nullable ReloadOutcome lastReload() {
        return lastReload;
    }

    /** What is running. */
    public ApplianceConfig config() {
        return config;
    }

    /** Has every source report its live flows as soon as it can. */
    public void reportNow() {
        sources().forEach(Source::reportNow);
    }

    /** One for each reader, as they are now: a reload may bring others. */
    public List<Source> sources() {
        return readers.stream()
                .map(Reader::source)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
    }

    /** Those of {@link #sources()} that tell of flows. */
    public List<ConntrackSource> conntrackSources() {
        return sources().stream()
                .filter(ConntrackSource.class::isInstance)
                .map(ConntrackSource.class::cast)
                .toList();
    }

    /** As they are now. */
    public List<Collector> collectors() {
        return readers.stream()
                .flatMap(reader -> reader.collectors().values().stream())
                .toList();
    }

    /** Each turns a part of what is running; as they are now. */
    public List<EventExecutor> loops() {
        return readers.stream().<EventExecutor>map(Reader::loop).toList();
    }

    /** Last reports first, then what collectors have not been sent yet, then the loops. */
    public synchronized void stop() throws InterruptedException {
        List<Source> sources = sources();
        readers.forEach(Reader::beginStop);
        for (Source source : sources) {
            source.stop();
        }
        // At once: each may take a while.
        List<ChannelFuture> closing =
                collectors().stream().map(Collector::close).toList();
        for (ChannelFuture closed : closing) {
            closed.await();
        }
        for (Source source : sources) {
            source.close();
        }
        for (Reader reader : readers) {
            reader.closeLoop();
        }
    }

    /** When the machine started, by today's wall clock: /proc/uptime, which counts time asleep as well. */
    private static long bootEpochMillis() {
        long now = System.currentTimeMillis();
        try {
            String uptime = Files.readString(Path.of("/proc/uptime"));
            return now - (long) (Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) * 1000);
        } catch (IOException | RuntimeException e) {
            LOG.debug("cannot read /proc/uptime", e);
            return now;
        }
    }
}
