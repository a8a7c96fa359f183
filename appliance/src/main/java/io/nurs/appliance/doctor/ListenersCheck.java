package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import io.nurs.appliance.config.ConntrackSourceConfig;
import io.nurs.appliance.config.Delivery;
import io.nurs.appliance.doctor.SocketOwners.Owner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Who else listens to conntrack in a namespace. If one that asks for reliable delivery lags, the kernel repeats events to all. */
final class ListenersCheck {
    private ListenersCheck() {}

    static List<Finding> findings(Place place, ConntrackSourceConfig source) throws IOException {
        List<NetlinkListener> listeners = NetlinkListener.parse(place.net("netlink"));
        Map<Long, Owner> owners = listeners.isEmpty()
                ? Map.of()
                : SocketOwners.of(listeners.stream().map(NetlinkListener::inode).collect(Collectors.toSet()));
        return findings(place, source, listeners, owners);
    }

    static List<Finding> findings(
            Place place, ConntrackSourceConfig source, List<NetlinkListener> listeners, Map<Long, Owner> owners) {
        String subject = place.subject("listeners");
        List<Finding> findings = new ArrayList<>();
        Map<Long, Owner> appliances = new TreeMap<>();
        List<String> others = new ArrayList<>();
        for (NetlinkListener listener : listeners) {
            Owner owner = owners.get(listener.inode());
            if (owner != null && owner.isNursd()) {
                appliances.put(owner.pid(), owner);
            } else {
                others.add(name(owner));
            }
            if (listener.drops() > 0) {
                add(findings, lagging(subject, source, listener, owner));
            }
        }
        if (appliances.size() > 1) {
            List<String> names =
                    appliances.values().stream().map(Owner::toString).toList();
            findings.add(Finding.warn(
                    subject,
                    "several nursd read this table: " + String.join(", ", names)
                            + ". A collector that several export to gets each flow from each of them: end all but one,"
                            + " or have them take different marks",
                    "ps -o pid,lstart,args -p "
                            + appliances.keySet().stream().map(String::valueOf).collect(Collectors.joining(","))));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok(subject, calm(appliances, others)));
        }
        return findings;
    }

    private static void add(List<Finding> findings, @Nullable Finding finding) {
        if (finding != null) {
            findings.add(finding);
        }
    }

    private static String calm(Map<Long, Owner> appliances, List<String> others) {
        List<String> all = new ArrayList<>(others);
        appliances.values().forEach(owner -> all.add(owner.toString()));
        return all.isEmpty() ? "none but nursd, once it runs" : String.join(", ", all);
    }

    /** Ours with reliable delivery is told again what it had no room for: nothing is amiss. */
    private static @Nullable Finding lagging(
            String subject, ConntrackSourceConfig source, NetlinkListener listener, @Nullable Owner owner) {
        String had = "%s has had no room for an event %,d times".formatted(name(owner), listener.drops());
        if (owner != null && owner.isNursd()) {
            return source.delivery() == Delivery.RELIABLE
                    ? null
                    : Finding.warn(
                            subject,
                            had + ": so many were lost since it began",
                            "write delivery: reliable, or a larger receive-buffer");
        }
        return Finding.warn(
                subject,
                had
                        + " (%s wait for it now). If it asks for reliable delivery, as conntrackd may, the kernel repeats events to"
                                .formatted(Octets.of(listener.queued()))
                        + " all, which costs time (nursd counts each once), and while it stands still its undelivered ends"
                        + " fill the table",
                owner == null ? "ss -f netlink -p | grep nfnl" : "give " + owner + " a larger buffer, or end it");
    }

    private static String name(@Nullable Owner owner) {
        return owner == null ? "a process that cannot be seen from here" : owner.toString();
    }
}
