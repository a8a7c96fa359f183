package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.ResourceLeakDetector;
import io.nurs.appliance.export.EmbeddedCollector;
import io.nurs.appliance.export.RecordKind;
import io.nurs.appliance.lab.AllocatedBytes;
import io.nurs.appliance.source.EmbeddedEvents;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import io.nurs.netlink.NetlinkBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From the octets of a message about an entry to those of a datagram: decoder, event, templates, encoder. */
class ConntrackEventAllocationTest {
    private static final int ENTRIES = 20;
    private static final int BATCHES = 500;
    private static final int MAX_ROUNDS = 50;

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    /** Paranoid detection, which the other tests run with, allocates for every retain. */
    @BeforeEach
    void switchLeakDetectionOff() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void restoreLeakDetection() {
        ResourceLeakDetector.setLevel(level);
    }

    @ParameterizedTest
    @ValueSource(strings = {"netflow9", "ipfix"})
    void anEventOnItsWayToTheWireAllocatesNothing(String protocol) throws ReflectiveOperationException {
        try (EmbeddedCollector collector =
                EmbeddedCollector.of(protocol + "://192.0.2.1", RecordKind.CONNTRACK_EVENTS, datagram -> {})) {
            EmbeddedEvents events = new EmbeddedEvents(collector.exporter(false));
            NetlinkBatch batch = batch();
            assertEquals(
                    0,
                    // What measuring itself allocates is taken off, and is sometimes less.
                    Math.max(0, AllocatedBytes.leastOf(MAX_ROUNDS, () -> {
                        for (int i = 0; i < BATCHES; i++) {
                            events.read(batch);
                        }
                    })),
                    "bytes for " + 3 * ENTRIES * BATCHES + " messages");
            assertEquals(0, collector.encoded().droppedRecords());
            assertTrue(collector.encoded().flowRecords() >= 3L * (ENTRIES - 1) * BATCHES);
        }
    }

    private static NetlinkBatch batch() {
        List<byte[]> messages = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            messages.add(entry(EntryMessage.created(), i).octets());
            messages.add(entry(EntryMessage.update(), i).tcpState(3).octets());
            messages.add(entry(EntryMessage.destroy(), i)
                    .counters(10, 1_000, 20, 20_000)
                    .startMillis(1_700_000_000_000L)
                    .stopMillis(1_700_000_001_000L)
                    .octets());
        }
        return EmbeddedSource.batch(messages.toArray(byte[][]::new));
    }

    private static EntryMessage entry(EntryMessage message, int i) {
        boolean ipv6 = i % 4 == 3;
        String client = ipv6 ? "2001:db8:1::2" : "198.51.100.2";
        String server = ipv6 ? "2001:db8:2::2" : "203.0.113.2";
        return message.id(i + 1)
                .mark(0x1321)
                .tuples(
                        EntryMessage.tuple(client, 40_000 + i, server, 443),
                        EntryMessage.tuple(server, 443, client, 40_000 + i));
    }

    /** Whatever the kernel's message is cut to, nothing is read past its end, and it is an event or counted. */
    @Test
    void aMessageCutAnywhereIsAnEventOrCounted() {
        try (EmbeddedCollector collector =
                EmbeddedCollector.of("ipfix://192.0.2.1", RecordKind.CONNTRACK_EVENTS, datagram -> {})) {
            EmbeddedEvents events = new EmbeddedEvents(collector.exporter(false));
            byte[] whole = entry(EntryMessage.destroy(), 3)
                    .counters(10, 1_000, 20, 20_000)
                    .startMillis(1_700_000_000_000L)
                    .octets();
            for (int length = 0; length <= whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                if (length >= 4) {
                    // As if it were whole: nlmsg_len.
                    cut[0] = (byte) length;
                    cut[1] = (byte) (length >> 8);
                }
                events.read(EmbeddedSource.batch(cut));
            }
            for (byte[] capture : EmbeddedSource.captures()) {
                for (int length = 0; length < capture.length; length++) {
                    events.read(EmbeddedSource.batch(Arrays.copyOf(capture, length)));
                }
            }
            collector.flush();
            assertTrue(events.stats().events() > 0);
            assertTrue(events.netlink().malformedMessages() > whole.length / 2);
            assertEquals(
                    events.stats().events(),
                    collector.encoded().flowRecords() + collector.encoded().droppedRecords());
        }
    }
}
