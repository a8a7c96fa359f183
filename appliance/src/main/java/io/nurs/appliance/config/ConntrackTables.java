package io.nurs.appliance.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Finds sources that would take something from each other: their counts, because a get-and-zero dump zeroes for every reader of
 * that table, or their state file.
 */
final class ConntrackTables {
    private ConntrackTables() {}

    /** Of counts it warns only: the same namespace under two names is not seen here, and two sources may be meant, each for half the marks. */
    static void check(Map<SourceConfig, YamlValue> placesBySource) {
        List<ConntrackSourceConfig> seen = new ArrayList<>();
        placesBySource.forEach((source, place) -> {
            if (source instanceof ConntrackSourceConfig conntrack) {
                check(conntrack, seen, place);
                seen.add(conntrack);
            }
        });
    }

    private static void check(ConntrackSourceConfig source, List<ConntrackSourceConfig> seen, YamlValue place) {
        for (ConntrackSourceConfig other : seen) {
            if (source.stateFile() != null && source.stateFile().equals(other.stateFile())) {
                place.error("has the state file of source " + ScalarText.quote(other.name())
                        + ", and each needs its own: change state-file here");
            }
            if (takesFrom(source, other)) {
                place.warning(
                        "reads the same conntrack table as source " + ScalarText.quote(other.name())
                                + ", and accounting: reset splits each flow's counts between them; let the stacks name one of the sources");
            }
        }
    }

    private static boolean takesFrom(ConntrackSourceConfig a, ConntrackSourceConfig b) {
        boolean zeroes = a.accounting() == Accounting.RESET || b.accounting() == Accounting.RESET;
        boolean shareMarks = a.mark() == null || b.mark() == null || a.mark().overlaps(b.mark());
        return zeroes && shareMarks && Objects.equals(a.namespace(), b.namespace());
    }
}
