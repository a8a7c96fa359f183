package io.nurs.appliance;

import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.MarkField;
import io.nurs.appliance.config.MarkInterfacesConfig;
import io.nurs.appliance.config.NatView;
import io.nurs.appliance.export.EmbeddedCollector;
import io.nurs.appliance.filter.FlowFilter;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.appliance.source.EntryMessage;
import io.nurs.netlink.NetlinkBatch;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.InstantSource;

/** Full batches of DESTROY events, each flow with traffic both ways, through a source and an exporter whose socket costs nothing. */
final class DestroyStorm implements AutoCloseable {
    /** As many as one recvmmsg brings. */
    static final int MESSAGES = 64;

    private static final ValueLayout.OfInt ID = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final EmbeddedCollector collector;
    private final EmbeddedSource source;
    private final NetlinkBatch batch;
    private final long[] idOffsets = new long[MESSAGES];
    private long bytes;
    private int id;

    DestroyStorm(NatView view) {
        collector = new EmbeddedCollector(view, datagram -> bytes += datagram.readableBytes());
        FlowFilter marks =
                FlowFilter.of(new MarkInterfacesConfig(MarkField.parse("0xf00 >> 8"), MarkField.parse("0xf0 >> 4"), 1));
        source = new EmbeddedSource(
                ConntrackSourceConfig.defaults("flows"), InstantSource.system(), collector.exporter(true, marks));
        byte[][] messages = new byte[MESSAGES][];
        for (int i = 0; i < MESSAGES; i++) {
            boolean ipv6 = i % 4 == 3;
            String client = ipv6 ? "2001:db8:1::2" : "198.51.100.2";
            String server = ipv6 ? "2001:db8:2::2" : "203.0.113.2";
            messages[i] = EntryMessage.destroy()
                    .id(0)
                    .tuples(
                            EntryMessage.tuple(client, 40_000 + i, server, 443),
                            EntryMessage.tuple(server, 443, client, 40_000 + i))
                    .counters(10, 1_000, 20, 20_000)
                    .mark(0x1321)
                    .startMillis(1_700_000_100_000L)
                    .stopMillis(1_700_000_200_000L + i)
                    .octets();
        }
        batch = EmbeddedSource.batch(messages);
        for (int i = 0; i < MESSAGES; i++) {
            idOffsets[i] = batch.offset(i) + idOffset(messages[i]);
        }
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
    long run(int batches) {
        for (int i = 0; i < batches; i++) {
            for (int slot = 0; slot < MESSAGES; slot++) {
                batch.memory().set(ID, idOffsets[slot], ++id);
            }
            source.read(batch);
        }
        return bytes;
    }

    long records() {
        return collector.encoded().records();
    }

    long dropped() {
        return collector.encoded().droppedRecords();
    }

    @Override
    public void close() {
        collector.close();
    }
}
