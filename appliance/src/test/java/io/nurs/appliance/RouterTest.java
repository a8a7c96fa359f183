package io.nurs.appliance;

import io.nurs.appliance.lab.FlowFact;
import io.nurs.appliance.lab.Lab;
import io.nurs.appliance.lab.Lab.Counted;
import io.nurs.appliance.lab.RecordingCollector;
import io.nurs.appliance.lab.Server;
import io.nurs.appliance.lab.Traffic;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** What tests on the real kernel begin with: a router between a client and a server that answers, and a collector. */
@Tag("netns")
abstract class RouterTest {
    Lab lab;
    Traffic traffic;
    RecordingCollector collector;

    @BeforeEach
    void open() throws Exception {
        lab = Lab.open();
        Server.start(lab);
        traffic = new Traffic(lab);
        collector = lab.closing(RecordingCollector.open());
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    static Counted sum(List<FlowFact> facts) {
        return facts.stream()
                .map(fact -> new Counted(fact.packets(), fact.bytes()))
                .reduce(new Counted(0, 0), Counted::plus);
    }
}
