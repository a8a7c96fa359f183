package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.ConntrackWatch;
import io.nurs.appliance.lab.FlowFact;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.LastPackets;
import io.nurs.appliance.lab.LastPackets.Flow;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Traffic.OpenUdp;
import io.nurs.appliance.lab.Wait;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code accounting: delta}: a flow ends at its last packet, whose time the kernel does not tell and tcpdump does. */
@Tag("netns")
class FlowEndTest {
    /** Its timers count seconds, in ticks of 10 ms at most. */
    private static final long MOST_MILLIS = 1_010;

    private static final InetSocketAddress SERVER = Traffic.at(Lab.SERVER4, Lab.PLAIN);
    private static final InetSocketAddress SERVER6 = Traffic.at(Lab.SERVER6, Lab.PLAIN);
    /** The server answers nothing there. */
    private static final int MUTE = 7009;
    /** There a reset. */
    private static final int CLOSED = 7010;

    /** A GRE header that says IPv4, without a key, and some payload. */
    private static final String GRE = "00000800" + "45".repeat(40);

    /** Different enough that a wrong one shows. */
    private static final Map<String, Integer> TIMEOUTS = Map.of(
            "udp_timeout", 3,
            "udp_timeout_stream", 6,
            "icmp_timeout", 4,
            "icmpv6_timeout", 6,
            "tcp_timeout_syn_sent", 4,
            "tcp_timeout_time_wait", 4,
            "tcp_timeout_close", 6,
            "gre_timeout", 4,
            "generic_timeout", 6);

    @TempDir
    Path directory;

    private Lab lab;
    private Traffic traffic;
    private RecordingCollector collector;
    private LastPackets packets;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        String rules = "add table inet mute; add chain inet mute in { type filter hook input priority 0; };"
                + " add rule inet mute in meta l4proto { tcp, udp } th dport " + MUTE + " drop";
        Program.run(Lab.within(lab.server(), "nft", rules).toArray(String[]::new));
        for (Map.Entry<String, Integer> timeout : TIMEOUTS.entrySet()) {
            lab.sysctl("net.netfilter.nf_conntrack_" + timeout.getKey(), timeout.getValue());
        }
        traffic = new Traffic(lab);
        collector = lab.closing(RecordingCollector.open());
        packets = lab.closing(LastPackets.start(lab, directory));
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    private Subject start(String activeTimeout) throws Exception {
        return Subject.start(lab, "accounting: delta, active-timeout: " + activeTimeout, "", collector.port());
    }

    /** At the end, and on the way, where there may be nothing left to tell at the end. */
    @ParameterizedTest
    @ValueSource(strings = {"60s", "1s"})
    void aFlowThatExpiresEndsAtItsLastPacket(String activeTimeout) throws Exception {
        try (Subject subject = start(activeTimeout)) {
            traffic.udp(SERVER, 3, 100, 200);
            traffic.udp(SERVER6, 1, 100, 200);
            unanswered();
            assured();
            traffic.echo(Lab.SERVER4);
            traffic.echo(Lab.SERVER6);
            traffic.raw(Lab.SERVER4, Traffic.GRE, GRE);
            traffic.raw(Lab.SERVER6, Traffic.EXPERIMENT, "ab".repeat(33));
            traffic.tcp(SERVER, 1_000, 2_000, false);
            traffic.tcp(SERVER6, 1_000, 2_000, true);
            // Listing the table makes the kernel look for entries that have expired, which it else does once a minute.
            Wait.until("all have expired", () -> ConntrackWatch.live(lab).isEmpty());
            subject.waitForEnded(11);
            collector.waitForDatagrams(subject.stop());
            assertEndsAtLastPackets(11);
        }
    }

    @Test
    void aFlowThatIsKilledEndsAtItsLastPacket() throws Exception {
        try (Subject subject = start("60s")) {
            establish(SERVER);
            establish(SERVER6);
            assured();
            refused();
            // The first's timer has run for some seconds, and nothing is unacknowledged.
            Thread.sleep(2_500);
            assertTrue(lab.inRouter("conntrack", "-L", "-p", "tcp").contains("ESTABLISHED"));
            lab.inRouter("conntrack", "-D", "-p", "tcp");
            lab.inRouter("conntrack", "-D", "-p", "udp");
            subject.waitForEnded(4);
            collector.waitForDatagrams(subject.stop());
            // Before the connections are closed, by packets of new entries.
            assertEndsAtLastPackets(4);
        }
    }

    private void assured() throws Exception {
        OpenUdp flow = lab.closing(traffic.openUdp(SERVER));
        // The kernel calls it so if it is answered after two seconds.
        flow.exchange(2, 100, 200);
        Thread.sleep(2_100);
        flow.exchange(2, 100, 200);
    }

    /** Open until the lab is closed. */
    private void establish(InetSocketAddress to) throws IOException {
        SocketChannel channel = lab.closing(Lab.in(lab.client(), () -> SocketChannel.open(to)));
        Channels.newOutputStream(channel)
                .write(ByteBuffer.allocate(8 + 1_000)
                        .putInt(1_000)
                        .putInt(2_000)
                        .array());
        assertEquals(2_000, Channels.newInputStream(channel).readNBytes(2_000).length);
    }

    /** A datagram and a SYN. A second later it would be repeated, which moves no timer, and counts nowhere. */
    private void unanswered() throws IOException {
        InetSocketAddress mute = Traffic.at(Lab.SERVER4, MUTE);
        Lab.in(lab.client(), () -> {
            try (DatagramChannel udp = DatagramChannel.open();
                    Socket tcp = new Socket()) {
                udp.send(ByteBuffer.allocate(50), mute);
                assertThrows(SocketTimeoutException.class, () -> tcp.connect(mute, 200));
            }
            return true;
        });
    }

    private void refused() throws IOException {
        Lab.in(lab.client(), () -> {
            try (SocketChannel channel = SocketChannel.open(Traffic.at(Lab.SERVER4, CLOSED))) {
                throw new AssertionError("somebody listens: " + channel);
            } catch (ConnectException e) {
                return true;
            }
        });
    }

    private void assertEndsAtLastPackets(int flows) throws Exception {
        Map<Flow, Long> reported = new HashMap<>();
        for (FlowFact fact : collector.facts()) {
            reported.merge(Flow.of(fact), fact.lastMillis(), Math::max);
        }
        Map<Flow, Long> captured = packets.end();
        assertEquals(captured.keySet(), reported.keySet());
        assertEquals(flows, captured.size());
        assertAll(captured.entrySet().stream().map(packet -> (Executable) () -> {
            long late = reported.getOrDefault(packet.getKey(), 0L) - packet.getValue();
            assertTrue(Math.abs(late) <= MOST_MILLIS, () -> packet.getKey() + " ends " + late + " ms after its packet");
        }));
    }
}
