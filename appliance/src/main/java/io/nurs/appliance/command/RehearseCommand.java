package io.nurs.appliance.command;

import io.netty.util.NetUtil;
import io.nurs.appliance.Appliance;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.ConfigException;
import io.nurs.appliance.config.MetricsConfig;
import io.nurs.appliance.log.Logs;
import io.nurs.netlink.route.Loopback;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleReader;
import java.lang.module.ResolvedModule;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/**
 * What an AOT cache is trained with (JEP 514): all of {@code run} that needs neither a privilege nor the network, as a build of an
 * image may have neither. Events come from a recording, and what only the kernel's answers would bring to life is loaded at least.
 * In a network namespace of its own it is brought to life.
 */
@Command(name = "rehearse", hidden = true, description = "Train an AOT cache; docker/runtime.sh does.")
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class RehearseCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RehearseCommand.class);
    private static final int SCRAPES = 20;

    @Option(names = "--replay", paramLabel = "FILE", required = true)
    private Path replay;

    @Option(names = "--live", description = "This network namespace is nobody else's: start a source here.")
    private boolean live;

    @Mixin
    private LogOptions log;

    @ParentCommand
    private Nursd nursd;

    @Override
    public Integer call() throws ConfigException, StartException, IOException, InterruptedException {
        Logs logs = log.start(nursd.verbose());
        loadOurs();
        serve();
        logs.flush();
        return new CommandLine(new DemoCommand()).execute("--replay", replay.toString());
    }

    /** A cache keeps what was loaded. */
    private static void loadOurs() throws IOException {
        for (ResolvedModule module : ModuleLayer.boot().configuration().modules()) {
            if (module.name().startsWith("io.nurs.")) {
                try (ModuleReader reader = module.reference().open()) {
                    reader.list()
                            .filter(name -> name.endsWith(".class") && !name.equals("module-info.class"))
                            .forEach(name -> load(name.replace('/', '.').replaceAll("\\.class$", "")));
                }
            }
        }
    }

    private static void load(String name) {
        try {
            Class.forName(name, false, RehearseCommand.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("the module lists " + name, e);
        }
    }

    /** The way to the sources, of which there may be none, and the status page. */
    private void serve() throws ConfigException, StartException, IOException, InterruptedException {
        ApplianceConfig asked = ApplianceConfig.forCollector("netflow9://127.0.0.1:9995");
        ConfigSummary.ways(asked);
        MetricsConfig all = asked.metrics();
        InetSocketAddress anyPort = new InetSocketAddress(NetUtil.LOCALHOST4, 0);
        MetricsConfig metrics = new MetricsConfig(
                anyPort,
                all.isWritten(),
                all.tls(),
                all.bearerTokenSha256(),
                all.basicAuth(),
                all.maxConnections(),
                all.top());
        Appliance appliance = start(asked, metrics);
        try (StatusServer server = StatusServer.start(metrics, () -> appliance)) {
            for (int i = 0; i < SCRAPES; i++) {
                ask(server, "/metrics");
                ask(server, "/healthz");
            }
        } finally {
            appliance.stop();
        }
    }

    private Appliance start(ApplianceConfig asked, MetricsConfig metrics) throws StartException, InterruptedException {
        if (live) {
            try {
                Loopback.up();
                return Appliance.start(
                        new ApplianceConfig(asked.transport(), asked.stacks(), asked.exporters(), metrics, List.of()));
            } catch (IOException | StartException e) {
                // A kernel that builds need not be one that tracks connections.
                LOG.warn("no source can be started here, so the cache will lack it: {}", e.getMessage());
            }
        }
        return Appliance.start(new ApplianceConfig(asked.transport(), List.of(), Map.of(), metrics, List.of()));
    }

    private static void ask(StatusServer server, String path) {
        URI page = URI.create(String.valueOf(server.url()));
        try (Socket socket = new Socket(page.getHost(), page.getPort())) {
            String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
