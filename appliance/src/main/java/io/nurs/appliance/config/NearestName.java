package io.nurs.appliance.config;

import java.util.Collection;
import java.util.Locale;

/** Guesses which known name a misspelt one was meant to be. */
public final class NearestName {
    private NearestName() {}

    /** The list of names, led by a guess where one is near enough: {@code "did you mean x? known keys: x, y"}. */
    public static String hint(String misspelt, Collection<String> known, String label) {
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

    /** The fewest characters to insert, delete, replace or swap with their neighbour. */
    private static int distance(String a, String b) {
        int[][] distances = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                distances[i][j] = i == 0 || j == 0 ? i + j : distance(a, b, i, j, distances);
            }
        }
        return distances[a.length()][b.length()];
    }

    private static int distance(String a, String b, int i, int j, int[][] shorter) {
        char last = a.charAt(i - 1);
        int replace = shorter[i - 1][j - 1] + (last == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replace, 1 + Math.min(shorter[i - 1][j], shorter[i][j - 1]));
        boolean swapped = i > 1 && j > 1 && last == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, shorter[i - 2][j - 2] + 1) : best;
    }
}
