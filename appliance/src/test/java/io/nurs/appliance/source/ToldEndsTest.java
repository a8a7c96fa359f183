package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nurs.appliance.config.ConfigLoader;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.totals.FlowTotals;
import io.nurs.appliance.totals.StateIdentity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ends that come after a restart: told to the process before this one, or to none. */
class ToldEndsTest {
    private static final long MINUTE = 60_000;
    private static final String YAML = """
            stacks:
              - name: flows
                source: { type: conntrack, first-start: export }
                exporters: [main]
            exporters:
              main: { type: netflow9, collector: 192.0.2.10 }
            """;

    private final List<Long> reported = new ArrayList<>();

    @TempDir
    Path directory;

    private FlowTotals open() throws Exception {
        return FlowTotals.open(directory.resolve("totals"), new StateIdentity(new UUID(1, 2), 3, 0, 1, ""), 1_000);
    }

    private EmbeddedDelta resumed(FlowTotals totals) throws Exception {
        return new EmbeddedDelta(
                (ConntrackSourceConfig)
                        ConfigLoader.parse("test.yaml", YAML).sources().getFirst(),
                System.currentTimeMillis(),
                totals,
                flow -> reported.add(flow.originalBytes()));
    }

    private static EntryMessage ended(long stopMillis) {
        return EntryMessage.destroy()
                .startMillis(stopMillis - MINUTE)
                .stopMillis(stopMillis)
                .counters(1, 100, 0, 0);
    }

    /** The kernel tells of an entry that expired when it comes by, which may be a minute later. */
    @Test
    void anEntryThatExpiredBeforeTheRestartAndIsToldOfAfterItIsNew() throws Exception {
        open().close();
        try (EmbeddedDelta delta = resumed(open())) {
            delta.tell(System.currentTimeMillis(), ended(System.currentTimeMillis() - MINUTE / 2));
            assertEquals(List.of(100L), reported);
            assertEquals(0, delta.stats().repeated());
        }
    }

    /** It was told at once, to the process before this one; another listener makes the kernel tell it again. */
    @Test
    void anEntryThatWasDeletedBeforeTheRestartHasBeenTold() throws Exception {
        open().close();
        try (EmbeddedDelta delta = resumed(open())) {
            delta.tell(
                    System.currentTimeMillis(),
                    ended(System.currentTimeMillis() - MINUTE / 2).timeoutSeconds(20));
            assertEquals(List.of(), reported);
            assertEquals(1, delta.stats().repeated());
        }
    }
}
