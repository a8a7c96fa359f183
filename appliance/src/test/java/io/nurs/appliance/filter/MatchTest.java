package io.nurs.appliance.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.MatchConfig;
import io.nurs.appliance.config.NatView;
import io.nurs.appliance.export.EmbeddedCollector;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import io.nurs.flow.IanaElements;
import io.nurs.netlink.conntrack.ConntrackTuple;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MatchTest {
    /** To a port which is then translated. */
    private static EntryMessage to(int port, int id) {
        ConntrackTuple original = EntryMessage.tuple("198.51.100.2", 40_000 + id, "203.0.113.2", port);
        ConntrackTuple reply = EntryMessage.tuple("192.0.2.9", 9_000 + id, "198.51.100.2", 40_000 + id);
        return EntryMessage.destroy().id(id).tuples(original, reply).counters(3, 300, 2, 1000);
    }

    @ParameterizedTest
    @EnumSource(NatView.class)
    void bothDirectionsOfAConversationPassOrNone(NatView view) {
        FlowFilter match = FlowFilter.of(new MatchConfig(FlowExpression.parse("destinationTransportPort == 443")));
        try (EmbeddedCollector collector = EmbeddedCollector.decoding(view)) {
            EmbeddedSource source = new EmbeddedSource(
                    ConntrackSourceConfig.defaults("flows"), InstantSource.system(), collector.exporter(false, match));
            source.read(to(80, 1), to(443, 2), to(53, 3));

            List<Long> sourcePorts = collector.messages().stream()
                    .flatMap(message -> message.records().stream())
                    .filter(record -> !record.template().isOptions())
                    .map(record -> record.unsigned(IanaElements.sourceTransportPort))
                    .toList();
            assertEquals(List.of(40_002L, view == NatView.WIRE ? 9_002L : 443L), sourcePorts);
        }
    }
}
