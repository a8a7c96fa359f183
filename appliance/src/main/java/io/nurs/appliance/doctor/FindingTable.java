package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import io.nurs.appliance.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;

/**
 * Findings for a human: level, subject, what was found, and below it what mends it. A mend is never broken into lines, so
 * that it can be copied.
 */
public final class FindingTable {
    private static final int LEVEL_WIDTH = 6;
    private static final int MAX_SUBJECT_WIDTH = 30;
    private static final String RESET = "\033[0m";

    private final Terminal terminal;

    public FindingTable(Terminal terminal) {
        this.terminal = terminal;
    }

    public List<String> lines(List<Finding> findings) {
        int subjectWidth = findings.stream()
                .mapToInt(finding -> finding.subject().length())
                .filter(length -> length <= MAX_SUBJECT_WIDTH)
                .max()
                .orElse(0);
        int indent = LEVEL_WIDTH + subjectWidth + 2;
        List<String> lines = new ArrayList<>();
        for (Finding finding : findings) {
            lines.addAll(lines(finding, subjectWidth, indent));
        }
        lines.add("");
        lines.add(summary(findings));
        return lines;
    }

    private List<String> lines(Finding finding, int subjectWidth, int indent) {
        List<String> lines = new ArrayList<>();
        String level = coloured(finding.level(), "%-4s".formatted(finding.level())) + "  ";
        List<String> what = wrap(finding.what(), terminal.columns() - indent);
        boolean fits = finding.subject().length() <= subjectWidth;
        String head = level
                + (fits ? ("%-" + Math.max(1, subjectWidth) + "s").formatted(finding.subject()) : finding.subject());
        lines.add(fits ? head + "  " + what.removeFirst() : head);
        what.forEach(line -> lines.add(" ".repeat(indent) + line));
        if (!finding.mend().isEmpty()) {
            lines.add(" ".repeat(LEVEL_WIDTH) + "-> " + finding.mend());
        }
        return lines;
    }

    private String coloured(Finding.Level level, String text) {
        if (!terminal.colours()) {
            return text;
        }
        return switch (level) {
                    case OK -> "\033[32m";
                    case WARN -> "\033[33m";
                    case FAIL -> "\033[31m";
                }
                + text
                + RESET;
    }

    /** At spaces; a word that is longer stays whole. */
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private static String summary(List<Finding> findings) {
        return "%d ok, %d to be warned of, %d failing"
                .formatted(
                        count(findings, Finding.Level.OK),
                        count(findings, Finding.Level.WARN),
                        count(findings, Finding.Level.FAIL));
    }

    static long count(List<Finding> findings, Finding.Level level) {
        return findings.stream().filter(finding -> finding.level() == level).count();
    }
}
