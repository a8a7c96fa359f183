package io.nurs.appliance.export;

import io.nurs.appliance.filter.FlowFilter;
import io.nurs.appliance.nat.NatEvent;
import io.nurs.appliance.source.ConntrackFlow;
import java.util.List;

/**
 * One way from a source to collectors.
 *
 * @param interfaces whether a filter adds interfaces and direction, and records carry them
 */
public record Stack(String name, List<FlowFilter> filters, boolean interfaces, List<Collector> collectors) {
    public Stack {
        filters = List.copyOf(filters);
        collectors = List.copyOf(collectors);
    }

    void export(ConntrackFlow flow) {
        flow.clearAdded();
        // By index: an iterator would be garbage for each flow.
        for (int i = 0; i < filters.size(); i++) {
            if (!filters.get(i).pass(flow)) {
                return;
            }
        }
        for (int i = 0; i < collectors.size(); i++) {
            collectors.get(i).export(flow, interfaces);
        }
    }

    /** Filters look at flows only. */
    void export(NatEvent event) {
        for (int i = 0; i < collectors.size(); i++) {
            collectors.get(i).export(event);
        }
    }
}
