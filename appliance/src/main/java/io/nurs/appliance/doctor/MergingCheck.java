package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the kernel counts otherwise than a wire does: packets that were merged, and flows that bypass conntrack. */
final class MergingCheck {
    /** Each is asked for alone, and a machine of containers has thousands. */
    private static final int MOST_INTERFACES = 12;

    private static final String GRO = "generic-receive-offload";
    private static final String LRO = "large-receive-offload";
    private static final String CAVEAT =
            "packets that it merges count as one, and octets lack the merged headers; so it is for every meter in the kernel";
    /** A flowtable's declaration in {@code nft list ruleset}. */
    private static final Pattern FLOWTABLE = Pattern.compile("(?s)\\bflowtable (\\S+) \\{(.*?)\\n\\s*}");

    private static final Pattern COUNTER = Pattern.compile("\\bcounter\\b");

    private MergingCheck() {}

    /** @param ruleset of nft, null if it cannot be seen */
    static List<Finding> findings(Place place, @Nullable String ruleset) throws IOException {
        List<Finding> findings = new ArrayList<>();
        List<String> interfaces =
                interfaces(place.net("dev")).stream().limit(MOST_INTERFACES).toList();
        if (!interfaces.isEmpty()) {
            List<String> features = new ArrayList<>();
            for (String name : interfaces) {
                String printed = place.output("ethtool", "-k", name);
                features.add(printed == null ? "" : printed);
            }
            findings.addAll(offloads(place, interfaces, features));
        }
        findings.addAll(flowtables(place, ruleset));
        return findings;
    }

    /** @param features what {@code ethtool -k} prints of each interface, or nothing */
    static List<Finding> offloads(Place place, List<String> interfaces, List<String> features) {
        String subject = place.subject("offloads");
        List<String> merging = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        boolean known = false;
        for (int i = 0; i < interfaces.size(); i++) {
            known |= !features.get(i).isEmpty();
            if (isOn(features.get(i), GRO)) {
                merging.add(interfaces.get(i));
            }
            if (isOn(features.get(i), LRO)) {
                findings.add(Finding.warn(
                        subject,
                        "LRO is on for " + interfaces.get(i) + ": " + CAVEAT
                                + ", and what it forwards is not what came",
                        place.command("ethtool -K " + Place.quote(interfaces.get(i)) + " lro off")));
            }
        }
        if (!known) {
            findings.add(Finding.ok(
                    subject,
                    "unknown, as there is no ethtool here; GRO is on unless it was switched off, and " + CAVEAT));
        } else if (!merging.isEmpty()) {
            findings.add(Finding.ok(subject, "GRO is on for " + String.join(", ", merging) + ": " + CAVEAT));
        } else if (findings.isEmpty()) {
            findings.add(Finding.ok(subject, "GRO and LRO are off: packets are counted as they came"));
        }
        return findings;
    }

    private static boolean isOn(String features, String name) {
        return features.lines().anyMatch(line -> line.strip().startsWith(name + ": on"));
    }

    /** All but loopback. Lines of /proc/net/dev after two of a heading: {@code eth0: 1 2 …} */
    static List<String> interfaces(String dev) {
        return dev.lines()
                .skip(2)
                .map(line -> line.substring(0, Math.max(0, line.indexOf(':'))).strip())
                .filter(name -> !name.isEmpty() && !name.equals("lo"))
                .toList();
    }

    /** Without counters those of a flow that a flowtable has taken stand still until it gives it back. */
    static List<Finding> flowtables(Place place, @Nullable String ruleset) {
        List<Finding> findings = new ArrayList<>();
        if (ruleset == null) {
            return findings;
        }
        Matcher matcher = FLOWTABLE.matcher(ruleset);
        while (matcher.find()) {
            String subject = place.subject("flowtable " + matcher.group(1));
            findings.add(
                    COUNTER.matcher(matcher.group(2)).find()
                            ? Finding.ok(subject, "counts what bypasses conntrack; how flows end is seen later")
                            : Finding.warn(
                                    subject,
                                    "without counters: what bypasses conntrack through it is exported nowhere",
                                    "write counter into the flowtable, and load the rules again (kernel 5.7 and later)"));
        }
        return findings;
    }
}
