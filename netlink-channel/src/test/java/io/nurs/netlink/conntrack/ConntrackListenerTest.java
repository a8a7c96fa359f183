package io.nurs.netlink.conntrack;

import static io.nurs.netlink.conntrack.ConntrackNamespace.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nurs.netlink.CountingEventLoop;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.Requires;
import io.nurs.netlink.Transport;
import io.nurs.netlink.conntrack.ConntrackNamespace.Reader;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is in a group, and who hears of what therefore. */
@Tag("netns")
class ConntrackListenerTest {
    private static final int DESTROY = ConntrackAttribute.NFNLGRP_CONNTRACK_DESTROY;

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
    void hearsOfWhatHappensWhileItIsAMember(Transport transport) throws Exception {
        try (CountingEventLoop loop = transport.eventLoop()) {
            Reader events = new Reader();
            NetlinkChannel channel = kernel.open(loop, events, NetlinkOptions.events(NetlinkOptions.NETLINK_NETFILTER));
            NetlinkChannel requests = kernel.openRequests(loop, new Reader());
            endOne(requests, 1);
            channel.join(DESTROY);
            endOne(requests, 2);
            channel.leave(DESTROY);
            endOne(requests, 3);
            channel.join(DESTROY);
            channel.join(DESTROY);
            endOne(requests, 4);
            assertEquals(tuple(UDP, 2), events.next().entry().original());
            assertEquals(tuple(UDP, 4), events.next().entry().original());
        }
    }

    /**
     * With 2, the kernel's default, an entry tells its end only if somebody on the host listened when it was made: one who
     * stays is enough, whoever else goes.
     */
    @ParameterizedTest
    @EnumSource
    void hearsOfAllEndsWhoeverElseStopsListening(Transport transport) throws Exception {
        kernel.sysctl("nf_conntrack_events", 2);
        try (CountingEventLoop loop = transport.eventLoop();
                ConntrackNamespace other = ConntrackNamespace.create()) {
            Reader events = new Reader();
            kernel.open(loop, events, ends());
            NetlinkChannel requests = kernel.openRequests(loop, new Reader());
            int ended = 0;
            for (ConntrackNamespace where : new ConntrackNamespace[] {kernel, other}) {
                where.open(loop, new Reader(), ends()).close().sync();
                endOne(requests, ++ended);
                NetlinkChannel leaves = where.open(loop, new Reader(), ends());
                leaves.leave(DESTROY);
                endOne(requests, ++ended);
            }
            for (int port = 1; port <= ended; port++) {
                assertEquals(tuple(UDP, port), events.next().entry().original());
            }
        }
    }

    private static void endOne(NetlinkChannel requests, int port) throws InterruptedException {
        assertEquals(0, errno(create(requests, tuple(UDP, port), 0)));
        assertEquals(0, errno(delete(requests, tuple(UDP, port))));
    }
}
