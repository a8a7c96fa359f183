package io.nurs.appliance.command;

import io.nurs.appliance.Appliance;
import io.nurs.appliance.ReloadOutcome;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.MetricsConfig;
import io.nurs.appliance.http.Answer;
import io.nurs.appliance.http.HttpServer;
import io.nurs.appliance.http.Page;
import io.nurs.appliance.http.Site;
import io.nurs.appliance.metrics.ApplianceMetrics;
import io.nurs.appliance.status.StatusPages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The status page of what runs, and its metrics. */
final class StatusServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("nursd");

    private final StatusPages pages;
    private final HttpServer server;
    private final ApplianceMetrics metrics;

    private StatusServer(StatusPages pages, ApplianceMetrics metrics, HttpServer server) {
        this.pages = pages;
        this.server = server;
        this.metrics = metrics;
    }

    /**
     * Serves where the configuration says.
     *
     * @param running what runs, which another may take the place of
     * @throws StartException if that cannot be
     */
    static StatusServer start(MetricsConfig config, Supplier<Appliance> running)
            throws StartException, InterruptedException {
        StatusPages pages = StatusPages.start(running, Versions.nursd());
        ApplianceMetrics metrics = new ApplianceMetrics(running, config.top());
        try {
            Site site = site(pages).with("/metrics", metrics(metrics));
            StatusServer server = new StatusServer(pages, metrics, HttpServer.start(config, site));
            server.tellWhere();
            return server;
        } catch (StartException | RuntimeException e) {
            metrics.close();
            pages.close();
            throw e;
        }
    }

    private static Site site(StatusPages pages) {
        try {
            return pages.site();
        } catch (IOException e) {
            throw new UncheckedIOException("a page is missing in the jar", e);
        }
    }

    private static Page metrics(ApplianceMetrics metrics) {
        return accept -> {
            ApplianceMetrics.Exposition all = metrics.scrape(accept);
            return Answer.ok(all.contentType(), all.text());
        };
    }

    /** Null if it serves nowhere. */
    @Nullable
    String url() {
        return server.url();
    }

    private void tellWhere() {
        String url = url();
        if (url != null) {
            LOG.info("status page at {}", url);
        }
    }

    /**
     * Serves where a changed configuration says.
     *
     * @throws StartException if that cannot be; then all is as it was
     */
    void apply(MetricsConfig config) throws StartException, InterruptedException {
        String before = String.valueOf(server.url());
        server.apply(config);
        metrics.top(config.top());
        if (!before.equals(String.valueOf(server.url()))) {
            tellWhere();
        }
    }

    /** An attempt to change the configuration has ended. */
    void reloaded(ReloadOutcome outcome) {
        pages.reloaded(outcome);
        metrics.bind();
    }

    /** Before what it shows is stopped. */
    void stopServing() {
        pages.stopping();
        server.close();
        metrics.close();
        pages.close();
    }

    @Override
    public void close() {
        stopServing();
    }
}
