package io.nurs.netlink.conntrack;

import static io.nurs.netlink.conntrack.ConntrackNamespace.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.netlink.CountingEventLoop;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.Requires;
import io.nurs.netlink.Transport;
import io.nurs.netlink.conntrack.ConntrackNamespace.Reader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several sockets that share the kernel's own events. */
@Tag("netns")
class ConntrackEventFilterTest {
    private static final int READERS = 3;
    private static final int COUNT = 6000;
    private static final int LARGE_BUFFER = 16 << 20;
    private static final int SMALL_BUFFER = 64 << 10;

    private final List<Reader> readers = new ArrayList<>();
    private final List<NetlinkChannel> channels = new ArrayList<>();
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
    void givesEachEndToExactlyOneOfTheReaders(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            openShares(loop, LARGE_BUFFER);
            Reader witness = new Reader();
            NetlinkChannel unfiltered = kernel.open(loop, witness, reliable(LARGE_BUFFER));
            NetlinkChannel requests = kernel.openRequests(loop, new Reader());
            createMany(requests, COUNT);
            assertEquals(0, errno(flush(requests)));
            awaitRead(loop, unfiltered);
            assertEquals(COUNT, witness.seen.size());
            assertEquals(sorted(witness.take()), sorted(takeShares(loop)));
            assertEquals(0, unfiltered.kernelDrops());
            for (NetlinkChannel channel : channels) {
                assertEquals(0, channel.kernelDrops());
            }
        }
    }

    /** A retry goes to whoever's share it is, and to nobody who had it. */
    @ParameterizedTest
    @EnumSource
    void repeatsNothingWhereAShareOverflows(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            openShares(loop, SMALL_BUFFER);
            NetlinkChannel requests = kernel.openRequests(loop, new Reader());
            createMany(requests, COUNT);
            NetlinkChannel slow = channels.getFirst();
            slow.config().setAutoRead(false);
            loop.settle();
            assertEquals(0, errno(flush(requests)));
            assertTrue(slow.kernelDrops() > 0);
            // What is missing from now on is the slow one's.
            slow.config().setAutoRead(true);
            List<ConntrackEntry> ended = takeShares(loop);
            while (ended.size() < COUNT) {
                ended.add(readers.getFirst().next().entry());
            }
            ended.addAll(takeShares(loop));
            assertEquals(sorted(List.copyOf(Set.copyOf(ended))), sorted(ended));
            assertEquals(COUNT, ended.size());
        }
    }

    private void openShares(CountingEventLoop loop, int firstBufferBytes) throws Exception {
        for (int reader = 0; reader < READERS; reader++) {
            NetlinkOptions options = reliable(reader == 0 ? firstBufferBytes : LARGE_BUFFER)
                    .withFilter(ConntrackEventFilter.share(reader, READERS));
            readers.add(new Reader());
            channels.add(kernel.open(loop, readers.get(reader), options));
        }
    }

    private static NetlinkOptions reliable(int bufferBytes) {
        return ends().withReceiveBufferBytes(bufferBytes).withBroadcastError(true);
    }

    /** What all have read, each of it his own. */
    private List<ConntrackEntry> takeShares(CountingEventLoop loop) throws Exception {
        List<ConntrackEntry> all = new ArrayList<>();
        for (int reader = 0; reader < READERS; reader++) {
            awaitRead(loop, channels.get(reader));
            List<ConntrackEntry> share = readers.get(reader).take();
            assertOwn(reader, share);
            all.addAll(share);
        }
        return all;
    }

    private static void assertOwn(int reader, List<ConntrackEntry> share) {
        for (ConntrackEntry entry : share) {
            assertEquals(reader, Integer.remainderUnsigned(entry.id(), READERS));
        }
    }

    private static void awaitRead(CountingEventLoop loop, NetlinkChannel channel) {
        loop.settle();
        while (channel.queuedBytes() > 0) {
            loop.settle();
        }
        loop.settle();
    }

    private static List<String> sorted(List<ConntrackEntry> entries) {
        return entries.stream().map(ConntrackEntry::toString).sorted().toList();
    }
}
