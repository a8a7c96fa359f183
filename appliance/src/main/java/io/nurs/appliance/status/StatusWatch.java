package io.nurs.appliance.status;

import io.nurs.appliance.Appliance;
import io.nurs.appliance.RateLimit;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.source.Source;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at all that runs once a second, on a thread of its own: what runs may change meanwhile. */
final class StatusWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatusWatch.class);
    private static final int SYSCTLS_EACH = 10;

    private final Supplier<Appliance> running;
    private final Map<Source, SourceLook> sources = new ConcurrentHashMap<>();
    private final Map<Collector, CollectorLook> collectors = new ConcurrentHashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("status").daemon().factory());
    private final RateLimit failures = new RateLimit();
    private long looks;

    StatusWatch(Supplier<Appliance> running) {
        this.running = running;
    }

    void start() {
        thread.scheduleWithFixedDelay(this::lookOrComplain, 0, 1, TimeUnit.SECONDS);
    }

    // An exception would end the schedule, and nobody would know.
    private void lookOrComplain() {
        try {
            look();
        } catch (RuntimeException e) {
            if (failures.permits()) {
                LOG.error("cannot look at what runs: {}; please report this{}", e.toString(), failures.suppressed(), e);
            }
        }
    }

    private void look() {
        Appliance appliance = running.get();
        List<Source> now = appliance.sources();
        sources.keySet().retainAll(now);
        collectors.keySet().retainAll(appliance.collectors());
        now.forEach(source -> of(source).look());
        appliance.collectors().forEach(collector -> of(collector).look());
        if (looks++ % SYSCTLS_EACH == 0) {
            sources.values().forEach(SourceLook::lookAtSysctls);
        }
    }

    SourceLook of(Source source) {
        return sources.computeIfAbsent(source, SourceLook::new);
    }

    CollectorLook of(Collector collector) {
        return collectors.computeIfAbsent(collector, CollectorLook::new);
    }

    @Override
    public void close() {
        // An interrupt would close the files that it reads, which are the sources' too.
        thread.shutdown();
    }
}
