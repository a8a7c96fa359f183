package io.nurs.appliance.manual;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** As much of Markdown as the reference is written in: headings, paragraphs, lists, tables, blocks of code. */
final class Markdown {
    private static final String NESTED = "↳ ";

    private final Roff page;
    private final Predicate<String> wanted;
    private final List<String> open = new ArrayList<>();

    /** @param wanted which sections, by their headings */
    Markdown(Roff page, Predicate<String> wanted) {
        this.page = page;
        this.wanted = wanted;
    }

    /** What stands between the title and the first heading has no heading, and is taken too if an empty one is. */
    void write(String text) {
        boolean taken = wanted.test("");
        Iterator<String> lines = text.lines().iterator();
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.startsWith("```")) {
                String code = block(lines);
                endParagraph();
                if (taken) {
                    page.verbatim(code);
                }
            } else if (line.startsWith("#")) {
                endParagraph();
                String heading = line.replaceFirst("#+ ", "").replace("`", "");
                boolean title = line.startsWith("# ");
                taken = title ? taken : wanted.test(heading);
                if (taken && !title) {
                    page.section(heading);
                }
            } else if (taken) {
                text(line);
            }
        }
        endParagraph();
    }

    private static String block(Iterator<String> lines) {
        StringBuilder code = new StringBuilder();
        for (String line = lines.next(); !line.startsWith("```"); line = lines.next()) {
            code.append(line).append('\n');
        }
        return code.toString();
    }

    private void text(String line) {
        boolean row = line.startsWith("|");
        boolean item = line.startsWith("- ");
        if (line.isBlank() || item || row != isTable()) {
            endParagraph();
        }
        if (!line.isBlank()) {
            open.add(line);
        }
    }

    private boolean isTable() {
        return !open.isEmpty() && open.getFirst().startsWith("|");
    }

    private void endParagraph() {
        if (isTable()) {
            table(open.stream().map(Markdown::cells).toList());
        } else if (!open.isEmpty()) {
            String whole = open.stream().map(String::strip).collect(Collectors.joining(" "));
            if (whole.startsWith("- ")) {
                page.macro(".IP \\(bu 2").line(whole.substring(2));
            } else {
                page.paragraph(whole);
            }
        }
        open.clear();
    }

    private static List<String> cells(String row) {
        String inner = row.strip().replaceFirst("^\\|", "").replaceFirst("\\|$", "");
        return Arrays.stream(inner.split("(?<!\\\\)\\|", -1))
                .map(cell -> cell.replace("\\|", "|").strip())
                .toList();
    }

    /** Each row is a term with a paragraph: a table would not fit a terminal. Rows with ↳ are part of the one before. */
    private void table(List<List<String>> rows) {
        List<String> heads = rows.getFirst();
        boolean nested = false;
        for (List<String> row : rows.subList(2, rows.size())) {
            String term = row.getFirst();
            boolean part = term.startsWith(NESTED);
            if (part != nested) {
                page.macro(part ? ".RS" : ".RE");
                nested = part;
            }
            page.term(part ? term.substring(NESTED.length()) : term);
            String about = about(heads, row);
            String meaning = row.getLast();
            if (!about.isEmpty()) {
                page.line(about + (meaning.isEmpty() ? "" : ":"));
            }
            if (!meaning.isEmpty() && row.size() > 1) {
                page.line(meaning);
            }
        }
        if (nested) {
            page.macro(".RE");
        }
    }

    /** What stands between the first cell and the last: type, default, range. */
    private static String about(List<String> heads, List<String> row) {
        List<String> parts = new ArrayList<>();
        for (int i = 1; i < row.size() - 1; i++) {
            String cell = row.get(i);
            String head = heads.get(i).toLowerCase(Locale.ROOT);
            if (!cell.isEmpty()) {
                parts.add(head.equals("default") && !cell.startsWith("**required**") ? "default " + cell : cell);
            }
        }
        return String.join("; ", parts);
    }
}
