package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.Finding;
import io.nurs.appliance.config.Accounting;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConntrackSysctlsTest {
    @Test
    void hasNothingToSayWhenAllIsSet() {
        assertEquals(List.of(), new ConntrackSysctls(true, true, 1, 0).findings(Accounting.END));
    }

    @Test
    void namesWhatIsMissingAndTheCommandThatSetsIt() {
        List<Finding> findings = new ConntrackSysctls(false, false, 0, 0).findings(Accounting.END);
        assertEquals(3, findings.size());
        assertMends("nf_conntrack_acct", findings.get(0));
        assertMends("nf_conntrack_timestamp", findings.get(1));
        assertMends("nf_conntrack_events", findings.get(2));
    }

    @Test
    void saysThatAutomaticEventsMissFlowsOfBefore() {
        List<Finding> findings = new ConntrackSysctls(true, true, 2, 0).findings(Accounting.END);
        assertEquals(1, findings.size());
        assertMends("nf_conntrack_events", findings.getFirst());
        assertTrue(findings.getFirst().what().contains("is 2"), findings.getFirst()::what);
    }

    @Test
    void saysWhatDeltaAccountingDoesWithoutEvents() {
        Finding silent = new ConntrackSysctls(true, true, 0, 0)
                .findings(Accounting.DELTA)
                .getFirst();
        assertMends("nf_conntrack_events", silent);
        assertTrue(silent.what().contains("walked through every few seconds"), silent::what);
        Finding automatic = new ConntrackSysctls(true, true, 2, 0)
                .findings(Accounting.DELTA)
                .getFirst();
        assertMends("nf_conntrack_events", automatic);
        assertTrue(automatic.what().contains("asked for until they are gone"), automatic::what);
    }

    private static void assertMends(String name, Finding finding) {
        assertEquals(name, finding.subject());
        assertTrue(finding.what().startsWith(name + " is "), finding::what);
        assertTrue(finding.mend().startsWith("sysctl -w net.netfilter." + name + "=1"), finding::mend);
        assertTrue(finding.mend().contains("set-sysctls: true"), finding::mend);
    }
}
