package io.nurs.netlink.conntrack;

import static io.nurs.netlink.conntrack.ConntrackNamespace.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.CountingEventLoop;
import io.nurs.netlink.Errno;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.Requires;
import io.nurs.netlink.Transport;
import io.nurs.netlink.conntrack.ConntrackNamespace.Reader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Asking the kernel for one entry. */
@Tag("netns")
class ConntrackGetTest {
    private static final int GRE = 47;
    /** RFC 3692 keeps it for experiments. */
    private static final int UNKNOWN_PROTOCOL = 253;

    private static final ConntrackMessage.Kind DUMPED = ConntrackMessage.Kind.DUMPED;

    private ConntrackNamespace kernel;

    /** Remembers the tuples that come as the octets that views of them give. */
    private static final class Octets extends ChannelInboundHandlerAdapter {
        final List<TupleOctets> seen = new ArrayList<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object object) {
            if (object instanceof ConntrackMessage entry) {
                seen.add(octets(entry.original()));
            }
            ctx.fireChannelRead(object);
        }

        /** Not at the start of the memory, as in a table of many. */
        private static TupleOctets octets(TupleView tuple) {
            int bytes = tuple.isIpv6() ? 16 : 4;
            MemorySegment memory = MemorySegment.ofArray(new byte[3 + 2 * bytes]);
            tuple.copySource(memory, 3);
            tuple.copyDestination(memory, 3 + bytes);
            int family = tuple.isIpv6() ? ConntrackRequests.AF_INET6 : ConntrackRequests.AF_INET;
            return new TupleOctets(family, tuple.protocol(), tuple.protocolKey(), memory, 3, tuple.zone());
        }
    }

    record Pair(ConntrackTuple original, ConntrackTuple reply) {}

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

    static Stream<Pair> everyKindOfTuple() {
        return Stream.of(
                pair(tuple(TCP, 40000)),
                pair(tuple(UDP, 65535)),
                pair(tuple(GRE, 0x8001)),
                pair(tuple(UNKNOWN_PROTOCOL, 0)),
                pair(v6(TCP)),
                pair(v6(UDP)),
                pair(v6(UNKNOWN_PROTOCOL)),
                echo("192.0.2.1", "192.0.2.2", ConntrackTuple.ICMP, 8, 0),
                echo("2001:db8::1", "2001:db8::2", ConntrackTuple.ICMPV6, 128, 129));
    }

    @ParameterizedTest
    @MethodSource("everyKindOfTuple")
    void findsAnEntryByWhatAViewOfItSays(Pair pair) throws Exception {
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop()) {
            Octets octets = new Octets();
            Reader reader = new Reader();
            NetlinkChannel requests = kernel.openRequests(loop, reader);
            requests.pipeline().addBefore(requests.pipeline().lastContext().name(), null, octets);
            for (Pair each : everyKindOfTuple().toList()) {
                assertEquals(0, errno(create(requests, each.original(), each.reply(), each.equals(pair) ? 7 : 0)));
            }
            List<ConntrackEntry> dumped = dump(requests, reader, ConntrackRequests.dump(requests.alloc(), AF_UNSPEC));
            ConntrackEntry marked = dumped.stream()
                    .filter(entry -> entry.mark() == 7)
                    .findFirst()
                    .orElseThrow();
            TupleOctets tuple = octets.seen.get(dumped.indexOf(marked));
            assertEquals(0, errno(get(requests, ConntrackRequests.get(requests.alloc(), tuple, 0))));
            ConntrackEntry answer = onlyOne(reader);
            assertEquals(DUMPED, answer.kind());
            assertEquals(marked.id(), answer.id());
            assertEquals(marked.original(), answer.original());
            assertEquals(0, errno(get(requests, ConntrackRequests.get(requests.alloc(), pair.original(), 0))));
            assertEquals(marked.id(), onlyOne(reader).id());
        }
    }

    @ParameterizedTest
    @EnumSource
    void saysThatThereIsNone(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader reader = new Reader();
            NetlinkChannel requests = kernel.openRequests(loop, reader);
            NetlinkRequest request = ConntrackRequests.get(requests.alloc(), tuple(UDP, 1), 0);
            assertEquals(Errno.ENOENT, errno(get(requests, request)));
            create(requests, tuple(UDP, 1), 0);
            assertEquals(0, errno(get(requests, ConntrackRequests.get(requests.alloc(), tuple(UDP, 1), 0))));
            delete(requests, tuple(UDP, 1));
            request = ConntrackRequests.get(requests.alloc(), tuple(UDP, 1), 0);
            assertEquals(Errno.ENOENT, errno(get(requests, request)));
            onlyOne(reader);
        }
    }

    /** So what comes has to be compared. */
    @ParameterizedTest
    @EnumSource
    void findsAnEntryByItsReplyToo(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader reader = new Reader();
            NetlinkChannel requests = kernel.openRequests(loop, reader);
            create(requests, tuple(UDP, 1), 0);
            ConntrackTuple reply = tuple(UDP, 1).reversed();
            assertEquals(0, errno(get(requests, ConntrackRequests.get(requests.alloc(), reply, 0))));
            assertEquals(tuple(UDP, 1), onlyOne(reader).original());
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsZonesApart(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader reader = new Reader();
            NetlinkChannel requests = kernel.openRequests(loop, reader);
            ConntrackTuple tuple = tuple(UDP, 1);
            for (int zone : new int[] {0, 7, 65535}) {
                NetlinkRequest create =
                        ConntrackRequests.create(requests.alloc(), tuple, tuple.reversed(), TIMEOUT_SECONDS, zone);
                assertEquals(0, errno(get(requests, create.u16(ConntrackAttribute.CTA_ZONE, zone))));
            }
            for (int zone : new int[] {0, 7, 65535}) {
                assertEquals(0, errno(get(requests, ConntrackRequests.get(requests.alloc(), tuple, zone))));
                ConntrackEntry answer = onlyOne(reader);
                assertEquals(zone, answer.zone());
                assertEquals(zone, answer.mark());
            }
            assertEquals(Errno.ENOENT, errno(get(requests, ConntrackRequests.get(requests.alloc(), tuple, 8))));
        }
    }

    @ParameterizedTest
    @EnumSource
    void findsEntriesWhoseZoneIsThatOfOneDirection(Transport transport) throws Exception {
        Requires.tool("conntrack");
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader reader = new Reader();
            NetlinkChannel requests = kernel.openRequests(loop, reader);
            insert("--orig-zone", "7", "--mark", "1");
            insert("--reply-zone", "7", "--mark", "2");
            TupleOctets inNone = TupleOctets.of(tuple(UDP, 1));
            TupleOctets inSeven =
                    new TupleOctets(inNone.family(), UDP, inNone.protocolKey(), inNone.addresses(), inNone.offset(), 7);
            assertEquals(0, errno(get(requests, ConntrackRequests.get(requests.alloc(), inSeven, 0))));
            assertEquals(1, onlyOne(reader).mark());
            assertEquals(0, errno(get(requests, ConntrackRequests.get(requests.alloc(), inNone, 0))));
            assertEquals(2, onlyOne(reader).mark());
            NetlinkRequest both = ConntrackRequests.get(requests.alloc(), inSeven, 7);
            assertEquals(Errno.EINVAL, errno(get(requests, both)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void goesOnBesideADump(Transport transport) throws Exception {
        int count = 3000;
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader dumped = new Reader();
            NetlinkChannel dumps = kernel.openRequests(loop, dumped);
            Reader reader = new Reader();
            NetlinkChannel requests = kernel.openRequests(loop, reader);
            createMany(requests, count);
            loop.settle();
            dumps.config().setAutoRead(false);
            ChannelFuture dump = dumps.writeAndFlush(ConntrackRequests.dump(dumps.alloc(), AF_UNSPEC));
            for (ConntrackTuple tuple : tuples(100)) {
                assertEquals(0, errno(get(requests, ConntrackRequests.get(requests.alloc(), tuple, 0))));
                assertEquals(tuple, onlyOne(reader).original());
                dumps.read();
                loop.settle();
            }
            dumps.config().setAutoRead(true);
            dump.sync();
            assertEquals(
                    count,
                    dumped.take().stream()
                            .map(ConntrackEntry::original)
                            .distinct()
                            .count());
        }
    }

    /** As many as {@link ConntrackRequests#get} says that the usual buffer has room for. */
    @ParameterizedTest
    @EnumSource
    void answersAHundredAtOnce(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader reader = new Reader();
            NetlinkChannel requests = kernel.openRequests(loop, reader);
            createMany(requests, 100);
            List<ChannelFuture> answers = new ArrayList<>();
            for (ConntrackTuple tuple : tuples(100)) {
                answers.add(requests.write(ConntrackRequests.get(requests.alloc(), tuple, 0)));
            }
            requests.flush();
            for (ChannelFuture answer : answers) {
                assertEquals(0, errno(answer.await()));
            }
            assertEquals(
                    tuples(100),
                    reader.take().stream().map(ConntrackEntry::original).toList());
        }
    }

    private static ChannelFuture get(NetlinkChannel requests, NetlinkRequest request) throws InterruptedException {
        return requests.writeAndFlush(request).await();
    }

    /** The promise was kept: what it promised is there already. */
    private static ConntrackEntry onlyOne(Reader reader) {
        List<ConntrackEntry> entries = reader.take();
        assertEquals(1, entries.size());
        return entries.getFirst();
    }

    private void insert(String... zoneAndMark) throws IOException {
        List<String> command = new ArrayList<>(List.of("conntrack", "-I", "-p", "udp", "-s", "192.0.2.1"));
        command.addAll(List.of("-d", "198.51.100.1", "--sport", "1", "--dport", "53", "-t", "600"));
        command.addAll(List.of(zoneAndMark));
        kernel.run(command.toArray(String[]::new));
    }

    private static Pair pair(ConntrackTuple original) {
        return new Pair(original, original.reversed());
    }

    private static ConntrackTuple v6(int protocol) {
        return ConntrackTuple.of(address("2001:db8::1"), address("2001:db8::ffff"), protocol, 1000, 443);
    }

    private static Pair echo(String from, String to, int protocol, int type, int replyType) {
        return new Pair(
                new ConntrackTuple(address(from), address(to), protocol, 0, 0, 0xfffe, type, 0),
                new ConntrackTuple(address(to), address(from), protocol, 0, 0, 0xfffe, replyType, 0));
    }
}
