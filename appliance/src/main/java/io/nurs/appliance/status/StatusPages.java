package io.nurs.appliance.status;

import io.nurs.appliance.Appliance;
import io.nurs.appliance.ReloadOutcome;
import io.nurs.appliance.http.Answer;
import io.nurs.appliance.http.Page;
import io.nurs.appliance.http.Site;
import io.nurs.appliance.source.Source;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The status page, what it reads, and two short answers for machines: {@code /healthz} and {@code /readyz}. */
public final class StatusPages implements AutoCloseable {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final String HEALTH = "/healthz";

    private final Supplier<Appliance> running;
    private final StatusWatch watch;
    private final String version;
    private final long startedMillis = System.currentTimeMillis();
    private volatile Reloads reloads = new Reloads(0, startedMillis, null);
    private volatile boolean stopping;

    private record Reloads(
            long count, long loadedMillis, @Nullable ReloadOutcome last) {}

    private StatusPages(Supplier<Appliance> running, String version) {
        this.running = running;
        this.version = version;
        this.watch = new StatusWatch(running);
    }

    /**
     * Begins to watch.
     *
     * @param running what runs, which another may take the place of
     * @param version of nursd
     */
    public static StatusPages start(Supplier<Appliance> running, String version) {
        StatusPages pages = new StatusPages(running, version);
        pages.watch.start();
        return pages;
    }

    /** All there is to read, {@code /healthz} without a login. */
    public Site site() throws IOException {
        Map<String, Page> pages = new LinkedHashMap<>();
        pages.put("/", resource("index.html", "text/html; charset=utf-8"));
        pages.put("/status.css", resource("status.css", "text/css; charset=utf-8"));
        pages.put("/status.js", resource("status.js", "text/javascript; charset=utf-8"));
        pages.put("/icon.svg", resource("icon.svg", "image/svg+xml"));
        pages.put("/status.json", accept -> Answer.ok("application/json", StatusJson.write(report())));
        pages.put(HEALTH, accept -> health());
        pages.put("/readyz", accept -> readiness());
        return new Site(pages, Set.of(HEALTH));
    }

    private static Page resource(String name, String contentType) throws IOException {
        try (InputStream in = Objects.requireNonNull(StatusPages.class.getResourceAsStream(name), name)) {
            Answer answer = Answer.ok(contentType, in.readAllBytes());
            return accept -> answer;
        }
    }

    private StatusReport report() {
        Reloads now = reloads;
        long millis = System.currentTimeMillis();
        return new StatusReporter(running.get(), watch, millis)
                .report(version, millis, startedMillis, now.loadedMillis, now.count, now.last);
    }

    /** An attempt to change the configuration has ended. */
    public synchronized void reloaded(ReloadOutcome outcome) {
        Reloads before = reloads;
        reloads = new Reloads(
                before.count + 1, outcome.reloaded() ? outcome.when().toEpochMilli() : before.loadedMillis, outcome);
    }

    /** From here on it is not ready. */
    public void stopping() {
        stopping = true;
    }

    /** Alive: each event loop that reads has turned. One that has ended as it should turns no more. */
    private Answer health() {
        for (Source source : running.get().sources()) {
            long seconds = watch.of(source).secondsSinceTurn();
            if (!stopping && seconds >= Findings.STUCK_SECONDS) {
                return unavailable("source " + source.name() + " has not turned for " + seconds + " s");
            }
        }
        return Answer.text(OK, "ok");
    }

    private Answer readiness() {
        if (stopping) {
            return unavailable("nursd is stopping");
        }
        Appliance appliance = running.get();
        if (appliance.sources().isEmpty()) {
            return unavailable("no source runs");
        }
        for (Source source : appliance.sources()) {
            if (!source.isBound()) {
                return unavailable("source " + source.name() + " is not bound");
            }
        }
        return health();
    }

    private static Answer unavailable(String why) {
        return Answer.text(UNAVAILABLE, why);
    }

    @Override
    public void close() {
        watch.close();
    }
}
