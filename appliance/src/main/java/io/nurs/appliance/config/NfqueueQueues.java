package io.nurs.appliance.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Finds queues that two sources would read, and packets that would go round from queue to queue. */
final class NfqueueQueues {
    private record Queue(String namespace, int number) {}

    private NfqueueQueues() {}

    static void check(Map<SourceConfig, YamlValue> places) {
        Map<Queue, NfqueueSourceConfig> owners = new LinkedHashMap<>();
        places.forEach((source, place) -> {
            if (source instanceof NfqueueSourceConfig queues) {
                own(queues, place, owners);
            }
        });
        places.forEach((source, place) -> {
            if (source instanceof NfqueueSourceConfig queues && comesBack(queues, owners)) {
                place.error("its policy sends packets to queue "
                        + queues.policy().queue()
                        + ", and from there they come back to this source for ever; have one of them accept");
            }
        });
    }

    private static void own(NfqueueSourceConfig source, YamlValue place, Map<Queue, NfqueueSourceConfig> owners) {
        for (int queue : source.queues()) {
            NfqueueSourceConfig other = owners.putIfAbsent(queue(source, queue), source);
            if (other != null) {
                place.error("source " + ScalarText.quote(other.name()) + " reads queue " + queue
                        + " of the same namespace already, and the kernel gives a queue to one socket only");
                return;
            }
        }
    }

    private static Queue queue(NfqueueSourceConfig source, int number) {
        return new Queue(Objects.requireNonNullElse(source.namespace(), ""), number);
    }

    /** At most once through each. */
    private static boolean comesBack(NfqueueSourceConfig start, Map<Queue, NfqueueSourceConfig> owners) {
        NfqueueSourceConfig at = start;
        for (int steps = 0; steps < owners.size(); steps++) {
            if (at.policy().action() != PolicyConfig.Action.QUEUE) {
                return false;
            }
            NfqueueSourceConfig next = owners.get(queue(at, at.policy().queue()));
            if (next == null) {
                return false;
            }
            if (next.equals(start)) {
                // Its own queue has been told already.
                return steps > 0;
            }
            at = next;
        }
        return false;
    }
}
