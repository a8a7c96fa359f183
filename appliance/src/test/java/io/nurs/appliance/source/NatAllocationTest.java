package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ResourceLeakDetector;
import io.nurs.appliance.lab.AllocatedBytes;
import io.nurs.appliance.nat.NatEvent;
import io.nurs.netlink.NetlinkBatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From the octets of a NEW and a DESTROY to what is logged of them. */
class NatAllocationTest {
    private static final int SESSIONS = 30;
    private static final int BATCHES = 2_000;
    private static final int MAX_ROUNDS = 50;

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
    private long events;

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
    @ValueSource(ints = {0, 512})
    void aSessionsBeginAndEndAllocateNothing(int blockPorts) throws ReflectiveOperationException {
        ChannelInboundHandlerAdapter counter = new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                events += message instanceof NatEvent ? 1 : 0;
            }
        };
        try (EmbeddedNat nat = EmbeddedNat.to(counter, blockPorts)) {
            NetlinkBatch batch = batch();
            assertEquals(0, AllocatedBytes.leastOf(MAX_ROUNDS, () -> {
                for (int i = 0; i < BATCHES; i++) {
                    nat.read(batch);
                }
            }));
            assertTrue(events >= 4L * BATCHES, events + " events");
            assertEquals(0, nat.sessions());
        }
    }

    private static NetlinkBatch batch() {
        List<byte[]> messages = new ArrayList<>();
        for (boolean begins : new boolean[] {true, false}) {
            for (int i = 1; i <= SESSIONS; i++) {
                EntryMessage message = begins ? EntryMessage.created() : EntryMessage.destroy();
                messages.add(message.id(i)
                        .tuples(
                                EntryMessage.tuple("10.0.0.2", 1024 + i, "198.51.100.9", 53),
                                EntryMessage.tuple("198.51.100.9", 53, "203.0.113.1", 4000 + i))
                        .startMillis(1_700_000_000_000L + i)
                        .stopMillis(1_700_000_000_000L + i)
                        .octets());
            }
        }
        return EmbeddedSource.batch(messages.toArray(byte[][]::new));
    }
}
