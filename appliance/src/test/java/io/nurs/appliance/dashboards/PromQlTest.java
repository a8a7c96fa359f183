package io.nurs.appliance.dashboards;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromQlTest {
    @Test
    void findsNamesOfMetricsAndNothingElse() {
        assertEquals(
                Set.of("a_total", "b:c", "up"),
                PromQl.metrics("sum by (job, a) (rate(a_total{up2=~\"$x}\", y='z'}[$__rate_interval])) * 8e3"
                        + " / on (job) group_left (v) (b:c offset 5m > 0) or vector(0) unless up == bool 1"));
        assertEquals(
                Set.of("a"), PromQl.metrics("label_replace(sum(increase(a[5m])), \"what\", \"no b\", \"\", \"\")"));
    }

    @Test
    void putsValuesInPlaceOfVariables() {
        assertEquals(
                "a{job=~\".*\", x=\"1$\"}[5s]",
                PromQl.with(Map.of("job", ".*", "y", "1$", "__range", "5s"), "a{job=~\"$job\", x=\"${y}\"}[$__range]"));
        assertThrows(IllegalArgumentException.class, () -> PromQl.with(Map.of(), "$job"));
    }

    @Test
    void asksForTheLastComparisonOutsideBrackets() {
        assertEquals("a / (b > 0) > bool 0.8", PromQl.asBool("a / (b > 0) > 0.8"));
        assertEquals(
                "(count(up{x!=\"a == b\"}) or vector(0)) == bool 0",
                PromQl.asBool("(count(up{x!=\"a == b\"}) or vector(0)) == 0"));
        assertThrows(IllegalArgumentException.class, () -> PromQl.asBool("a / (b > 0)"));
    }
}
