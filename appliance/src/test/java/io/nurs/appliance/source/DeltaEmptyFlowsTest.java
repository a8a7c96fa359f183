package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nurs.appliance.config.ConfigException;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.config.ConntrackSourceConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code empty-flows} with {@code accounting: delta}: whether the walk has met a flow makes no difference. */
class DeltaEmptyFlowsTest {
    private static final long BEGIN = 1_000_000;
    private static final long END = BEGIN + 2_000;

    private final List<Boolean> reports = new ArrayList<>();

    private EmbeddedDelta delta(String emptyFlows) throws ConfigException {
        String yaml = """
                stacks:
                  - name: flows
                    source: { type: conntrack, accounting: delta, empty-flows: %s }
                    exporters: [main]
                exporters:
                  main: { type: netflow9, collector: "127.0.0.1:9995" }
                """.formatted(emptyFlows);
        ConntrackSourceConfig config = (ConntrackSourceConfig)
                ConfigLoader.parse("test.yaml", yaml).sources().iterator().next();
        return new EmbeddedDelta(config, BEGIN, flow -> reports.add(flow.isReportedEmpty()));
    }

    private static void meet(EmbeddedDelta delta) {
        delta.lap(END - 1_000, EntryMessage.dumped().startMillis(BEGIN + 1).counters(0, 0, 0, 0));
    }

    private static void end(EmbeddedDelta delta) {
        delta.tell(
                END,
                EntryMessage.destroy().startMillis(BEGIN + 1).stopMillis(END).counters(0, 0, 0, 0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFlowThatCountedNothingHasOneReportAtItsEndIfAsked(boolean met) throws Exception {
        try (EmbeddedDelta delta = delta("report")) {
            if (met) {
                meet(delta);
            }
            end(delta);
            assertEquals(List.of(true), reports);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFlowThatCountedNothingHasNoneOtherwise(boolean met) throws Exception {
        try (EmbeddedDelta delta = delta("skip")) {
            if (met) {
                meet(delta);
            }
            end(delta);
            assertEquals(List.of(), reports);
            assertEquals(1, delta.stats().empty());
        }
    }
}
