package io.nurs.appliance.manual;

import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A man page as it grows. groff_man(7), groff_char(7) */
final class Roff {
    private static final Pattern LINK = Pattern.compile("\\[([^\\]]*)\\]\\([^)]*\\)");
    /** Markdown's code, bold and emphasis: three ways to say the same. */
    private static final Pattern MARKED = Pattern.compile("`([^`]+)`|\\*\\*([^*]+)\\*\\*|\\*([^*]+)\\*");

    private final StringBuilder text = new StringBuilder();

    /**
     * Left-adjusted and without hyphenation, since half of it is names of things.
     *
     * @param manual what stands in the middle of the page's head
     */
    Roff(String name, int section, String source, String manual) {
        macro(".TH \"%s\" %d \"\" \"%s\" \"%s\""
                .formatted(escaped(name.toUpperCase(Locale.ROOT)), section, escaped(source), escaped(manual)));
        // Macros for paragraphs switch hyphenation on again, unless this register says no.
        macro(".nr HY 0").macro(".nh").macro(".ad l");
    }

    Roff macro(String line) {
        text.append(line).append('\n');
        return this;
    }

    Roff section(String title) {
        return macro(".SH " + escaped(title.toUpperCase(Locale.ROOT)));
    }

    Roff subsection(String title) {
        return macro(".SS " + escaped(title));
    }

    Roff paragraph(String markdown) {
        return macro(".PP").line(markdown);
    }

    /** A term, and behind it what {@link #line} adds. */
    Roff term(String markdown) {
        return macro(".TP").line(markdown);
    }

    Roff line(String markdown) {
        return macro(inline(markdown));
    }

    Roff verbatim(String code) {
        macro(".PP").macro(".RS 4").macro(".EX");
        code.lines().map(Roff::escapedLine).forEach(this::macro);
        return macro(".EE").macro(".RE");
    }

    private static String inline(String markdown) {
        String plain = LINK.matcher(markdown).replaceAll(link -> Matcher.quoteReplacement(link.group(1)));
        StringBuilder line = new StringBuilder();
        int end = 0;
        for (MatchResult marked : MARKED.matcher(plain).results().toList()) {
            line.append(escaped(plain.substring(end, marked.start())));
            line.append("\\fB").append(escaped(inside(marked))).append("\\fR");
            end = marked.end();
        }
        return guarded(line.append(escaped(plain.substring(end))).toString());
    }

    private static String inside(MatchResult marked) {
        for (int group = 1; group <= marked.groupCount(); group++) {
            if (marked.group(group) != null) {
                return marked.group(group);
            }
        }
        return "";
    }

    private static String escapedLine(String text) {
        return guarded(escaped(text));
    }

    /** A dot or an apostrophe in front would make a request of it. */
    private static String guarded(String line) {
        return line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line;
    }

    /** A plain - is a hyphen, which nobody could paste into a shell; so are quotes and accents that are no ASCII to groff. */
    static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\\' -> out.append("\\e");
                case '-' -> out.append("\\-");
                case '\'' -> out.append("\\(aq");
                case '`' -> out.append("\\(ga");
                case '^' -> out.append("\\(ha");
                case '~' -> out.append("\\(ti");
                case '"' -> out.append("\\(dq");
                default -> {
                    if (c < 0x80) {
                        out.append((char) c);
                    } else {
                        out.append("\\[u%04X]".formatted(c));
                    }
                }
            }
        });
        return out.toString();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
