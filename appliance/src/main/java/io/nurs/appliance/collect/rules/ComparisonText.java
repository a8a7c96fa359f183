package io.nurs.appliance.collect.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A comparison for people: what is lost, and why. */
public final class ComparisonText {
    private final KnownCollector collector;
    private final Comparison comparison;

    public ComparisonText(KnownCollector collector, Comparison comparison) {
        this.collector = collector;
        this.comparison = comparison;
    }

    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("as " + collector + " reads it:");
        lines.add(row("", "sent", "kept", "lost"));
        lines.add(row("records", comparison.sentRecords(), comparison.keptRecords()));
        lines.add(row("bytes", comparison.sent().bytes(), comparison.kept().bytes()));
        lines.add(row("packets", comparison.sent().packets(), comparison.kept().packets()));
        comparison.lost().forEach((reason, records) -> lines.add("lost: " + records + " records: " + reason.text()));
        comparison.unlearnt().forEach(template -> lines.add("not learnt: " + template));
        comparison.fields().stream().filter(FieldFate::isLost).forEach(field -> lines.add(line(field)));
        lines.add(comparison.isExact() ? "every record and byte arrives" : "not every record and byte arrives");
        return lines;
    }

    private static String line(FieldFate field) {
        String what = "field not read: " + field.element();
        if (field.decoded() == field.records()) {
            return what + ", in " + field.records() + " records";
        }
        return what + ", in " + (field.records() - field.read()) + " of " + field.records() + " records";
    }

    /** What is counted too often is a loss below 0. */
    private static String row(String what, long sent, long kept) {
        return row(what, number(sent), number(kept), number(sent - kept));
    }

    private static String row(String what, String sent, String kept, String lost) {
        return String.format(Locale.ROOT, "%-8s %20s %20s %20s", what, sent, kept, lost);
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
