package io.nurs.appliance.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which of nfnetlink_queue's queues: {@code 4}, {@code 0-3}, or a list of both. */
final class QueueNumbers {
    private static final int LAST = 65_535;
    /** An event loop and a receive block each. */
    static final int MOST = 64;

    private QueueNumbers() {}

    static List<Integer> read(YamlSection section, String key) {
        YamlValue value = section.value(key);
        if (value == null) {
            section.missing(key, "write the queues that rules send packets to, such as 0 or 0-3");
            return List.of();
        }
        Set<Integer> queues = new LinkedHashSet<>();
        if (value.isList()) {
            value.items().forEach(item -> add(item, item.parse(QueueNumbers::parse), queues));
            if (queues.isEmpty()) {
                value.error("names no queue");
            }
        } else {
            add(value, value.parse(QueueNumbers::parse), queues);
        }
        if (queues.size() > MOST) {
            value.error("more than " + MOST + " queues, each of which has an event loop of its own");
            return List.of();
        }
        return List.copyOf(queues);
    }

    private static void add(YamlValue place, @Nullable List<Integer> read, Set<Integer> queues) {
        if (read == null) {
            return;
        }
        for (int queue : read) {
            if (!queues.add(queue)) {
                place.error("queue " + queue + " is in this list twice");
                return;
            }
        }
    }

    private static List<Integer> parse(String text) {
        int hyphen = text.indexOf('-');
        int first = number(hyphen < 0 ? text : text.substring(0, hyphen));
        int last = hyphen < 0 ? first : number(text.substring(hyphen + 1));
        if (first > last) {
            throw new IllegalArgumentException(
                    ScalarText.quote(text) + " ends before it begins: write the smaller number first");
        }
        List<Integer> queues = new ArrayList<>();
        for (int queue = first; queue <= last && queues.size() <= MOST; queue++) {
            queues.add(queue);
        }
        return queues;
    }

    private static int number(String text) {
        long number = ScalarText.integer(text);
        if (number > LAST) {
            throw new IllegalArgumentException(ScalarText.quote(text) + ": queues are numbered 0 to " + LAST);
        }
        return (int) number;
    }

    /** As the operator would write them. */
    static String print(List<Integer> queues) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < queues.size(); i++) {
            int first = i;
            while (i + 1 < queues.size() && queues.get(i + 1) == queues.get(i) + 1) {
                i++;
            }
            text.append(text.isEmpty() ? "" : ",").append(queues.get(first));
            text.append(i == first ? "" : "-" + queues.get(i));
        }
        return text.toString();
    }
}
