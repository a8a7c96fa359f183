package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ResourceLeakDetector;
import io.nurs.appliance.export.EmbeddedCollector;
import io.nurs.appliance.export.RecordKind;
import io.nurs.appliance.lab.AllocatedBytes;
import io.nurs.appliance.lab.ObservationFact;
import io.nurs.flow.IanaElements;
import io.nurs.netlink.NetlinkBatch;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.nftables.NftablesDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From the octets of a trace, which the kernel has sent once, to those of a datagram. */
class NftablesTracesTest {
    private static final Path CAPTURES = Path.of("../netlink-channel/src/test/resources/nftables");
    private static final int CHAIN = 62;
    private static final int HANDLE = 64;
    private static final int TRACE_ID = 73;
    private static final int TRACE_TYPE = 74;
    private static final int VERDICT = 75;
    private static final int JUMP_TARGET = 76;
    private static final int BATCHES = 2_000;
    private static final int MAX_ROUNDS = 50;

    private final NetlinkStats netlink = new NetlinkStats();
    private final NftablesStats stats = new NftablesStats();

    private static byte[] capture(String name) throws IOException {
        return HexFormat.of()
                .parseHex(Files.readAllLines(CAPTURES.resolve(name + ".hex")).stream()
                        .map(line -> line.replaceFirst("#.*", "").replace(" ", ""))
                        .collect(Collectors.joining()));
    }

    private static byte[][] captures() throws IOException {
        return new byte[][] {
            capture("trace-rule"), capture("trace-jump"), capture("trace-return"), capture("trace-policy")
        };
    }

    private EmbeddedChannel reading(EmbeddedCollector collector) {
        return new EmbeddedChannel(
                new NetlinkMessageDecoder(netlink),
                new NftablesDecoder(netlink),
                new NftablesTraces(stats),
                collector.exporter(false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"netflow9", "ipfix"})
    void eachStepIsARecordAndTheFirstInABaseChainHasThePacket(String protocol) throws IOException {
        try (EmbeddedCollector collector = EmbeddedCollector.decoding(protocol + "://192.0.2.1", RecordKind.NFTABLES)) {
            reading(collector).pipeline().fireChannelRead(EmbeddedSource.batch(captures()));
            List<ObservationFact> steps = ObservationFact.of(collector.messages());
            assertEquals(4, steps.size());
            assertEquals(
                    List.of("rule continue ", "rule jump sub", "rule return ", "policy drop "),
                    steps.stream()
                            .map(step ->
                                    step.text(TRACE_TYPE) + " " + step.text(VERDICT) + " " + step.text(JUMP_TARGET))
                            .toList());
            ObservationFact first = steps.getFirst();
            assertEquals(649, first.template());
            assertEquals(2_399_483_893L, first.number(TRACE_ID));
            assertEquals(6, first.number(HANDLE));
            assertEquals("pre", first.text(CHAIN));
            assertArrayEquals(new byte[] {127, 0, 0, 1}, first.record().octets(IanaElements.sourceIPv4Address));
            assertEquals(0xe4af, first.record().unsigned(IanaElements.sourceTransportPort));
            assertEquals(9, first.record().unsigned(IanaElements.destinationTransportPort));
            assertEquals(17, first.record().unsigned(IanaElements.protocolIdentifier));
            assertEquals(1, first.record().unsigned(IanaElements.ingressInterface));
        }
    }

    @Test
    void aStepOnItsWayToTheWireAllocatesNothing() throws IOException, ReflectiveOperationException {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        try (EmbeddedCollector collector =
                new EmbeddedCollector("ipfix://192.0.2.1", RecordKind.NFTABLES, datagram -> {})) {
            EmbeddedChannel channel = reading(collector);
            NetlinkBatch batch = EmbeddedSource.batch(captures());
            long least = AllocatedBytes.leastOf(MAX_ROUNDS, () -> {
                for (int i = 0; i < BATCHES; i++) {
                    channel.pipeline().fireChannelRead(batch);
                }
            });
            assertEquals(0, Math.max(0, least), "octets for " + BATCHES * 4 + " steps");
            collector.flush();
            assertTrue(collector.encoded().flowRecords() >= BATCHES * 4);
            assertEquals(collector.encoded().flowRecords(), stats.steps());
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }

    @Test
    void noDamageStopsTheOthers() throws IOException {
        try (EmbeddedCollector collector =
                new EmbeddedCollector("ipfix://192.0.2.1", RecordKind.NFTABLES, datagram -> {})) {
            EmbeddedChannel channel = reading(collector);
            byte[] good = capture("trace-rule");
            Random random = new Random(4711);
            for (int i = 0; i < 20_000; i++) {
                byte[] bad = good.clone();
                for (int n = random.nextInt(4); n >= 0; n--) {
                    bad[4 + random.nextInt(bad.length - 4)] = (byte) random.nextInt(256);
                }
                channel.pipeline().fireChannelRead(EmbeddedSource.batch(bad));
            }
            channel.checkException();
            assertTrue(netlink.malformedMessages() > 0);
            assertTrue(stats.steps() > 10_000);
        }
    }
}
