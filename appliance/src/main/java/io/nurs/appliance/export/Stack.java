package io.nurs.appliance.export;

import io.nurs.appliance.config.DistributionMode;
import io.nurs.appliance.filter.FlowFilter;
import io.nurs.appliance.source.ConntrackFlow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way from a source to collectors: to those for flows, and to those for an address translator's events. Each kind is
 * distributed for itself, or what falls to a collector of the other kind would go nowhere.
 */
public final class Stack {
    private final FlowFilter[] filters;
    private final boolean interfaces;
    private final List<Collector> collectors;
    private final List<Collector> flows;
    private final List<Collector> events;
    private final @Nullable Distribution ofFlows;
    private final @Nullable Distribution ofEvents;

    /** @param interfaces whether a filter adds interfaces and direction, and records carry them */
    public Stack(
            List<FlowFilter> filters, boolean interfaces, DistributionMode distribution, List<Collector> collectors) {
        this.filters = filters.toArray(FlowFilter[]::new);
        this.interfaces = interfaces;
        this.collectors = List.copyOf(collectors);
        this.flows = collectors.stream().filter(end -> !end.isOfEvents()).toList();
        this.events = collectors.stream().filter(Collector::isOfEvents).toList();
        this.ofFlows = flows.isEmpty() ? null : new Distribution(distribution, flows);
        this.ofEvents = events.isEmpty() ? null : new Distribution(distribution, events);
    }

    /** All that may get its flows or events. */
    List<Collector> collectors() {
        return collectors;
    }

    /** See {@link Collector#announce}. */
    void announce() {
        collectors.forEach(collector -> collector.announce(interfaces));
    }

    void export(ConntrackFlow flow) {
        if (ofFlows == null) {
            return;
        }
        flow.clearAdded();
        for (FlowFilter filter : filters) {
            if (!filter.pass(flow)) {
                return;
            }
        }
        int chosen = ofFlows.choose(flow);
        if (chosen != Distribution.ALL) {
            flows.get(chosen).export(flow, interfaces);
            return;
        }
        // By index: an iterator would be garbage for each flow.
        for (int i = 0; i < flows.size(); i++) {
            flows.get(i).export(flow, interfaces);
        }
    }

    /** Whether this collector gets the observation that comes next. Hashing looks at flows: each gets all, or with failover one. */
    boolean givesObservationsTo(Collector collector) {
        int place = flows.indexOf(collector);
        return ofFlows != null && place >= 0 && (!ofFlows.isFailover() || place == ofFlows.firstUp());
    }

    /**
     * Whether this collector gets the event that comes next. Filters and hashing look at flows: each collector for events gets
     * them all, or with failover the first of those that is up.
     */
    boolean givesEventsTo(Collector collector) {
        int place = events.indexOf(collector);
        return ofEvents != null && place >= 0 && (!ofEvents.isFailover() || place == ofEvents.firstUp());
    }
}
