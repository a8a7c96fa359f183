package io.nurs.appliance.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** This process: memory, collector of garbage, threads, files, time; and which nurs it is. */
final class ProcessMeters implements AutoCloseable {
    private static final Path STATM = Path.of("/proc/self/statm");
    /** sysconf(_SC_PAGESIZE) of x86_64, and of aarch64 with the usual kernels. */
    private static final int PAGE_BYTES = 4096;

    private final JvmGcMetrics collector = new JvmGcMetrics();

    ProcessMeters(MeterRegistry registry) {
        // Its unit is the nanosecond, which is none of Prometheus's.
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
        // Its name would be that of a summary's part.
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        collector.bindTo(registry);
        bindOwn(new Meters(registry, Tags.empty()));
    }

    private static void bindOwn(Meters meters) {
        meters.gauge("nurs.build.info", null, "Always 1; which nurs this is.", () -> 1, "version", version());
        meters.gauge(
                "process.resident.memory", "bytes", "Memory of this process that is in RAM.", () -> residentBytes());
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider allocator) {
            meters.gauge(
                    "nurs.netty.direct.memory",
                    "bytes",
                    "Direct memory that Netty's allocator holds.",
                    () -> allocator.metric().usedDirectMemory());
        }
    }

    private static String version() {
        // On the class path there is no descriptor, hence no version.
        return Optional.ofNullable(ProcessMeters.class.getModule().getDescriptor())
                .flatMap(ModuleDescriptor::rawVersion)
                .orElse("unknown");
    }

    private static double residentBytes() {
        try {
            // proc_pid_statm(5): size, resident, …, in pages.
            return Long.parseLong(Files.readString(STATM).split(" ", -1)[1]) * (double) PAGE_BYTES;
        } catch (IOException | RuntimeException e) {
            return Double.NaN;
        }
    }

    @Override
    public void close() {
        collector.close();
    }
}
