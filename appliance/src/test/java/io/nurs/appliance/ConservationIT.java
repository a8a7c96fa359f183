package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Iperf3;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.RestartedNursd;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Traffic.OpenUdp;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code accounting: delta} with a state file, in a process that is killed for a minute, again and again, under steady traffic. */
@Tag("netns")
class ConservationIT {
    private static final int KILLS = 12;
    private static final Duration LIFE = Duration.ofSeconds(5);

    private static final int UDP_FLOWS = 40;
    /** Two connections each: iperf3's own, and the one that it fills. */
    private static final int TCP_FLOWS = 4;

    @TempDir
    Path directory;

    private Lab lab;
    private final List<OpenUdp> udp = new ArrayList<>();
    private int exchanges;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        Traffic traffic = new Traffic(lab);
        for (int i = 0; i < UDP_FLOWS; i++) {
            udp.add(lab.closing(traffic.openUdp(Traffic.at(i % 2 == 0 ? Lab.SERVER4 : Lab.SERVER6, Lab.PLAIN))));
        }
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void flowsThatLiveThroughAMinuteOfKillsAreExportedOnce() throws Exception {
        // There and back, and longer than all processes together.
        Iperf3 tcp = Iperf3.start(lab, Lab.SERVER4, 5201, "-t", "600", "-b", "40M");
        Iperf3 tcp6 = Iperf3.start(lab, Lab.SERVER6, 5202, "-t", "600", "-b", "40M", "--reverse");
        RestartedNursd restarted = RestartedNursd.of(lab, directory);
        for (int kill = 0; kill < KILLS; kill++) {
            Program nursd = restarted.start();
            exchange(LIFE);
            restarted.kill(nursd);
            assertTrue(nursd.output().contains("nursd is running"), nursd.output());
        }
        Program nursd = restarted.start();
        exchange(LIFE);
        assertTrue(nursd.output().contains(UDP_FLOWS + TCP_FLOWS + " flows taken up from"), nursd.output());
        assertTrue(tcp.isRunning(), tcp.output());
        assertTrue(tcp6.isRunning(), tcp6.output());
        tcp.stop();
        tcp6.stop();
        lab.waitForQuiet();
        restarted.end(nursd);
        restarted.assertConserved(exchanges + " rounds of exchanges");
    }

    private void exchange(Duration time) throws IOException, InterruptedException {
        for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() < end; exchanges++) {
            for (int flow = 0; flow < udp.size(); flow++) {
                udp.get(flow).exchange(exchanges % 3, 16 + flow * 7, 100 + flow * 11);
            }
            Thread.sleep(10);
        }
    }
}
