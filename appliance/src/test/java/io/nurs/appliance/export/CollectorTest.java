package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.nurs.appliance.StartException;
import io.nurs.appliance.Transports;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.DistributionMode;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import io.nurs.flow.ExportClock;
import io.nurs.flow.SystemUptime;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CollectorTest {
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, Transports.EPOLL.handlers());

    @AfterEach
    void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Collector open(String address) throws StartException, InterruptedException {
        return CollectorOpener.open(
                RecordConfigs.config("netflow9://" + address + "?options=false"),
                1,
                "",
                RecordKind.FLOWS,
                loops.next(),
                Transports.EPOLL,
                ExportClock.SYSTEM,
                new SystemUptime(0));
    }

    @Test
    void aNameThatDoesNotResolveIsNamed() throws Exception {
        Collector collector = open("nowhere.invalid:9995");
        Wait.until("the answer", () -> !collector.stats().lastFailure().isEmpty());
        assertTrue(
                collector.stats().lastFailure().startsWith("the name nowhere.invalid does not resolve; "),
                collector.stats().lastFailure());
        assertFalse(collector.isUp());
        collector.close().sync();
    }

    /** Without option records: nothing was exported, so there is nothing to send, neither an empty datagram nor templates. */
    @Test
    void sendsNothingForNothing() throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Collector collector = open("127.0.0.1:" + socket.getLocalPort());
            collector.close().sync();
            assertEquals(0, collector.encoded().datagrams());
            // What would have been sent has arrived: loopback delivers in the sender's call.
            socket.setSoTimeout(1);
            DatagramPacket packet = new DatagramPacket(new byte[1], 1);
            assertThrows(SocketTimeoutException.class, () -> socket.receive(packet));
        }
    }

    @Test
    void countsWhatCannotBeSentAndGoesOn() throws Exception {
        int port;
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Collector collector = open("127.0.0.1:" + port);
        EmbeddedSource source = new EmbeddedSource(
                ConntrackSourceConfig.defaults("flows"),
                InstantSource.system(),
                new FlowExporter(List.of(new Stack(List.of(), false, DistributionMode.MIRROR, List.of(collector)))));
        loops.next()
                .submit(() -> source.read(EntryMessage.destroy().counters(1, 60, 1, 60)))
                .sync();
        Wait.until("an error", () -> collector.stats().sendErrors() > 0);
        collector.close().sync();
        assertEquals(0, collector.encoded().droppedRecords());
    }
}
