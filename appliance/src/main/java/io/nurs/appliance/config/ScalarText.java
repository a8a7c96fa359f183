package io.nurs.appliance.config;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How numbers, durations and sizes are written. Each parse method throws IllegalArgumentException with a message for the operator. */
public final class ScalarText {
    static final long U32_MAX = 0xffff_ffffL;

    private static final Pattern INTEGER = Pattern.compile("0|[1-9][0-9]*|0x([0-9a-fA-F]+)|0o([0-7]+)");
    private static final Pattern LEADING_ZERO = Pattern.compile("0[0-9]+");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
    private static final List<String> SIZE_UNITS = List.of("", "KiB", "MiB", "GiB");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(|KiB|MiB|GiB)");

    private static final int MAX_QUOTED = 60;

    private ScalarText() {}

    public static long integer(String text) {
        if (LEADING_ZERO.matcher(text).matches()) {
            // strtoul(…, 0) in iptables and nurs reads octal here, YAML 1.2 reads decimal.
            throw new IllegalArgumentException(quote(text)
                    + " is octal to some and decimal to others: drop the leading zero, or write 0o for octal");
        }
        Matcher matcher = INTEGER.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    quote(text) + " is not a whole number from 0 up; write it as 26, 0x1a or 0o32");
        }
        try {
            if (matcher.group(1) != null) {
                return Long.parseLong(matcher.group(1), 16);
            }
            return matcher.group(2) != null ? Long.parseLong(matcher.group(2), 8) : Long.parseLong(text);
        } catch (NumberFormatException tooLong) {
            throw new IllegalArgumentException(quote(text) + " is too large", tooLong);
        }
    }

    /** An unsigned 32-bit number, such as a mark or a mask; the int holds its bits. */
    static int u32(String text) {
        long value = integer(text);
        if (value > U32_MAX) {
            throw new IllegalArgumentException(quote(text) + " does not fit in 32 bits");
        }
        return (int) value;
    }

    static boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(quote(text) + " is neither true nor false");
        };
    }

    static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    quote(text) + " is not a duration; write a whole number and ms, s, m, h or d, such as 60s");
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }

    static long sizeBytes(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    quote(text) + " is not a size; write bytes as a number, or use KiB, MiB or GiB, such as 32MiB");
        }
        long count = Long.parseLong(matcher.group(1));
        return count << (10 * SIZE_UNITS.indexOf(matcher.group(2)));
    }

    /** The duration as the operator would write it. */
    static String print(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds % 86_400 == 0 && seconds > 0) {
            return seconds / 86_400 + "d";
        }
        if (seconds % 3600 == 0 && seconds > 0) {
            return seconds / 3600 + "h";
        }
        return seconds % 60 == 0 && seconds > 0 ? seconds / 60 + "m" : seconds + "s";
    }

    /** The size as the operator would write it. */
    static String printSize(long bytes) {
        if (bytes == 0 || bytes % 1024 != 0) {
            return Long.toString(bytes);
        }
        int shift = Math.min(Long.numberOfTrailingZeros(bytes) / 10, 3);
        return (bytes >> (10 * shift)) + SIZE_UNITS.get(shift);
    }

    /** The operator's own text inside a message: one line, of bounded length, whatever the file holds. */
    public static String quote(String text) {
        return '"' + printable(text) + '"';
    }

    public static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints().limit(MAX_QUOTED).forEach(c -> printable.appendCodePoint(isPrintable(c) ? c : '?'));
        return text.codePointCount(0, text.length()) > MAX_QUOTED
                ? printable.append("…").toString()
                : printable.toString();
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
