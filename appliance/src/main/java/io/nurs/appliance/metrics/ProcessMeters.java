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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** This process: memory, collector of garbage, threads, files, time; and which nurs it is. */
final class ProcessMeters implements AutoCloseable {
    private static final Path STATUS = Path.of("/proc/self/status");
    /** proc_pid_status(5): "kB" is 1024 octets, whatever the size of a page is. */
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s*(\\d+) kB$");

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
            Matcher resident = RESIDENT.matcher(Files.readString(STATUS));
            return resident.find() ? Long.parseLong(resident.group(1)) * 1024.0 : Double.NaN;
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    @Override
    public void close() {
        collector.close();
    }
}
