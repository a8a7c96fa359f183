package io.nurs.appliance.doctor;

/** Sizes as an operator writes them. */
final class Octets {
    private static final String[] UNITS = {"octets", "KiB", "MiB", "GiB", "TiB"};

    private Octets() {}

    /** In the largest unit that leaves a whole part, with one digit after the point where it is not whole. */
    static String of(long octets) {
        double value = octets;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        String number = value == Math.rint(value) ? "%.0f".formatted(value) : "%.1f".formatted(value);
        return number + " " + UNITS[unit];
    }
}
