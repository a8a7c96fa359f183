package io.nurs.appliance.source;

import java.util.List;

/**
 * One of the counters that conntrack keeps of itself, known by its number: a newer kernel may have more.
 *
 * @param number CTA_STATS_*, CTA_STATS_EXP_* or CTA_STATS_GLOBAL_*
 */
public record ConntrackCounter(Group group, int number) implements Comparable<ConntrackCounter> {
    /** What a counter's number is counted in. */
    @SuppressWarnings("ImmutableEnumChecker") // List.of
    public enum Group {
        /** What each CPU counts of the table. As {@code conntrack -S} names them; those that are gone from the kernel too. */
        TABLE(
                0,
                "counter",
                "searched",
                "found",
                "new",
                "invalid",
                "ignore",
                "delete",
                "delete_list",
                "insert",
                "insert_failed",
                "drop",
                "early_drop",
                "error",
                "search_restart",
                "clash_resolve",
                "chaintoolong"),
        /** What each CPU counts of expectations. */
        EXPECTATIONS(1000, "expect", "expect_new", "expect_create", "expect_delete"),
        /** How full the table is: levels, which go up and down. */
        LEVELS(2000, "level", "entries", "max_entries");

        private final int firstId;
        private final String word;
        private final List<String> names;

        Group(int firstId, String word, String... names) {
            this.firstId = firstId;
            this.word = word;
            this.names = List.of(names);
        }
    }

    /** Numbers of a group that are told apart: the kernel has 15 at most. */
    static final int NUMBERS = 1000;

    /** Apart from those of the other groups. */
    public int id() {
        return group.firstId + number;
    }

    /** Such as {@code insert_failed}, or {@code counter-17} for one that has no name here. At most 16 octets of ASCII. */
    public String name() {
        return number >= 1 && number <= group.names.size() ? group.names.get(number - 1) : group.word + "-" + number;
    }

    public boolean isLevel() {
        return group == Group.LEVELS;
    }

    @Override
    public int compareTo(ConntrackCounter other) {
        return Integer.compare(id(), other.id());
    }
}
