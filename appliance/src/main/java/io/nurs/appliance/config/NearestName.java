package io.nurs.appliance.config;

import java.util.Collection;
import java.util.Locale;

/** Guesses which known name a misspelt one was meant to be. */
final class NearestName {
    private NearestName() {}

    /** The list of names, led by a guess where one is near enough: {@code "did you mean x? known keys: x, y"}. */
    static String hint(String misspelt, Collection<String> known, String label) {
        if (known.isEmpty()) {
            return "there are no " + label;
        }
        String all = label + ": " + String.join(", ", known);
        int allowed = Math.max(1, Math.min(misspelt.length(), 30) / 3);
        String nearest = "";
        for (String name : known) {
            int distance = distance(plain(misspelt), plain(name));
            if (distance <= allowed) {
                allowed = distance - 1;
                nearest = name;
            }
        }
        return nearest.isEmpty() ? all : "did you mean " + nearest + "? " + all;
    }

    // activeTimeout, active_timeout and ACTIVE-TIMEOUT are the same mistake.
    private static String plain(String name) {
        String shortened = name.length() > 64 ? name.substring(0, 64) : name;
        return shortened.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    /** Levenshtein: the fewest characters to insert, delete or replace. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replace, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
