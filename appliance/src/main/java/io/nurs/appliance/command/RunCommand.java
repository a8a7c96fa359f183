package io.nurs.appliance.command;

import io.nurs.appliance.Appliance;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ConfigException;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.log.Logs;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(name = "run", description = "Export flows until SIGTERM or SIGINT; then report what is left, flush and exit.")
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger("nursd");

    @ArgGroup(multiplicity = "1")
    private What what;

    static final class What {
        @Option(names = "--config", paramLabel = "FILE", description = "The configuration (YAML).")
        private @Nullable Path config;

        @Option(
                names = "--collector",
                paramLabel = "URL",
                description = "Instead of a configuration: this machine's conntrack to one collector, such as"
                        + " netflow9://192.0.2.10:9995.")
        private @Nullable String collector;
    }

    @Mixin
    private LogOptions log;

    @ParentCommand
    private Nursd nursd;

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        Orders orders = new Orders();
        // At once: by itself SIGHUP ends a process.
        Signals.onReload(orders::reload);
        ApplianceConfig config = config();
        Logs logs = log.start(nursd.verbose());
        try {
            return run(config, orders);
        } finally {
            logs.flush();
        }
    }

    private int run(ApplianceConfig config, Orders orders) throws InterruptedException {
        config.warnings().forEach(warning -> LOG.warn("{}", warning));
        Signals.onStop(orders::stop);
        Appliance appliance = start(config);
        Signals.onReportNow(appliance::reportNow);
        try (StatusServer status = serve(config, appliance);
                Supervisor supervisor =
                        Supervisor.of(System.getenv(), () -> appliance.loops().iterator());
                ReloadNotice notice = new ReloadNotice(
                        System.getenv(), ProcessHandle.current().pid())) {
            LOG.info(
                    "nursd is running; SIGTERM ends it, SIGHUP has its configuration read again, SIGUSR2 has live flows"
                            + " reported at once");
            supervisor.ready(ConfigSummary.ways(config));
            Reloader reloader = new Reloader(appliance, status, supervisor, notice, what.config);
            try {
                while (orders.awaitReload()) {
                    reloader.reload();
                }
            } finally {
                LOG.info("nursd is stopping");
                supervisor.stopping("sending the last reports");
                status.stopServing();
                appliance.stop();
            }
        }
        RunSummary.lines(appliance).forEach(LOG::info);
        return ExitCode.OK;
    }

    private static Appliance start(ApplianceConfig config) throws InterruptedException {
        try {
            return Appliance.start(config);
        } catch (StartException e) {
            throw CommandFailure.runtime(e.advice());
        }
    }

    private static StatusServer serve(ApplianceConfig config, Appliance appliance) throws InterruptedException {
        try {
            return StatusServer.start(config.metrics(), () -> appliance);
        } catch (StartException e) {
            appliance.stop();
            throw CommandFailure.runtime(e.advice());
        } catch (RuntimeException e) {
            appliance.stop();
            throw e;
        }
    }

    private ApplianceConfig config() throws ConfigException {
        if (what.config != null) {
            return ConfigLoader.load(what.config);
        }
        if (what.collector != null) {
            return ApplianceConfig.forCollector(what.collector);
        }
        throw new AssertionError("picocli asks for one of the two");
    }
}
