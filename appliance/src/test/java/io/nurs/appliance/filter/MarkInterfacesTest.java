package io.nurs.appliance.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.MarkField;
import io.nurs.appliance.config.MarkInterfacesConfig;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MarkInterfacesTest {
    private static List<Integer> read(String ingress, String egress, int direction, int mark) {
        FlowFilter filter = FlowFilter.of(
                new MarkInterfacesConfig(MarkField.parse(ingress), MarkField.parse(egress), direction, false));
        List<Integer> seen = new ArrayList<>();
        EmbeddedSource source =
                new EmbeddedSource(ConntrackSourceConfig.defaults("flows"), InstantSource.system(), flow -> {
                    assertTrue(filter.pass(flow));
                    seen.addAll(List.of(flow.ingressInterface(), flow.egressInterface(), flow.direction()));
                });
        source.read(EntryMessage.destroy().mark(mark).counters(1, 60, 0, 0));
        return seen;
    }

    @Test
    void masksAndShiftsAsMarkifDid() {
        assertEquals(List.of(3, 2, 1), read("0xf00 >> 8", "0xf0 >> 4", 0x1, 0x1321));
        assertEquals(List.of(3, 2, 0), read("0xf00 >> 8", "0xf0 >> 4", 0x1, 0x1320));
    }

    /** nurs read masks with strtol: 0x80000000 could not be written. */
    @Test
    void takesAll32Bits() {
        assertEquals(List.of(0xf, 0xfedcba98, 1), read("0xf0000000 >> 28", "0xffffffff", 0x80000000, 0xfedcba98));
    }

    @Test
    void anUnmarkedEntryHasNoInterfacesAndIsIngress() {
        assertEquals(List.of(0, 0, 0), read("0xf00 >> 8", "0xf0 >> 4", 0x1, 0));
    }
}
