package io.nurs.appliance.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.ResourceLeakDetector;
import io.nurs.appliance.config.ConfigException;
import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.config.FlowExporterConfig;
import io.nurs.appliance.config.FlowProtocol;
import io.nurs.appliance.config.RecordsConfig;
import io.nurs.appliance.lab.AllocatedBytes;
import io.nurs.appliance.output.pcapng.PacketBlocks;
import io.nurs.appliance.source.EmbeddedPackets;
import io.nurs.appliance.source.EmbeddedSource;
import io.nurs.netlink.NetlinkBatch;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packets that a kernel logged, as blocks of a capture file. */
class PacketBlocksTest {
    private static final int ENHANCED_PACKET = 6;
    private static final int INTERFACE = 1;

    @TempDir
    Path directory;

    /** A block's type, and all behind its length. */
    private record Block(int type, ByteBuffer body) {
        static List<Block> of(byte[] octets) {
            List<Block> blocks = new ArrayList<>();
            ByteBuffer all = ByteBuffer.wrap(octets);
            while (all.hasRemaining()) {
                int type = all.getInt();
                int length = all.getInt();
                assertEquals(0, length % 4);
                blocks.add(new Block(type, all.slice(all.position(), length - 12)));
                all.position(all.position() + length - 12);
                assertEquals(length, all.getInt());
            }
            return blocks;
        }

        byte[] packet() {
            byte[] packet = new byte[body.getInt(12)];
            body.get(20, packet);
            return packet;
        }
    }

    private static FlowExporterConfig config() throws ConfigException {
        return assertInstanceOf(
                FlowExporterConfig.class,
                ConfigLoader.parse("test.yaml", """
                stacks:
                  - { name: p, source: { type: nflog, groups: [5] }, exporters: [dump] }
                exporters:
                  dump: { type: pcap, file: { path: /tmp/dump.pcapng } }
                """).exporters().get("dump"));
    }

    private static PacketBlocks blocks() {
        return new PacketBlocks(
                "dump",
                Stream.of(NursElement.values())
                        .map(element -> element.in(FlowProtocol.IPFIX, RecordsConfig.OUTPUT_ENTERPRISE))
                        .toList(),
                "a test");
    }

    private static byte[] written(byte[]... datagrams) throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        PacketBlocks blocks = blocks();
        file.write(blocks.head());
        try (EmbeddedCollector collector = EmbeddedCollector.ofPackets(config(), message -> {
            ByteBuffer octets = blocks.octets(message);
            byte[] array = new byte[octets.remaining()];
            octets.get(array);
            file.writeBytes(array);
        })) {
            new EmbeddedPackets(collector.exporter(false)).read(datagrams);
            collector.flush();
            assertEquals(0, collector.encoded().droppedRecords());
        }
        return file.toByteArray();
    }

    /** What the kernel would send of a packet that came in on interface 3, with an Ethernet header. */
    private static byte[] logged(byte[] packet) {
        ByteBuffer message = ByteBuffer.allocate(packet.length + 128).order(ByteOrder.nativeOrder());
        message.putInt(0).putShort((short) 0x400).putShort((short) 0).putInt(0).putInt(0);
        message.put((byte) 2).put((byte) 0).put((byte) 0).put((byte) 5);
        attribute(message, 1, new byte[] {8, 0, 1, 0});
        attribute(message, 4, new byte[] {0, 0, 0, 3});
        attribute(message, 15, new byte[] {0, 1});
        attribute(message, 17, new byte[] {0, 14});
        attribute(message, 16, new byte[] {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0});
        attribute(message, 9, packet);
        message.putInt(0, message.position());
        return Arrays.copyOf(message.array(), message.position());
    }

    private static void attribute(ByteBuffer message, int type, byte[] value) {
        message.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        while (message.position() % 4 != 0) {
            message.put((byte) 0);
        }
    }

    private static byte[] ipv4(int length) {
        byte[] packet = new byte[length];
        new Random(length).nextBytes(packet);
        ByteBuffer.wrap(packet)
                .put(0, (byte) 0x45)
                .putShort(2, (short) length)
                .putShort(6, (short) 0)
                .put(9, (byte) 17);
        return packet;
    }

    @Test
    void everyPacketIsThereOctetByOctetHoweverLong() throws Exception {
        int[] lengths = {28, 29, 1500, 30_000, 40_000, 64_986, 1_000, 20_000, 50_000};
        byte[] file = written(
                Arrays.stream(lengths).mapToObj(length -> logged(ipv4(length))).toArray(byte[][]::new));
        List<Block> packets = Block.of(file).stream()
                .filter(block -> block.type == ENHANCED_PACKET)
                .toList();
        assertEquals(lengths.length, packets.size());
        for (int i = 0; i < lengths.length; i++) {
            byte[] packet = packets.get(i).packet();
            assertArrayEquals(ipv4(lengths[i]), Arrays.copyOfRange(packet, 14, packet.length));
        }
    }

    /** With the link header, and without a prefix. */
    @Test
    void aPacketThatFitsIntoNoMessageIsCutAndSaysSo() throws Exception {
        Block packet = Block.of(written(logged(ipv4(65_500)))).stream()
                .filter(block -> block.type == ENHANCED_PACKET)
                .findFirst()
                .orElseThrow();
        assertEquals(65_310, packet.packet().length);
        assertEquals(65_514, packet.body.getInt(16));
    }

    @Test
    void anInterfaceIsDescribedOnceAndAgainInTheNextFile() throws Exception {
        byte[] file = written(
                EmbeddedPackets.capture("input-tcp4"),
                EmbeddedPackets.capture("input-tcp4"),
                EmbeddedPackets.capture("output-udp4"),
                EmbeddedPackets.capture("input-icmpv6"));
        assertEquals(
                List.of(
                        0x0a0d0d0a,
                        INTERFACE,
                        ENHANCED_PACKET,
                        ENHANCED_PACKET,
                        INTERFACE,
                        ENHANCED_PACKET,
                        ENHANCED_PACKET),
                Block.of(file).stream().map(Block::type).toList());
        assertEquals(
                List.of(1, 101),
                Block.of(file).stream()
                        .filter(block -> block.type == INTERFACE)
                        .map(block -> (int) block.body.getShort(0))
                        .toList());
    }

    /** The tag is where it was on the wire. */
    @Test
    void aTagThatTheInterfaceTookOffIsPutBack() throws Exception {
        byte[] packet = Block.of(written(EmbeddedPackets.capture("bridge-vlan"))).stream()
                .filter(block -> block.type == ENHANCED_PACKET)
                .findFirst()
                .orElseThrow()
                .packet();
        assertEquals(0x8100a04d, ByteBuffer.wrap(packet).getInt(12));
        assertEquals(0x0800, ByteBuffer.wrap(packet).getShort(16));
        assertEquals(0x45, packet[18]);
    }

    @Test
    void aFileThatWasCutAnywhereIsCutToItsLastWholeBlock() throws Exception {
        byte[] file = written(EmbeddedPackets.capture("input-tcp4"), EmbeddedPackets.capture("output-udp4"));
        List<Integer> ends = new ArrayList<>(List.of(0));
        Block.of(file).forEach(block -> ends.add(ends.getLast() + block.body.limit() + 12));
        for (int length = 1; length <= file.length; length++) {
            Path torn = Files.write(directory.resolve("torn"), Arrays.copyOf(file, length));
            int cut = length;
            int end =
                    ends.stream().filter(at -> at <= cut).max(Integer::compare).orElseThrow();
            assertEquals(length - end, blocks().mend(torn), "of " + length);
            assertEquals(end, Files.size(torn));
        }
        Path foreign = Files.writeString(directory.resolve("foreign"), "somebody else's file");
        assertEquals(0, blocks().mend(foreign));
        assertEquals(20, Files.size(foreign));
    }

    /** Whatever stands in a message, and wherever it ends. */
    @Test
    void messagesThatAreCutOrSpoiltHarmNothing() throws Exception {
        Random random = new Random(7);
        List<byte[]> spoilt = new ArrayList<>();
        for (String name : List.of("output-udp4", "input-tcp4", "input-icmpv6", "bridge-vlan", "batch-udp4")) {
            byte[] whole = EmbeddedPackets.capture(name);
            for (int length = 0; length <= whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                if (length >= 4) {
                    ByteBuffer.wrap(cut).order(ByteOrder.nativeOrder()).putInt(0, length);
                }
                spoilt.add(cut);
            }
            for (int i = 0; i < 500; i++) {
                byte[] wrong = whole.clone();
                for (int k = random.nextInt(4); k >= 0; k--) {
                    wrong[random.nextInt(wrong.length)] = (byte) random.nextInt();
                }
                spoilt.add(wrong);
            }
        }
        byte[] file = written(spoilt.toArray(byte[][]::new));
        assertTrue(Block.of(file).size() > 1_000);
        for (String protocol : List.of("ipfix", "netflow9")) {
            try (EmbeddedCollector collector =
                    EmbeddedCollector.decoding(RecordConfigs.config(protocol + "://192.0.2.1"), RecordKind.PACKETS)) {
                new EmbeddedPackets(collector.exporter(false)).read(spoilt.toArray(byte[][]::new));
                assertTrue(collector.records(false).size() > 1_000);
            }
        }
    }

    /** 0 bytes a packet, up to the message. */
    @Test
    void aPacketOnItsWayToTheWriterAllocatesNothing() throws Exception {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        try (EmbeddedCollector collector = EmbeddedCollector.ofPackets(config(), message -> {})) {
            EmbeddedPackets packets = new EmbeddedPackets(collector.exporter(false));
            NetlinkBatch batch = EmbeddedSource.batch(
                    EmbeddedPackets.capture("input-tcp4"),
                    EmbeddedPackets.capture("output-udp4"),
                    EmbeddedPackets.capture("bridge-vlan"));
            assertEquals(0, Math.max(0, AllocatedBytes.leastOf(50, () -> {
                for (int i = 0; i < 3_000; i++) {
                    packets.read(batch);
                }
            })));
            assertTrue(collector.encoded().flowRecords() >= 9_000);
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }
}
