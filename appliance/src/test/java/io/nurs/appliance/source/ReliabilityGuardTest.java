package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.ConntrackMax;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.TableWriter;
import io.nurs.appliance.lab.Wait;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkOptions;
import io.nurs.netlink.NetworkNamespace;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import io.nurs.netlink.conntrack.ConntrackTuple;
import java.net.InetAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A reader that stands still, asks for reliable delivery, and would fill the router's table with the dead. */
@Tag("netns")
@Tag("alone") // sets nf_conntrack_max, which is the whole host's
class ReliabilityGuardTest {
    private static final int LOWERED = 4_000;
    private static final int ENTRIES = 3_000;
    private static final int GUARD_PERCENT = 50;

    private Lab lab;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        ConntrackMax.set(lab, LOWERED);
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void givesReliabilityUpBeforeTheDeadFillTheTableAndTakesItBack() throws Exception {
        NetworkNamespace router = NetworkNamespace.of(lab.router());
        NetlinkChannel stalled = router.call(() -> NetlinkChannel.open(
                NetlinkOptions.events(NetlinkOptions.NETLINK_NETFILTER, ConntrackAttribute.NFNLGRP_CONNTRACK_DESTROY)
                        .withReceiveBufferBytes(64 << 10)
                        .withBroadcastError(true)));
        ReliabilityGuard guard = ReliabilityGuard.start("test", stalled, router, GUARD_PERCENT);
        try {
            TableWriter table = TableWriter.open(lab);
            table.create(ENTRIES, 0, ReliabilityGuardTest::tuple);
            assertTrue(guard.isReliable(), "a full table alone is no reason");

            lab.inRouter("conntrack", "-F");
            Wait.until("dead entries have made room", () -> lab.entries() < LOWERED * GUARD_PERCENT / 100);
            Wait.until("what was given up is counted", () -> guard.lostEvents() > 0);
            Wait.until("delivery is reliable again", guard::isReliable);

            // What the guard is for: new connections go on.
            table.create(LOWERED - 1_000, 0, i -> tuple(ENTRIES + i));
            assertEquals(LOWERED - 1_000, lab.entries());
        } finally {
            guard.stop();
            stalled.unsafe().closeForcibly();
        }
    }

    @Test
    void withoutTheGuardTheDeadStay() throws Exception {
        NetworkNamespace router = NetworkNamespace.of(lab.router());
        NetlinkChannel stalled = router.call(() -> NetlinkChannel.open(
                NetlinkOptions.events(NetlinkOptions.NETLINK_NETFILTER, ConntrackAttribute.NFNLGRP_CONNTRACK_DESTROY)
                        .withReceiveBufferBytes(64 << 10)
                        .withBroadcastError(true)));
        try {
            TableWriter.open(lab).create(ENTRIES, 0, ReliabilityGuardTest::tuple);
            lab.inRouter("conntrack", "-F");
            // After a second, then each 10 ms, and in vain: by now drops outnumber the entries.
            Wait.until("the kernel has tried again, many times", () -> stalled.kernelDrops() > ENTRIES + 200);
            assertFalse(lab.entries() < ENTRIES / 2, () -> "dead entries still count");
        } finally {
            stalled.unsafe().closeForcibly();
        }
    }

    private static ConntrackTuple tuple(int i) {
        return ConntrackTuple.of(
                InetAddress.ofLiteral("198.18." + (i >> 8) + "." + (i & 255)),
                InetAddress.ofLiteral("198.19.0.1"),
                17,
                1024,
                53);
    }
}
