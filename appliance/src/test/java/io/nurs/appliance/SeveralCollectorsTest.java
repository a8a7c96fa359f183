package io.nurs.appliance;

import static io.nurs.flow.IanaElements.destinationIPv4Address;
import static io.nurs.flow.IanaElements.destinationIPv6Address;
import static io.nurs.flow.IanaElements.destinationTransportPort;
import static io.nurs.flow.IanaElements.octetDeltaCount;
import static io.nurs.flow.IanaElements.packetDeltaCount;
import static io.nurs.flow.IanaElements.sourceIPv4Address;
import static io.nurs.flow.IanaElements.sourceIPv6Address;
import static io.nurs.flow.IanaElements.sourceTransportPort;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.Unpooled;
import io.nurs.appliance.export.Collector;
import io.nurs.appliance.lab.Certificates;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.StreamCollector;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import io.nurs.flow.DataRecord;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.InformationElement;
import io.nurs.ipfix.IpfixDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One stack, five collectors, each with another protocol, way, choice of fields and filter; one of them hangs. */
class SeveralCollectorsTest extends RouterTest {
    private static final int FIRST_PORT = 10_000;
    private static final int FLOWS4 = 2_000;
    private static final int FLOWS6 = 1_000;
    private static final int TRANSLATED = 500;

    /** The kernel's own buffers take some rounds of what a collector that hangs is sent. */
    private static final int MOST_ROUNDS = 25;

    /** Five encoders with rings of at most 4 MiB each, the channels' buffers, TLS's and the file's, and the allocator's chunks. */
    private static final long MOST_OCTETS_IN_MEMORY = 32 << 20;

    @TempDir
    Path directory;

    private Subject start(StreamCollector tcp, StreamCollector tls, Certificates certificates, int udpPort)
            throws Exception {
        return Subject.start("""
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %s, active-timeout: 2s }
                    exporters: [v9, udp, hanging, tls, file]
                exporters:
                  v9: { type: netflow9, collector: "127.0.0.1:%d", flush-interval: 20ms, filter: ipVersion == 4 }
                  udp: { type: ipfix, collector: "127.0.0.1:%d", flush-interval: 20ms, fields: minimal, biflow: true,
                         filter: destinationTransportPort == 7002 }
                  hanging: { type: ipfix, collector: "127.0.0.1:%d", transport: tcp, fields: full, biflow: true,
                             reconnect-interval: 1s, stall-timeout: 1s, filter: "not protocol == icmp" }
                  tls: { type: ipfix, collector: "127.0.0.1:%d", transport: tls, tls: { %s }, filter: ipVersion == 6, biflow: true,
                         fields: [sourceIPv4Address, sourceIPv6Address, destinationIPv6Address, sourceTransportPort,
                                  destinationTransportPort, octetDeltaCount, packetDeltaCount] }
                  file: { type: ipfix, file: { path: %s }, fields: ctflow9, biflow: false, filter: protocol == udp }
                """.formatted(
                        lab.router(),
                        collector.port(),
                        udpPort,
                        tcp.port(),
                        tls.port(),
                        certificates.client(),
                        directory.resolve("flows.ipfix")));
    }

    /** What the kernel counts of the conversations that each filter takes. */
    private void countInTheKernel() throws IOException, InterruptedException {
        for (String counter : List.of(
                "four meta nfproto ipv4",
                "six meta nfproto ipv6",
                "translated meta l4proto { tcp, udp } ct original proto-dst 7002",
                "datagrams meta l4proto udp")) {
            String name = counter.substring(0, counter.indexOf(' '));
            lab.nft(
                    "add counter inet lab %s\nadd rule inet lab forwarding %s ct state new,established counter name \"%s\"\n"
                            .formatted(name, counter.substring(name.length() + 1), name));
        }
    }

    @Test
    @Timeout(120)
    void whenOneHangsTheOthersLoseNothing() throws Exception {
        countInTheKernel();
        Certificates certificates = new Certificates(directory);
        try (RecordingCollector udp = RecordingCollector.open();
                StreamCollector tcp = StreamCollector.open();
                StreamCollector tls = StreamCollector.open(certificates.server());
                Subject subject = start(tcp, tls, certificates, udp.port())) {
            List<Collector> collectors = subject.appliance().collectors();
            Collector hanging = named(collectors, "hanging");
            Wait.until("connections", () -> collectors.stream().allMatch(Collector::isUp));
            // Over TLS a connection counts after a second: option records until then are lost.
            long[] early =
                    collectors.stream().mapToLong(Collector::lostMessages).toArray();
            tcp.hang();
            long before = inMemory();
            long most = before;
            int rounds = 0;
            while (hanging.stats().connections() < 2 && rounds < MOST_ROUNDS) {
                round(subject, ++rounds);
                most = Math.max(most, inMemory());
            }
            traffic.tcp(Traffic.at(Lab.SERVER4, Lab.MASQUERADED), 100_000, 200_000, false);
            traffic.tcp(Traffic.at(Lab.SERVER6, Lab.PLAIN), 200_000, 100_000, false);
            lab.inRouter("conntrack", "-F");
            long ended = rounds * (long) (FLOWS4 + FLOWS6 + TRANSLATED) + 2;
            subject.waitForEnded(ended);
            int seen = rounds;
            assertTrue(hanging.stats().connections() >= 2, () -> "never closed in " + seen + " rounds");
            subject.stop();

            long overTls = named(collectors, "tls").encoded().flowRecords();
            Wait.until("all over TLS", () -> records(tls.messages()).size() == overTls);
            collector.waitForDatagrams(named(collectors, "v9").encoded().datagrams());
            udp.waitForDatagrams(named(collectors, "udp").encoded().datagrams());
            // One record a direction, or one for both.
            assertCounted("four", 2 * (rounds * (FLOWS4 + TRANSLATED) + 1), collector.records());
            assertCounted("translated", rounds * TRANSLATED + 1, udp.records());
            assertCounted("six", rounds * FLOWS6 + 1, records(tls.messages()));
            assertCounted("datagrams", 2 * rounds * (FLOWS4 + FLOWS6 + TRANSLATED), records(file()));
            for (Collector each : collectors) {
                long flows = each.encoded().flowRecords();
                if (each.equals(hanging)) {
                    assertTrue(each.notSent().flows() + each.lostMessages() > 0, "nothing was dropped");
                    assertTrue(flows + each.notSent().flows() >= ended, "what was not sent was counted");
                } else {
                    assertEquals(0, each.notSent().flows(), each.name());
                    assertEquals(early[collectors.indexOf(each)], each.lostMessages(), each.name());
                    assertEquals(0, each.encoded().droppedRecords(), each.name());
                }
            }
            assertTrue(most - before <= MOST_OCTETS_IN_MEMORY, before + " grew to " + most);
        }
    }

    /** Nothing waits for ever: the ends of each round are taken before the next. */
    private void round(Subject subject, int rounds) throws Exception {
        int firstPort = FIRST_PORT + rounds * FLOWS4;
        traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.PLAIN), firstPort, FLOWS4);
        traffic.manyUdpFlows(Traffic.at(Lab.SERVER6, Lab.PLAIN), firstPort, FLOWS6);
        traffic.manyUdpFlows(Traffic.at(Lab.SERVER4, Lab.MASQUERADED), firstPort, TRANSLATED);
        lab.inRouter("conntrack", "-F");
        subject.waitForEnded(rounds * (long) (FLOWS4 + FLOWS6 + TRANSLATED));
    }

    /** As the kernel counts, and each direction or conversation is there. */
    private void assertCounted(String counter, int different, List<DataRecord> records) throws Exception {
        assertEquals(
                lab.counted(counter),
                records.stream().map(SeveralCollectorsTest::counted).reduce(new Counted(0, 0), Counted::plus),
                counter);
        Set<String> told = new HashSet<>();
        records.forEach(record -> told.add(ends(record)));
        assertEquals(different, told.size(), counter);
    }

    private static Counted counted(DataRecord record) {
        return Stream.of(false, true)
                .map(reverse -> new Counted(
                        number(record, packetDeltaCount, reverse), number(record, octetDeltaCount, reverse)))
                .reduce(new Counted(0, 0), Counted::plus);
    }

    private static long number(DataRecord record, InformationElement element, boolean reverse) {
        InformationElement of = reverse ? element.reverse() : element;
        return record.has(of) ? record.unsigned(of) : 0;
    }

    private static String ends(DataRecord record) {
        boolean ipv6 = record.has(sourceIPv6Address);
        return record.address(ipv6 ? sourceIPv6Address : sourceIPv4Address) + " "
                + record.unsigned(sourceTransportPort) + " "
                + record.address(ipv6 ? destinationIPv6Address : destinationIPv4Address) + " "
                + record.unsigned(destinationTransportPort);
    }

    /** Flows of messages that are without a fault. */
    private static List<DataRecord> records(Collection<DecodedMessage> messages) {
        assertEquals(
                List.of(),
                messages.stream()
                        .flatMap(message -> message.anomalies().stream())
                        .toList());
        return messages.stream()
                .flatMap(message -> message.records().stream())
                .filter(record -> !record.template().isOptions())
                .toList();
    }

    private List<DecodedMessage> file() throws IOException {
        List<DecodedMessage> messages = new ArrayList<>();
        ByteBuf octets = Unpooled.wrappedBuffer(Files.readAllBytes(directory.resolve("flows.ipfix")));
        new IpfixDecoder(DecoderLimits.DEFAULT)
                .decodeAll(InetSocketAddress.createUnresolved("file", 0), octets, messages::add);
        assertEquals(0, octets.readableBytes());
        return messages;
    }

    private static Collector named(List<Collector> collectors, String name) {
        return collectors.stream()
                .filter(collector -> collector.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static long inMemory() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }
}
