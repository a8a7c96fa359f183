package io.nurs.netlink.conntrack;

import static io.nurs.netlink.conntrack.ConntrackNamespace.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelFuture;
import io.nurs.netlink.CountingEventLoop;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.Requires;
import io.nurs.netlink.Transport;
import io.nurs.netlink.conntrack.ConntrackNamespace.Reader;
import io.nurs.netlink.conntrack.ConntrackNamespace.Seen;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests, dumps and events of the kernel's own conntrack, in a namespace that each test makes. */
@Tag("netns")
class ConntrackKernelTest {
    private ConntrackNamespace kernel;

    @BeforeEach
    void makeNamespace(TestInfo test) throws IOException {
        Requires.root(test);
        kernel = ConntrackNamespace.create();
    }

    @AfterEach
    void close() {
        if (kernel != null) {
            kernel.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void makesAndDeletesEntries(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            NetlinkChannel requests = kernel.openRequests(loop, new Reader());
            assertEquals(0, errno(create(requests, tuple(UDP, 1), 0)));
            assertEquals(Errno.EEXIST, errno(create(requests, tuple(UDP, 1), 0)));
            assertEquals(0, errno(delete(requests, tuple(UDP, 1))));
            assertEquals(Errno.ENOENT, errno(delete(requests, tuple(UDP, 1))));
        }
    }

    @ParameterizedTest
    @EnumSource
    void dumpsWhatWasMade(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader reader = new Reader();
            NetlinkChannel requests = kernel.openRequests(loop, reader);
            ConntrackTuple echo =
                    new ConntrackTuple(address("192.0.2.1"), address("192.0.2.2"), ConntrackTuple.ICMP, 0, 0, 7, 8, 0);
            ConntrackTuple echoReply =
                    new ConntrackTuple(address("192.0.2.2"), address("192.0.2.1"), ConntrackTuple.ICMP, 0, 0, 7, 0, 0);
            ConntrackTuple v6 = ConntrackTuple.of(address("2001:db8::1"), address("2001:db8::2"), TCP, 1000, 443);
            create(requests, tuple(UDP, 1), 0x55);
            create(requests, v6, 0);
            requests.writeAndFlush(ConntrackRequests.create(requests.alloc(), echo, echoReply, TIMEOUT_SECONDS, 0))
                    .await();
            List<ConntrackEntry> entries = dump(requests, reader, ConntrackRequests.dump(requests.alloc(), AF_UNSPEC));
            assertEquals(
                    Set.of(tuple(UDP, 1), v6, echo),
                    Set.copyOf(entries.stream().map(ConntrackEntry::original).toList()));
            ConntrackEntry udp = entries.stream()
                    .filter(entry -> entry.original().protocol() == UDP)
                    .findFirst()
                    .orElseThrow();
            assertEquals(ConntrackMessage.Kind.DUMPED, udp.kind());
            assertEquals(tuple(UDP, 1).reversed(), udp.reply());
            assertEquals(0x55, udp.mark());
            List<ConntrackEntry> ofIpv6 =
                    dump(requests, reader, ConntrackRequests.dump(requests.alloc(), ConntrackRequests.AF_INET6));
            assertEquals(
                    List.of(v6), ofIpv6.stream().map(ConntrackEntry::original).toList());
        }
    }

    @ParameterizedTest
    @EnumSource
    void dumpsByMark(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader reader = new Reader();
            NetlinkChannel requests = kernel.openRequests(loop, reader);
            int[] marks = {0, 0x1000, 0x1001, 0x2000, 0xf0000000};
            for (int i = 0; i < marks.length; i++) {
                create(requests, tuple(UDP, i), marks[i]);
            }
            assertEquals(Set.of(0x1000, 0x1001), dumpedMarks(requests, reader, 0x1000, 0x1000));
            assertEquals(Set.of(0x1000), dumpedMarks(requests, reader, 0x1000, 0xffffffff));
            assertEquals(Set.of(0, 0x2000, 0xf0000000), dumpedMarks(requests, reader, 0, 0x1000));
            assertEquals(Set.of(0), dumpedMarks(requests, reader, 0, 0xffffffff));
            assertEquals(Set.of(0xf0000000), dumpedMarks(requests, reader, 0x80000000, 0x80000000));
        }
    }

    @ParameterizedTest
    @EnumSource
    void dumpsMoreThanOneDatagramHolds(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader reader = new Reader();
            NetlinkChannel requests = kernel.openRequests(loop, reader);
            createMany(requests, 3000);
            for (int i = 0; i < 3; i++) {
                NetlinkRequest dump = i == 0
                        ? ConntrackRequests.dump(requests.alloc(), AF_UNSPEC)
                        : ConntrackRequests.dumpAndZero(requests.alloc(), AF_UNSPEC);
                assertEquals(3000, originals(dump(requests, reader, dump)).size());
            }
            assertEquals(0, requests.stats().truncatedDatagrams());
        }
    }

    @ParameterizedTest
    @EnumSource
    void dumpsNoFasterThanItsReader(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader reader = new Reader();
            NetlinkChannel requests = kernel.openRequests(loop, reader);
            createMany(requests, 3000);
            loop.settle();
            requests.config().setAutoRead(false);
            ChannelFuture dumped = requests.writeAndFlush(ConntrackRequests.dump(requests.alloc(), AF_UNSPEC));
            loop.settle();
            assertEquals(0, reader.seen.size());
            int reads = 0;
            while (!dumped.isDone()) {
                requests.read();
                loop.settle();
                reads++;
            }
            assertTrue(dumped.isSuccess());
            assertTrue(reads > 3, "reads: " + reads);
            assertEquals(3000, originals(reader.take()).size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesASecondDumpOfASocketMeanwhile(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            NetlinkChannel requests = kernel.openRequests(loop, new Reader());
            createMany(requests, 3000);
            loop.settle();
            requests.config().setAutoRead(false);
            ChannelFuture first = requests.writeAndFlush(ConntrackRequests.dump(requests.alloc(), AF_UNSPEC));
            ChannelFuture second = requests.writeAndFlush(ConntrackRequests.dump(requests.alloc(), AF_UNSPEC));
            requests.config().setAutoRead(true);
            assertEquals(Errno.EBUSY, errno(second.await()));
            assertEquals(0, errno(first.await()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsAndZeroesTheCountersOfADump(Transport transport) throws Exception {
        Requires.tool("iptables");
        Requires.tool("ip");
        kernel.run("ip", "link", "set", "lo", "up");
        kernel.run("iptables", "-A", "OUTPUT", "-m", "conntrack", "--ctstate", "NEW", "-j", "ACCEPT");
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader reader = new Reader();
            NetlinkChannel requests = kernel.openRequests(loop, reader);
            sendUdp(3, 100);
            List<Long> octets = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                dump(requests, reader, ConntrackRequests.dumpAndZero(requests.alloc(), AF_UNSPEC)).stream()
                        .filter(entry -> entry.original().protocol() == UDP)
                        .forEach(entry -> octets.add(entry.originalBytes().orElseThrow()));
            }
            assertEquals(List.of(3 * (20L + 8 + 100), 0L), octets);
        }
    }

    @ParameterizedTest
    @EnumSource
    void hearsOfEntriesMadeAndDeleted(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader events = new Reader();
            kernel.open(loop, events, eventOptions());
            NetlinkChannel requests = kernel.openRequests(loop, new Reader());
            create(requests, tuple(TCP, 1), 3);
            Seen made = events.next();
            assertEquals(ConntrackMessage.Kind.NEW, made.entry().kind());
            assertEquals(tuple(TCP, 1), made.entry().original());
            assertEquals(3, made.entry().mark());
            // Any process may cause an event: its port id stands in nlmsg_pid, and the event counts all the same.
            assertEquals(requests.localAddress().portId(), made.causedBy());
            delete(requests, tuple(TCP, 1));
            Seen ended = events.next();
            assertEquals(ConntrackMessage.Kind.DESTROY, ended.entry().kind());
            assertEquals(tuple(TCP, 1), ended.entry().original());
            assertEquals(made.entry().id(), ended.entry().id());
        }
    }

    @ParameterizedTest
    @EnumSource
    void hearsOfEntriesThatAnotherProcessDeletes(Transport transport) throws Exception {
        Requires.tool("conntrack");
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader events = new Reader();
            NetlinkChannel channel = kernel.open(loop, events, ends());
            NetlinkChannel requests = kernel.openRequests(loop, new Reader());
            createMany(requests, 3);
            kernel.run("conntrack", "-D", "-p", "udp", "--orig-port-src", "2");
            Seen ended = events.next();
            assertEquals(tuple(UDP, 2), ended.entry().original());
            assertNotEquals(0, ended.causedBy());
            assertNotEquals(requests.localAddress().portId(), ended.causedBy());
            kernel.run("conntrack", "-F");
            Set<ConntrackTuple> flushed = new HashSet<>();
            flushed.add(events.next().entry().original());
            flushed.add(events.next().entry().original());
            assertEquals(Set.of(tuple(UDP, 0), tuple(UDP, 1)), flushed);
            assertEquals(0, channel.stats().foreignDatagrams());
        }
    }

    @ParameterizedTest
    @EnumSource
    void missesNoEndInReliableModeHoweverSmallTheBuffer(Transport transport) throws Exception {
        int count = 20_000;
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader events = new Reader();
            NetlinkOptions options = ends().withReceiveBufferBytes(64 * 1024).withBroadcastError(true);
            NetlinkChannel channel = kernel.open(loop, events, options);
            NetlinkChannel requests = kernel.openRequests(loop, new Reader());
            createMany(requests, count);
            // Flushed while nobody reads, so that the buffer does overflow.
            channel.config().setAutoRead(false);
            loop.settle();
            assertEquals(0, errno(flush(requests)));
            assertTrue(channel.kernelDrops() > 0);
            channel.config().setAutoRead(true);
            Set<ConntrackTuple> ended = new HashSet<>();
            while (ended.size() < count) {
                ended.add(events.next().entry().original());
            }
            assertEquals(Set.copyOf(tuples(count)), ended);
            assertEquals(0, channel.stats().malformedMessages());
        }
    }

    @ParameterizedTest
    @EnumSource
    void hearsNothingOfOtherNamespaces(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop();
                ConntrackNamespace other = ConntrackNamespace.create()) {
            Reader events = new Reader();
            kernel.open(loop, events, eventOptions());
            NetlinkChannel elsewhere = other.openRequests(loop, new Reader());
            NetlinkChannel requests = kernel.openRequests(loop, new Reader());
            create(elsewhere, tuple(UDP, 1), 0);
            create(requests, tuple(UDP, 2), 0);
            assertEquals(tuple(UDP, 2), events.next().entry().original());
        }
    }

    @ParameterizedTest
    @EnumSource
    void countsTheAnswerToStatsAsUnknown(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            NetlinkChannel requests = kernel.openRequests(loop, new Reader());
            assertEquals(
                    0,
                    errno(requests.writeAndFlush(ConntrackRequests.stats(requests.alloc()))
                            .await()));
            assertEquals(1, requests.stats().unknownMessages());
        }
    }

    private static NetlinkOptions eventOptions() {
        return NetlinkOptions.events(
                NetlinkOptions.NETLINK_NETFILTER,
                ConntrackAttribute.NFNLGRP_CONNTRACK_NEW,
                ConntrackAttribute.NFNLGRP_CONNTRACK_UPDATE,
                ConntrackAttribute.NFNLGRP_CONNTRACK_DESTROY);
    }

    private static Set<Integer> dumpedMarks(NetlinkChannel requests, Reader reader, int mark, int mask)
            throws InterruptedException {
        NetlinkRequest dump = ConntrackRequests.dump(requests.alloc(), AF_UNSPEC);
        return Set.copyOf(dump(requests, reader, ConntrackRequests.withMark(dump, mark, mask)).stream()
                .map(ConntrackEntry::mark)
                .toList());
    }

    private static Set<ConntrackTuple> originals(List<ConntrackEntry> entries) {
        return new HashSet<>(entries.stream().map(ConntrackEntry::original).toList());
    }

    private void sendUdp(int datagrams, int octets) throws IOException {
        kernel.namespace().call(() -> {
            try (DatagramSocket socket = new DatagramSocket();
                    DatagramSocket sink = new DatagramSocket(0, address("127.0.0.1"))) {
                for (int i = 0; i < datagrams; i++) {
                    socket.send(
                            new DatagramPacket(new byte[octets], octets, address("127.0.0.1"), sink.getLocalPort()));
                }
            }
            return datagrams;
        });
    }
}
