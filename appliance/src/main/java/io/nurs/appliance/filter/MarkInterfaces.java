package io.nurs.appliance.filter;

import io.nurs.appliance.config.MarkInterfacesConfig;
import io.nurs.appliance.source.ConntrackFlow;

/** Reads interfaces and direction out of the connection mark, where CONNMARK rules have put them. */
final class MarkInterfaces implements FlowFilter {
    private final MarkInterfacesConfig config;

    MarkInterfaces(MarkInterfacesConfig config) {
        this.config = config;
    }

    @Override
    public boolean pass(ConntrackFlow flow) {
        int mark = flow.mark();
        flow.interfaces(config.ingress().apply(mark), config.egress().apply(mark));
        flow.direction((mark & config.directionMask()) == 0 ? 0 : 1);
        return true;
    }
}
