package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.FlowFact;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Namespaces whose conntrack is not set up for accounting, as most are. */
@Tag("netns")
class SysctlsTest {
    private static final String ACCOUNTING = "net.netfilter.nf_conntrack_acct";
    private static final String TIMESTAMPS = "net.netfilter.nf_conntrack_timestamp";
    private static final String EVENTS = "net.netfilter.nf_conntrack_events";

    private Lab lab;
    private RecordingCollector collector;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        collector = lab.closing(RecordingCollector.open());
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    /** nurs crashed. */
    @ParameterizedTest
    @ValueSource(strings = {"end", "reset"})
    void withoutTimestampsTimesAreOurOwn(String accounting) throws Exception {
        lab.sysctl(TIMESTAMPS, 0);
        long before = System.currentTimeMillis();
        try (Subject subject = Subject.start(lab, "accounting: " + accounting, "", collector.port())) {
            new Traffic(lab).udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 3, 100, 200);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(1);
            collector.waitForDatagrams(subject.stop());
        }
        assertEquals(2, collector.facts().size());
        for (FlowFact fact : collector.facts()) {
            assertEquals(3, fact.packets());
            assertTrue(
                    before <= fact.firstMillis()
                            && fact.firstMillis() <= fact.lastMillis()
                            && fact.lastMillis() <= System.currentTimeMillis(),
                    fact::toString);
        }
    }

    @Test
    void withoutAccountingAFlowIsReportedIfAsked() throws Exception {
        lab.sysctl(ACCOUNTING, 0);
        try (Subject subject = Subject.start(lab, "empty-flows: report", "", collector.port())) {
            new Traffic(lab).udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 3, 100, 200);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(1);
            collector.waitForDatagrams(subject.stop());
        }
        FlowFact only = collector.facts().getFirst();
        assertEquals(1, collector.facts().size());
        assertEquals(Lab.CLIENT4, only.source());
        assertEquals(0, only.packets());
        assertEquals(0, only.bytes());
        assertTrue(0 < only.firstMillis() && only.firstMillis() <= only.lastMillis(), only::toString);
    }

    @Test
    void setsTheSysctlsOfTheNamespaceIfAsked() throws Exception {
        lab.sysctl(ACCOUNTING, 0);
        lab.sysctl(TIMESTAMPS, 0);
        lab.sysctl(EVENTS, 2);
        try (Subject subject = Subject.start(lab, "set-sysctls: true", "", collector.port())) {
            assertEquals(1, lab.sysctl(ACCOUNTING));
            assertEquals(1, lab.sysctl(TIMESTAMPS));
            assertEquals(1, lab.sysctl(EVENTS));
            new Traffic(lab).udp(Traffic.at(Lab.SERVER4, Lab.PLAIN), 3, 100, 200);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(1);
            collector.waitForDatagrams(subject.stop());
        }
        assertEquals(3, collector.facts().getFirst().packets());
    }

    @Test
    void leavesTheSysctlsAloneByDefault() throws Exception {
        lab.sysctl(ACCOUNTING, 0);
        lab.sysctl(TIMESTAMPS, 0);
        lab.sysctl(EVENTS, 2);
        try (Subject subject = Subject.start(lab, "", "", collector.port())) {
            assertEquals(0, lab.sysctl(ACCOUNTING));
            assertEquals(0, lab.sysctl(TIMESTAMPS));
            assertEquals(2, lab.sysctl(EVENTS));
            subject.stop();
        }
    }
}
