package io.nurs.appliance;

import io.nurs.appliance.config.Accounting;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.MarkField;
import io.nurs.appliance.config.MarkInterfacesConfig;
import io.nurs.appliance.config.NatView;
import io.nurs.appliance.export.EmbeddedCollector;
import io.nurs.appliance.export.FlowExporter;
import io.nurs.appliance.filter.FlowFilter;
import io.nurs.appliance.source.EmbeddedDelta;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import io.nurs.appliance.traffic.TopTalkers;
import io.nurs.appliance.traffic.TrafficCounts;
import io.nurs.netlink.NetlinkBatch;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Full batches of DESTROY events, each flow with traffic both ways, through a source and an exporter whose socket costs nothing. With
 * {@code accounting: delta} a dump has listed each flow before.
 */
final class DestroyStorm implements AutoCloseable {
    /** As many as one recvmmsg brings. */
    static final int MESSAGES = 64;

    private static final long START_MILLIS = 1_700_000_100_000L;

    private static final ValueLayout.OfInt ID = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final EmbeddedCollector collector;
    private final FlowExporter exporter;
    private final Consumer<NetlinkBatch> source;
    private final List<NetlinkBatch> batches = new ArrayList<>();
    private final long[][] idOffsets = new long[2][MESSAGES];
    private long bytes;
    private int id = 1;

    DestroyStorm(NatView view, Accounting accounting) {
        this("netflow9://192.0.2.1?nat-view=" + view, accounting);
    }

    DestroyStorm(String url, Accounting accounting) {
        collector = new EmbeddedCollector(url, datagram -> bytes += datagram.readableBytes());
        FlowFilter marks = FlowFilter.of(
                new MarkInterfacesConfig(MarkField.parse("0xf00 >> 8"), MarkField.parse("0xf0 >> 4"), 1, false));
        ConntrackSourceConfig config = ConntrackSourceConfig.defaults("flows");
        exporter = collector.exporter(true, marks);
        if (accounting == Accounting.DELTA) {
            source = new EmbeddedDelta(config, START_MILLIS - 1_000, exporter)::read;
            add(EntryMessage::dumped);
        } else {
            source = new EmbeddedSource(config, InstantSource.system(), exporter)::read;
        }
        add(EntryMessage::destroy);
    }

    private void add(Supplier<EntryMessage> kind) {
        byte[][] messages = new byte[MESSAGES][];
        for (int i = 0; i < MESSAGES; i++) {
            boolean ipv6 = i % 4 == 3;
            String client = ipv6 ? "2001:db8:1::2" : "198.51.100.2";
            String server = ipv6 ? "2001:db8:2::2" : "203.0.113.2";
            messages[i] = kind.get()
                    .id(0)
                    .tuples(
                            EntryMessage.tuple(client, 40_000 + i, server, 443),
                            EntryMessage.tuple(server, 443, client, 40_000 + i))
                    .counters(10, 1_000, 20, 20_000)
                    .mark(0x1321)
                    .startMillis(START_MILLIS)
                    .stopMillis(1_700_000_200_000L + i)
                    .octets();
        }
        NetlinkBatch batch = EmbeddedSource.batch(messages);
        for (int i = 0; i < MESSAGES; i++) {
            idOffsets[batches.size()][i] = batch.offset(i) + idOffset(messages[i]);
        }
        batches.add(batch);
    }

    /** Looks for the addresses and ports with most octets as well. */
    DestroyStorm withTop() {
        exporter.traffic().top(new TopTalkers(10, 100));
        return this;
    }

    TrafficCounts traffic() {
        return exporter.traffic();
    }

    /** Where CTA_ID's value is. */
    static int idOffset(byte[] message) {
        for (int at = 0; at < message.length; at += Integer.BYTES) {
            if (message[at] == 8 && message[at + 2] == ConntrackAttribute.CTA_ID) {
                return at + Integer.BYTES;
            }
        }
        throw new AssertionError("no CTA_ID");
    }

    /** Sends so many batches, no entry twice; the octets that have left so far. */
    long run(int times) {
        for (int i = 0; i < times; i++) {
            for (int kind = 0; kind < batches.size(); kind++) {
                NetlinkBatch batch = batches.get(kind);
                for (int slot = 0; slot < MESSAGES; slot++) {
                    batch.memory().set(ID, idOffsets[kind][slot], id + slot);
                }
                source.accept(batch);
            }
            id += MESSAGES;
        }
        return bytes;
    }

    long records() {
        return collector.encoded().flowRecords();
    }

    long dropped() {
        return collector.encoded().droppedRecords();
    }

    @Override
    public void close() {
        collector.close();
    }
}
