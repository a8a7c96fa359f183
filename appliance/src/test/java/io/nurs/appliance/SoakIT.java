package io.nurs.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.Program;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.TableWriter;
import io.nurs.appliance.lab.Traffic;
import io.nurs.appliance.lab.Wait;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Flows that come and go as fast as this machine makes them, for half an hour: memory stays, and counts are equal. Not part of
 * {@code verify}: see CONTRIBUTING.md for the command.
 */
@Tag("soak")
class SoakIT {
    private static final long MINUTES = Long.getLong("nurs.soak.minutes", 30);
    private static final Path LAUNCHER = Path.of(System.getProperty("nurs.root", ".."), "nursd")
            .toAbsolutePath()
            .normalize();
    private static final int REAL = 2_000;
    private static final int EMPTY = 10_000;
    private static final int MOST_LIVE = 60_000;
    private static final int FIRST_PORT = 20_000;
    /** Which part of the time the process may grow in, and by how much after it. */
    private static final int WARM_UP_PARTS = 5;

    private static final long GROWTH_KIB = 32 << 10;

    private static final Pattern LEDGER = Pattern.compile(
            "(\\d+) live, (\\d+) ended = (\\d+) exported \\+ (\\d+) without traffic \\+ 0 from before \\+ 0 unw");

    @TempDir
    Path directory;

    @Test
    void memoryStaysAndCountsAreEqual() throws Exception {
        try (Lab lab = Lab.open();
                RecordingCollector collector = RecordingCollector.tallying()) {
            Server.start(lab);
            Traffic traffic = new Traffic(lab);
            TableWriter table = TableWriter.open(lab);
            Program nursd = lab.closing(Program.start(List.of(
                    LAUNCHER.toString(),
                    "run",
                    "--config",
                    config(lab, collector).toString())));
            nursd.waitForOutput("nursd is running");

            List<Long> residentKib = new ArrayList<>();
            long begin = System.nanoTime();
            long rounds = 0;
            for (long minute = 0; minute < MINUTES; ) {
                InetSocketAddress to = Traffic.at(rounds % 2 == 0 ? Lab.SERVER4 : Lab.SERVER6, Lab.PLAIN);
                long first = rounds * EMPTY;
                traffic.manyUdpFlows(to, FIRST_PORT, REAL);
                table.create(EMPTY, 0, i -> TableWriter.udp((int) (first + i)));
                lab.inRouter("conntrack", "-F");
                rounds++;
                Wait.until("nursd keeps up", () -> lab.entries() < MOST_LIVE);
                long now = TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - begin);
                if (now > minute) {
                    minute = now;
                    residentKib.add(residentKib(nursd));
                    System.out.printf(
                            "minute %d: %d flows, %d KiB%n", now, rounds * (REAL + EMPTY), residentKib.getLast());
                }
            }
            Wait.until("the kernel has told of all", () -> lab.entries() == 0);
            nursd.terminate();
            assertEquals(0, nursd.exitCode(), nursd.output());

            Matcher ledger = LEDGER.matcher(nursd.output());
            assertTrue(ledger.find(), nursd.output());
            assertEquals(0, Long.parseLong(ledger.group(1)));
            assertEquals(rounds * (REAL + EMPTY), Long.parseLong(ledger.group(2)));
            assertEquals(rounds * REAL, Long.parseLong(ledger.group(3)));
            assertEquals(rounds * EMPTY, Long.parseLong(ledger.group(4)));
            Counted forwarded = lab.forwarded();
            Wait.until(() -> forwarded + ", exported " + collector.tally(), () -> forwarded.equals(collector.tally()));
            long warm = residentKib.get((residentKib.size() - 1) / WARM_UP_PARTS);
            assertTrue(residentKib.getLast() <= warm + GROWTH_KIB, residentKib::toString);
        }
    }

    private Path config(Lab lab, RecordingCollector collector) throws IOException {
        return Files.writeString(directory.resolve("nurs.yaml"), """
                stacks:
                  - name: flows
                    source: { type: conntrack, namespace: %s, active-timeout: 5s, state-file: %s }
                    exporters: [main]
                exporters:
                  main: { type: netflow9, collector: "127.0.0.1:%d" }
                """.formatted(
                        lab.router(), directory.resolve("totals"), collector.port()));
    }

    private static long residentKib(Program program) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(program.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
