package io.nurs.appliance.doctor;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.nurs.appliance.Finding;
import io.nurs.appliance.StartException;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.CollectorDestination;
import io.nurs.appliance.config.ConntrackEventSourceConfig;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.CounterSourceConfig;
import io.nurs.appliance.config.ExporterConfig;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.NfacctSourceConfig;
import io.nurs.appliance.config.NflogSourceConfig;
import io.nurs.appliance.config.NfqueueSourceConfig;
import io.nurs.appliance.config.NftablesSourceConfig;
import io.nurs.appliance.config.SourceConfig;
import io.nurs.appliance.config.Transport;
import io.nurs.appliance.source.ConntrackSysctls;
import io.nurs.appliance.source.GroupOwners;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Looks at everything, one thing after the other. What cannot be looked at is a finding too. */
public final class Checkup {
    private static final Path RELEASE = Path.of("/proc/sys/kernel/osrelease");

    private final ApplianceConfig config;
    private final boolean running;
    private final Consumer<String> progress;
    private final List<Finding> findings = new ArrayList<>();
    /** Namespaces whose own matters have been looked at. */
    private final Set<String> seen = new HashSet<>();

    Checkup(ApplianceConfig config, boolean running, Consumer<String> progress) {
        this.config = config;
        this.running = running;
        this.progress = progress;
    }

    interface Check {
        void run() throws IOException, InterruptedException;
    }

    /**
     * Takes seconds where something does not answer.
     *
     * @param running whether a nursd runs on this machine
     * @param progress told what is being looked at
     * @throws StartException if Netty has no event loop here
     */
    public static List<Finding> findings(ApplianceConfig config, boolean running, Consumer<String> progress)
            throws StartException, InterruptedException {
        Transports transport;
        List<Finding> unavailable = new ArrayList<>();
        try {
            transport = Transports.of(config.transport());
        } catch (StartException e) {
            unavailable.add(Finding.fail("transport", e.advice() + "; nursd does not start", "write transport: epoll"));
            transport = Transports.of(Transport.EPOLL);
        }
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, transport.handlers());
        try {
            Checkup checkup = new Checkup(config, running, progress);
            checkup.findings.addAll(unavailable);
            checkup.run(loops.next(), transport);
            return checkup.findings;
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
        }
    }

    private void run(EventLoop loop, Transports transport) throws InterruptedException {
        config.warnings()
                .forEach(warning -> findings.add(
                        Finding.warn("configuration", warning.toString(), "change what line and key name")));
        findings.addAll(ContainerCheck.findings());
        look("kernel", this::machine);
        for (SourceConfig source : config.sources()) {
            switch (source) {
                case ConntrackSourceConfig conntrack ->
                    look("source " + conntrack.name(), () -> source(conntrack, loop));
                case ConntrackEventSourceConfig events -> look("source " + events.name(), () -> source(events, loop));
                case NfacctSourceConfig nfacct ->
                    look("source " + nfacct.name(), () -> answers(nfacct, loop, CtnetlinkCheck::ofNfacct));
                case CounterSourceConfig counters ->
                    look("source " + counters.name(), () -> answers(counters, loop, CtnetlinkCheck::finding));
                case NftablesSourceConfig nftables ->
                    look("source " + nftables.name(), () -> answers(nftables, loop, CtnetlinkCheck::ofNftables));
                case NfqueueSourceConfig queues -> look("source " + queues.name(), () -> queues(queues));
                case NflogSourceConfig nflog -> look("source " + nflog.name(), () -> groups(nflog, loop));
            }
        }
        look("clock", () -> findings.add(ClockCheck.finding()));
        for (ExporterConfig exporter : config.exporters().values()) {
            switch (exporter) {
                case FlowExporterConfig flows
                when flows.destination() instanceof CollectorDestination collector ->
                    look(
                            "exporter " + flows.name(),
                            () -> findings.addAll(CollectorCheck.findings(flows, collector, loop, transport)));
                case FlowExporterConfig written -> {
                    // Files are looked at with the others, and readers may come later.
                }
            }
        }
        look("files", () -> findings.addAll(FilesCheck.findings(config)));
        look("limits", () -> findings.addAll(LimitsCheck.findings(config, running)));
    }

    void look(String subject, Check check) throws InterruptedException {
        progress.accept("looking at " + subject);
        try {
            check.run();
        } catch (InterruptedException e) {
            throw e;
        } catch (IOException e) {
            findings.add(Finding.warn(
                    subject, "cannot be looked at: " + e.getMessage(), "run this as root, as nursd is run"));
        } catch (Exception e) {
            // One look that fails in a way nobody thought of must not cost the others.
            findings.add(Finding.warn(subject, "cannot be looked at: " + e, "report this, with the kernel's version"));
        }
    }

    List<Finding> found() {
        return findings;
    }

    private void machine() throws IOException {
        String release = Place.text(RELEASE).strip();
        KernelVersion version = KernelVersion.parse(release);
        findings.addAll(
                Capabilities.ofThisProcess().findings(config, version == null ? new KernelVersion(0, 0) : version));
        findings.add(KernelCheck.version(release, version));
        findings.addAll(KernelCheck.options(release));
    }

    private interface Question {
        Finding of(Place place, EventLoop loop) throws IOException, InterruptedException;
    }

    private void answers(SourceConfig source, EventLoop loop, Question question)
            throws IOException, InterruptedException {
        Place place = place(source);
        if (place != null) {
            findings.add(question.of(place, loop));
        }
    }

    private void queues(NfqueueSourceConfig source) throws IOException {
        Place place = place(source);
        if (place != null) {
            findings.addAll(QueueCheck.findings(place, source, running));
        }
    }

    private void groups(NflogSourceConfig source, EventLoop loop) throws IOException, InterruptedException {
        Place place = place(source);
        if (place == null) {
            return;
        }
        findings.add(CtnetlinkCheck.ofNflog(place, loop));
        for (int group : source.groups()) {
            String owner = GroupOwners.of(place.namespace(), group);
            if (!owner.isEmpty() && !running) {
                findings.add(Finding.fail(
                        place.subject("nflog group " + group),
                        "is taken, by " + owner + ", so nursd does not start",
                        "stop that, or choose another group in the source and in the rule"));
            }
        }
    }

    private @Nullable Place place(SourceConfig source) throws IOException {
        try {
            return Place.of(source);
        } catch (NoSuchFileException e) {
            findings.add(Finding.fail(
                    "source " + source.name(),
                    "there is no network namespace " + e.getFile() + ", so nursd does not start",
                    "ip netns list, then write one of those, or make it: ip netns add "
                            + Place.quote(Objects.requireNonNullElse(source.namespace(), ""))));
            return null;
        }
    }

    /** Whether ctnetlink answers; null after reporting that there is no conntrack. */
    private @Nullable ConntrackSysctls conntrack(Place place, EventLoop loop) throws IOException, InterruptedException {
        findings.add(CtnetlinkCheck.finding(place, loop));
        ConntrackSysctls sysctls = ConntrackSysctls.read(place.namespace());
        if (sysctls == null) {
            findings.add(Finding.fail(
                    place.subject("conntrack"), "this kernel has none now, or hides it", "modprobe nf_conntrack"));
        }
        return sysctls;
    }

    private void source(ConntrackSourceConfig source, EventLoop loop) throws IOException, InterruptedException {
        Place place = place(source);
        if (place == null) {
            return;
        }
        ConntrackSysctls sysctls = conntrack(place, loop);
        if (sysctls == null) {
            return;
        }
        findings.addAll(SysctlCheck.findings(source, place, sysctls));
        findings.addAll(TableCheck.read(place, sysctls.entries()).findings(place, source));
        findings.add(BufferCheck.finding(place, source, sysctls.entries()));
        if (seen.add(Objects.requireNonNullElse(source.namespace(), ""))) {
            String ruleset = place.output("nft", "list", "ruleset");
            findings.add(TrackingCheck.finding(place, sysctls.entries(), ruleset));
            findings.addAll(ListenersCheck.findings(place, source));
            findings.addAll(MergingCheck.findings(place, ruleset));
        }
    }

    private void source(ConntrackEventSourceConfig source, EventLoop loop) throws IOException, InterruptedException {
        Place place = place(source);
        if (place == null) {
            return;
        }
        ConntrackSysctls sysctls = conntrack(place, loop);
        if (sysctls == null) {
            return;
        }
        findings.addAll(SysctlCheck.findings(source, place, sysctls));
        findings.add(BufferCheck.finding(place, source));
        if (seen.add(Objects.requireNonNullElse(source.namespace(), ""))) {
            findings.add(TrackingCheck.finding(place, sysctls.entries(), place.output("nft", "list", "ruleset")));
        }
    }
}
