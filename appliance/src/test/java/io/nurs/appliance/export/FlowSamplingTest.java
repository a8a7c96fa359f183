package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlowSamplingTest {
    private static final int FLOWS = 4_000;

    private static List<Boolean> taken(FlowSampling sampling, EntryMessage... entries) {
        List<Boolean> taken = new ArrayList<>();
        EmbeddedSource source = new EmbeddedSource(
                ConntrackSourceConfig.defaults("flows"),
                InstantSource.system(),
                (ConntrackFlow flow) -> taken.add(sampling.takes(flow.original(), flow.zone())));
        for (EntryMessage entry : entries) {
            source.read(entry);
        }
        return taken;
    }

    /** Ports that follow one another, as they do: five standard deviations on either side. */
    @Test
    void takesOneOfSoManyConversations() {
        FlowSampling sampling = new FlowSampling(10);
        long taken = taken(sampling, SampleFlows.requests(FLOWS)).stream()
                .filter(is -> is)
                .count();
        double deviation = Math.sqrt(FLOWS * 0.1 * 0.9);
        assertTrue(Math.abs(taken - FLOWS / 10.0) < 5 * deviation, taken + " of " + FLOWS);
        assertEquals(FLOWS, sampling.observed());
        assertEquals(taken, sampling.selected());
    }

    /** Whatever else is different: who reads them, and when. */
    @Test
    void allTakeTheSameConversations() {
        assertEquals(
                taken(new FlowSampling(10), SampleFlows.requests(100)),
                taken(new FlowSampling(10), SampleFlows.requests(100)));
    }

    @Test
    void eachAddressCountsOfBothVersions() {
        List<EntryMessage> entries = new ArrayList<>();
        for (int host = 1; host < 200; host++) {
            for (String other : List.of("198.51.100." + host, "2001:db8:1::" + host, "2001:db8:" + host + "::1")) {
                String server = other.contains(":") ? "2001:db8::1" : "203.0.113.1";
                entries.add(SampleFlows.between(entries.size(), other, server));
                entries.add(SampleFlows.between(entries.size(), server, other));
            }
        }
        FlowSampling sampling = new FlowSampling(4);
        taken(sampling, entries.toArray(EntryMessage[]::new));
        double expected = entries.size() / 4.0;
        assertTrue(Math.abs(sampling.selected() - expected) < 5 * Math.sqrt(expected), sampling.selected() + "");
    }

    @Test
    void oneTakesAll() {
        assertEquals(List.of(true, true), taken(new FlowSampling(1), SampleFlows.ipv4(), SampleFlows.ipv6()));
    }
}
