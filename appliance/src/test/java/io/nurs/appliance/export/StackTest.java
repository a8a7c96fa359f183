package io.nurs.appliance.export;

import static io.nurs.appliance.source.EntryMessage.tuple;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.DistributionMode;
import io.nurs.appliance.source.EmbeddedNat;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StackTest {
    private final EmbeddedCollector flows = EmbeddedCollector.decoding("netflow9://192.0.2.1?options=false");
    private final EmbeddedCollector log =
            EmbeddedCollector.decoding("netflow9://192.0.2.2?options=false&fields=nat-events");
    private final EmbeddedCollector otherLog =
            EmbeddedCollector.decoding("netflow9://192.0.2.3?options=false&fields=hsl");

    @AfterEach
    void close() {
        Stream.of(flows, log, otherLog).forEach(EmbeddedCollector::close);
    }

    private static Stack stack(DistributionMode mode, EmbeddedCollector... ends) {
        return new Stack(
                List.of(),
                false,
                mode,
                Stream.of(ends).map(EmbeddedCollector::collector).toList());
    }

    private static void assertGets(int records, EmbeddedCollector collector) {
        assertEquals(records, collector.records(false).size());
    }

    /** Two flows, of two records each, and one translated session begins. */
    private static void read(Stack... stacks) {
        new EmbeddedSource(
                        ConntrackSourceConfig.defaults("flows"),
                        InstantSource.system(),
                        new FlowExporter(List.of(stacks)))
                .read(SampleFlows.ipv4(), SampleFlows.ipv6());
        EntryMessage session = EntryMessage.created()
                .id(1)
                .tuples(tuple("10.0.0.2", 40000, "198.51.100.9", 53), tuple("198.51.100.9", 53, "203.0.113.1", 1030));
        try (EmbeddedNat nat = EmbeddedNat.to(new FlowExporter(List.of(stacks)), 0)) {
            nat.read(session);
        }
    }

    @ParameterizedTest
    @EnumSource(DistributionMode.class)
    void noFlowFallsToACollectorOfEvents(DistributionMode mode) {
        read(stack(mode, log, flows));
        assertGets(4, flows);
        assertGets(1, log);
    }

    @ParameterizedTest
    @EnumSource(DistributionMode.class)
    void noEventFallsToACollectorOfFlows(DistributionMode mode) {
        read(stack(mode, flows, log));
        assertGets(4, flows);
        assertGets(1, log);
    }

    @Test
    void withFailoverTheFirstCollectorOfEventsIsThatWhichGetsThem() {
        read(stack(DistributionMode.FAILOVER, flows, log, otherLog));
        assertGets(1, log);
        assertGets(0, otherLog);
    }

    @ParameterizedTest
    @EnumSource(value = DistributionMode.class, names = "FAILOVER", mode = EnumSource.Mode.EXCLUDE)
    void otherwiseAllCollectorsOfEventsGetThem(DistributionMode mode) {
        read(stack(mode, flows, log, otherLog));
        assertGets(1, log);
        assertGets(1, otherLog);
    }

    @Test
    void anEventIsLoggedOnceHoweverManyStacksLeadThere() {
        read(
                stack(DistributionMode.MIRROR, flows, log),
                stack(DistributionMode.FAILOVER, log),
                stack(DistributionMode.HASH, otherLog, log));
        assertGets(1, log);
        assertGets(1, otherLog);
        assertGets(4, flows);
    }

    @Test
    void aStackOfEventsAloneGivesNoFlows() {
        read(stack(DistributionMode.HASH, log));
        assertGets(1, log);
    }
}
