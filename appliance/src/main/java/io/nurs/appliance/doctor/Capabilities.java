package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import io.nurs.appliance.config.ApplianceConfig;
import io.nurs.appliance.config.CollectorDestination;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.SourceConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What this process may do, which is what nursd may if the same user starts it in the same way.
 *
 * @param effective a bit for each, linux/capability.h
 */
record Capabilities(long effective) {
    private static final int CAP_NET_ADMIN = 12;
    private static final int CAP_NET_RAW = 13;
    private static final int CAP_SYS_ADMIN = 21;

    private static final String CAP_EFF = "CapEff:";
    /** Commit c427bfec18f2: who has no capability may bind a socket to a device, if it is bound to none yet. */
    private static final KernelVersion DEVICE_FOR_ALL = new KernelVersion(5, 7);

    static Capabilities ofThisProcess() throws IOException {
        return parse(Place.text(Path.of("/proc/self/status")));
    }

    static Capabilities parse(String status) {
        String hex = status.lines()
                .filter(line -> line.startsWith(CAP_EFF))
                .map(line -> line.substring(CAP_EFF.length()).strip())
                .findFirst()
                .orElse("0");
        return new Capabilities(Long.parseUnsignedLong(hex, 16));
    }

    boolean netAdmin() {
        return has(CAP_NET_ADMIN);
    }

    private boolean has(int capability) {
        return (effective >>> capability & 1) != 0;
    }

    List<Finding> findings(ApplianceConfig config, KernelVersion kernel) {
        List<Finding> findings = new ArrayList<>();
        findings.add(
                netAdmin()
                        ? Finding.ok("CAP_NET_ADMIN", "there")
                        : missing(
                                "CAP_NET_ADMIN",
                                "missing: the kernel gives neither entries nor events nor counters, so nothing is exported, and the"
                                        + " receive buffer is held to net.core.rmem_max"));
        if (config.sources().stream().anyMatch(Capabilities::entersNamespace)) {
            findings.add(
                    has(CAP_SYS_ADMIN)
                            ? Finding.ok("CAP_SYS_ADMIN", "there, for sources with a namespace")
                            : missing(
                                    "CAP_SYS_ADMIN",
                                    "missing: sources with a namespace cannot be opened, as setns(2) asks for it"));
        }
        if (bindsDevice(config) && kernel.isBefore(DEVICE_FOR_ALL) && !has(CAP_NET_RAW)) {
            findings.add(missing(
                    "CAP_NET_RAW",
                    "missing: kernels before " + DEVICE_FOR_ALL + " ask for it with bind-device, and that exporter"
                            + " cannot start"));
        }
        return findings;
    }

    private static Finding missing(String capability, String cost) {
        return Finding.fail(
                capability,
                cost,
                "run nursd (and this) as root, or with AmbientCapabilities=" + capability
                        + " in its systemd unit; a container with --cap-add "
                        + capability.substring("CAP_".length()));
    }

    private static boolean entersNamespace(SourceConfig source) {
        return source.namespace() != null;
    }

    private static boolean bindsDevice(ApplianceConfig config) {
        return config.exporters().values().stream()
                .anyMatch(exporter -> exporter instanceof FlowExporterConfig flows
                        && flows.destination() instanceof CollectorDestination collector
                        && collector.bindDevice() != null);
    }
}
