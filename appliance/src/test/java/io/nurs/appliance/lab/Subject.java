package io.nurs.appliance.lab;

import io.nurs.appliance.Appliance;
import io.nurs.appliance.StartException;
import io.nurs.appliance.config.ConfigException;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.source.ConntrackSource;

/** The appliance under test, in this JVM. Closing stops it. */
public final class Subject implements AutoCloseable {
    private final Appliance appliance;
    private boolean stopped;

    private Subject(Appliance appliance) {
        this.appliance = appliance;
    }

    /** Starts a whole configuration. */
    public static Subject start(String yaml) throws ConfigException, StartException, InterruptedException {
        return new Subject(Appliance.start(ConfigLoader.parse("test.yaml", yaml)));
    }

    /**
     * The lab's router to collectors on 127.0.0.1.
     *
     * @param sourceOptions such as {@code accounting: end}
     * @param exporterOptions of each exporter
     */
    public static Subject start(Lab lab, String sourceOptions, String exporterOptions, int... ports)
            throws ConfigException, StartException, InterruptedException {
        StringBuilder names = new StringBuilder();
        StringBuilder exporters = new StringBuilder();
        for (int port : ports) {
            names.append(names.isEmpty() ? "" : ", ").append("to-").append(port);
            exporters.append("  to-%d: { type: netflow9, collector: \"127.0.0.1:%d\", flush-interval: 20ms, %s }\n"
                    .formatted(port, port, exporterOptions));
        }
        return start("""
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %s, %s }
                    exporters: [%s]
                exporters:
                %s""".formatted(lab.router(), sourceOptions, names, exporters));
    }

    public ConntrackSource source() {
        return appliance.conntrackSources().getFirst();
    }

    public Collector collector() {
        return appliance.collectors().getFirst();
    }

    public Appliance appliance() {
        return appliance;
    }

    /** Waits until it has taken so many DESTROY events. */
    public void waitForEnded(long count) {
        Wait.until(
                () -> count + " flows ended, " + source().stats().ended() + " so far",
                () -> source().stats().ended() >= count);
    }

    /** Datagrams that the first collector was sent, once the appliance has stopped. */
    public long stop() {
        close();
        return collector().encoded().datagrams();
    }

    @Override
    public void close() {
        if (!stopped) {
            stopped = true;
            Wait.unchecked(() -> {
                appliance.stop();
                return true;
            });
        }
    }
}
