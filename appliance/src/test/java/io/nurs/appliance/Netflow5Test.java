package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.Nfcapd;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** NetFlow v5 from a real kernel. */
@Timeout(120)
class Netflow5Test extends RouterTest {
    private static final int FLOWS = 200;

    @TempDir
    Path directory;

    private String config(int port, String options) {
        return """
                stacks:
                  - { name: flows, source: { type: conntrack, namespace: %s }, exporters: [old] }
                exporters:
                  old: { type: netflow5, collector: "127.0.0.1:%d", flush-interval: 20ms%s }
                """.formatted(lab.router(), port, options);
    }

    /** nfcapd tells of a gap in the sequence, too, which a reload must not make. */
    @Test
    void whatIsSentAndWhatIsNotSendableIsWhatTheKernelCounted() throws Exception {
        try (Nfcapd nfcapd = Nfcapd.start(directory.resolve("nfcapd"));
                Subject subject = Subject.start(config(nfcapd.port(), ""))) {
            traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.MASQUERADED), 20_000, FLOWS);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(FLOWS);
            ReloadOutcome outcome = subject.appliance()
                    .reload(ConfigLoader.parse("test.yaml", config(nfcapd.port(), ", nat-view: wire")));
            assertTrue(outcome.reloaded(), outcome::words);
            traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), 30_000, FLOWS);
            traffic.tcp(Traffic.at(Lab.ROUTER4, Lab.DNAT), 10_000, 100_000, false);
            traffic.tcp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 20_000, 200_000, false);
            traffic.echo(Lab.SERVER4);
            lab.inRouter("conntrack", "-F");
            subject.waitForEnded(2 * FLOWS + 3);
            Collector collector = subject.collector();
            subject.stop();
            long[] sent = nfcapd.endWithSums();
            Counted refused = new Counted(
                    collector.notSendable().packets(), collector.notSendable().octets());
            assertEquals(2, collector.notSendable().flows(), "both directions of what went over IPv6");
            assertTrue(refused.bytes() > 220_000, refused::toString);
            assertEquals(lab.forwarded(), new Counted(sent[1], sent[2]).plus(refused));
            assertEquals(0, collector.notSent().flows());
        }
    }
}
