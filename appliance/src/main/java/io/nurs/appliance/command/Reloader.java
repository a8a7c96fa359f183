package io.nurs.appliance.command;

import io.nurs.appliance.Appliance;
import io.nurs.appliance.ReloadOutcome;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ConfigError;
import io.nurs.appliance.config.ConfigException;
import io.nurs.appliance.config.ConfigLoader;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the configuration again, goes over to it, and says what came of it: in the log, to the service manager, in a notice. */
final class Reloader {
    private static final Logger LOG = LoggerFactory.getLogger("nursd");

    private final Appliance appliance;
    private final StatusServer status;
    private final Supervisor supervisor;
    private final ReloadNotice notice;
    private final @Nullable Path file;

    /** @param file null if there is none to read again */
    Reloader(
            Appliance appliance, StatusServer status, Supervisor supervisor, ReloadNotice notice, @Nullable Path file) {
        this.appliance = appliance;
        this.status = status;
        this.supervisor = supervisor;
        this.notice = notice;
        this.file = file;
    }

    void reload() throws InterruptedException {
        supervisor.reloading("reading the configuration again");
        ReloadOutcome outcome = inAnyCase();
        if (outcome.reloaded()) {
            LOG.info("reloaded: {}", outcome.words());
        }
        status.reloaded(outcome);
        notice.write(outcome);
        supervisor.ready(ConfigSummary.ways(appliance.config())
                + (outcome.reloaded() ? "" : "; not reloaded: " + outcome.words()));
    }

    /** A mistake of ours is no reason to end what runs. */
    private ReloadOutcome inAnyCase() throws InterruptedException {
        try {
            return outcome();
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) {
            LOG.error("the configuration is unchanged: internal error, please report it", e);
            return appliance.unchanged("internal error: " + e);
        }
    }

    private ReloadOutcome outcome() throws InterruptedException {
        if (file == null) {
            String why = "nursd runs with --collector, so there is no file to read again";
            LOG.warn("the configuration is unchanged: {}", why);
            return appliance.unchanged(why);
        }
        ApplianceConfig next;
        try {
            next = ConfigLoader.load(file);
        } catch (ConfigException e) {
            e.errors().forEach(error -> LOG.error("the configuration is unchanged: {}", error));
            return appliance.unchanged(
                    e.errors().stream().map(ConfigError::toString).collect(Collectors.joining("; ")));
        }
        next.warnings().forEach(warning -> LOG.warn("{}", warning));
        ReloadOutcome outcome = goOver(next);
        if (!outcome.reloaded()) {
            LOG.error("the configuration is unchanged: {}", outcome.words());
        }
        return outcome;
    }

    /** The status page first: it can go back more easily. */
    private ReloadOutcome goOver(ApplianceConfig next) throws InterruptedException {
        ApplianceConfig before = appliance.config();
        try {
            status.apply(next.metrics());
        } catch (StartException e) {
            return appliance.unchanged(e.advice());
        }
        ReloadOutcome outcome = appliance.reload(next);
        if (!outcome.reloaded()) {
            goBack(before);
        }
        return outcome;
    }

    private void goBack(ApplianceConfig before) throws InterruptedException {
        try {
            status.apply(before.metrics());
        } catch (StartException e) {
            LOG.error("the status page and metrics are gone: {}; reload when that is mended", e.advice());
        }
    }
}
