package io.nurs.appliance.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * One direction of a flow, as one of the witnesses tells it; -1 is a number that it does not tell.
 *
 * @param firstMillis Unix time
 */
public record FlowFact(
        int protocol,
        String source,
        int sourcePort,
        String destination,
        int destinationPort,
        String postSource,
        int postSourcePort,
        String postDestination,
        int postDestinationPort,
        int icmpType,
        int icmpCode,
        long packets,
        long bytes,
        long firstMillis,
        long lastMillis,
        int ingress,
        int egress,
        int direction,
        int endReason) {
    public FlowFact {
        source = canonical(source);
        destination = canonical(destination);
        postSource = canonical(postSource);
        postDestination = canonical(postDestination);
    }

    private static String canonical(String address) {
        return Traffic.address(address).getHostAddress();
    }

    public FlowFact withoutEndReason() {
        return with(ingress, egress, direction, -1);
    }

    public FlowFact withInterfaces(int in, int out, int way) {
        return with(in, out, way, endReason);
    }

    private FlowFact with(int in, int out, int way, int reason) {
        return new FlowFact(
                protocol,
                source,
                sourcePort,
                destination,
                destinationPort,
                postSource,
                postSourcePort,
                postDestination,
                postDestinationPort,
                icmpType,
                icmpCode,
                packets,
                bytes,
                firstMillis,
                lastMillis,
                in,
                out,
                way,
                reason);
    }

    /** The same facts, as often as each, in any order. */
    public static void assertSame(Collection<FlowFact> expected, Collection<FlowFact> actual, String witness) {
        assertEquals(lines(expected), lines(actual), witness);
    }

    private static String lines(Collection<FlowFact> facts) {
        return facts.stream().map(FlowFact::toString).sorted().collect(Collectors.joining("\n"));
    }
}
