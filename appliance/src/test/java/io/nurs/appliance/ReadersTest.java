package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Subject;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Traffic.OpenUdp;
import io.nurs.appliance.lab.Wait;
import io.nurs.appliance.source.ConntrackSource;
import io.nurs.appliance.source.ConntrackStats;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code readers}: several sockets share the flows of one table. */
class ReadersTest extends RouterTest {
    private static final InetSocketAddress SERVER = Traffic.at(Lab.SERVER4, Lab.PLAIN);
    private static final InetSocketAddress SERVER6 = Traffic.at(Lab.SERVER6, Lab.PLAIN);
    private static final int FIRST_PORT = 20_000;

    @TempDir
    Path directory;

    @Test
    void eachFlowIsReportedByOneReader() throws Exception {
        int count = 3_000;
        try (Subject subject = Subject.start(lab, "readers: 4, active-timeout: 1s", "", collector.port())) {
            traffic.manyUdpFlows(SERVER, FIRST_PORT, count);
            Wait.until("walks have met them", () -> total(subject, ConntrackStats::seen) == count);
            lab.inRouter("conntrack", "-F");
            Wait.until("all have ended", () -> total(subject, ConntrackStats::ended) == count);
            subject.stop();
            long datagrams = subject.appliance().collectors().stream()
                    .mapToLong(one -> one.encoded().datagrams())
                    .sum();
            collector.waitForDatagrams(datagrams);
            for (ConntrackSource reader : subject.appliance().conntrackSources()) {
                assertTrue(reader.stats().ended() > count / 8, "a share of a quarter, about");
                assertTrue(reader.ledger().isEven(), reader.ledger()::toString);
            }
            // Also that no sequence has a gap: each reader has its own.
            assertEquals(lab.forwarded(), collector.total());
            assertEquals(
                    Set.of(1L, 2L, 3L, 4L),
                    collector.messages().stream()
                            .map(message -> message.observationDomain())
                            .collect(Collectors.toSet()));
            Set<Integer> ports = new HashSet<>();
            collector.facts().stream()
                    .filter(fact -> fact.source().equals(Lab.CLIENT4))
                    .forEach(fact -> ports.add(fact.sourcePort()));
            assertEquals(count, ports.size());
        }
    }

    @Test
    void flowsGoOnWithAnotherNumberOfReaders() throws Exception {
        List<OpenUdp> flows = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            flows.add(lab.closing(traffic.openUdp(i % 2 == 0 ? SERVER : SERVER6)));
        }
        for (int readers : new int[] {1, 3, 2, 1}) {
            String options = "readers: %d, active-timeout: 1s, first-start: export, state-file: %s"
                    .formatted(readers, directory.resolve("totals"));
            try (Subject subject = Subject.start(lab, options, "", collector.port())) {
                for (OpenUdp flow : flows) {
                    flow.exchange(2, 100 + readers, 200);
                }
                Wait.until(
                        () -> "all reported, so far " + collector.total(),
                        () -> lab.forwarded().equals(collector.total()));
                assertEquals(flows.size(), total(subject, ConntrackStats::seen));
                subject.stop();
                assertEquals(0, total(subject, ConntrackStats::unwatched));
                assertEquals(0, total(subject, ConntrackStats::baseline));
            }
            assertEquals(files(readers), stateFiles());
            // Nobody watches.
            for (OpenUdp flow : flows) {
                flow.exchange(1, 100, 200);
            }
        }
    }

    private static Set<String> files(int readers) {
        Set<String> names = new TreeSet<>();
        for (int reader = 0; reader < readers; reader++) {
            names.add(readers == 1 ? "totals" : "totals." + reader + "-of-" + readers);
        }
        return names;
    }

    private Set<String> stateFiles() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith(".lock"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static long total(Subject subject, ToLongFunction<ConntrackStats> figure) {
        return subject.appliance().conntrackSources().stream()
                .map(ConntrackSource::stats)
                .mapToLong(figure)
                .sum();
    }
}
