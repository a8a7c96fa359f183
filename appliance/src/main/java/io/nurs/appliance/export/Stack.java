package io.nurs.appliance.export;

import io.nurs.appliance.config.DistributionMode;
import io.nurs.appliance.filter.FlowFilter;
import io.nurs.appliance.nat.NatEvent;
import io.nurs.appliance.source.ConntrackFlow;
import java.util.List;

/** One way from a source to collectors. */
public final class Stack {
    private final FlowFilter[] filters;
    private final boolean interfaces;
    private final List<Collector> collectors;
    private final Distribution distribution;

    /** @param interfaces whether a filter adds interfaces and direction, and records carry them */
    public Stack(
            List<FlowFilter> filters, boolean interfaces, DistributionMode distribution, List<Collector> collectors) {
        this.filters = filters.toArray(FlowFilter[]::new);
        this.interfaces = interfaces;
        this.collectors = List.copyOf(collectors);
        this.distribution = new Distribution(distribution, this.collectors);
    }

    /** All that may get its flows. */
    List<Collector> collectors() {
        return collectors;
    }

    void export(ConntrackFlow flow) {
        flow.clearAdded();
        for (FlowFilter filter : filters) {
            if (!filter.pass(flow)) {
                return;
            }
        }
        int chosen = distribution.choose(flow);
        if (chosen != Distribution.ALL) {
            collectors.get(chosen).export(flow, interfaces);
            return;
        }
        // By index: an iterator would be garbage for each flow.
        for (int i = 0; i < collectors.size(); i++) {
            collectors.get(i).export(flow, interfaces);
        }
    }

    /**
     * Filters and hashing look at flows: each collector that is for events gets them all, or with failover the first that is
     * up.
     */
    void export(NatEvent event) {
        int first = distribution.isFailover() ? distribution.firstUp() : 0;
        int last = distribution.isFailover() ? first : collectors.size() - 1;
        for (int i = first; i <= last; i++) {
            collectors.get(i).export(event);
        }
    }
}
