package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.Accounting;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConntrackSysctlsTest {
    @Test
    void hasNothingToSayWhenAllIsSet() {
        assertEquals(List.of(), new ConntrackSysctls(true, true, 1, 0).advice(Accounting.END));
    }

    @Test
    void namesWhatIsMissingAndTheCommandThatSetsIt() {
        List<String> advice = new ConntrackSysctls(false, false, 0, 0).advice(Accounting.END);
        assertEquals(3, advice.size());
        assertMends("nf_conntrack_acct", advice.get(0));
        assertMends("nf_conntrack_timestamp", advice.get(1));
        assertMends("nf_conntrack_events", advice.get(2));
    }

    @Test
    void saysThatAutomaticEventsMissFlowsOfBefore() {
        List<String> advice = new ConntrackSysctls(true, true, 2, 0).advice(Accounting.END);
        assertEquals(1, advice.size());
        assertMends("nf_conntrack_events", advice.getFirst());
        assertTrue(advice.getFirst().contains("is 2"), advice.getFirst());
    }

    @Test
    void saysWhatDeltaAccountingDoesWithoutEvents() {
        String silent =
                new ConntrackSysctls(true, true, 0, 0).advice(Accounting.DELTA).getFirst();
        assertMends("nf_conntrack_events", silent);
        assertTrue(silent.contains("walked through every few seconds"), silent);
        String automatic =
                new ConntrackSysctls(true, true, 2, 0).advice(Accounting.DELTA).getFirst();
        assertMends("nf_conntrack_events", automatic);
        assertTrue(automatic.contains("asked for until they are gone"), automatic);
    }

    private static void assertMends(String name, String line) {
        assertTrue(line.startsWith(name + " is "), line);
        assertTrue(line.contains("sysctl -w net.netfilter." + name + "=1"), line);
        assertTrue(line.contains("set-sysctls: true"), line);
    }
}
