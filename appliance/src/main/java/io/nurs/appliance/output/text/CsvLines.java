package io.nurs.appliance.output.text;

import io.nurs.appliance.collect.ReadRecord;
import io.nurs.appliance.collect.ValueText;
import io.nurs.flow.DataRecord.DataField;
import io.nurs.flow.InformationElement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A header of names, and a line for each record with its values in the same columns: RFC 4180, with line feeds alone. */
public final class CsvLines implements RecordLines {
    private final List<String> columns;
    private final Map<String, Integer> places = new HashMap<>();
    private final String[] values;

    private CsvLines(List<String> columns) {
        this.columns = columns;
        columns.forEach(column -> places.put(column, places.size()));
        this.values = new String[columns.size()];
    }

    /** With a column for each element that a record of any of these templates may have. */
    public static CsvLines of(List<List<InformationElement>> templates) {
        List<String> columns = new ArrayList<>();
        for (List<InformationElement> template : templates) {
            // Templates have their fields in one order: before the one behind it.
            int place = columns.size();
            for (InformationElement element : template.reversed()) {
                int known = columns.indexOf(element.name());
                if (known < 0) {
                    columns.add(place, element.name());
                } else {
                    place = known;
                }
            }
        }
        return new CsvLines(List.copyOf(columns));
    }

    @Override
    public String head() {
        return columns.stream().map(CsvLines::quote).collect(Collectors.joining(",")) + "\n";
    }

    @Override
    public String beginning() {
        return head();
    }

    @Override
    public void append(StringBuilder text, ReadRecord record) {
        Arrays.fill(values, "");
        for (DataField field : record.fields()) {
            Integer place = places.get(field.element().name());
            if (place == null) {
                throw new IllegalStateException("no column for " + field.element());
            }
            values[place] = quote(ValueText.of(field.value()));
        }
        text.append(String.join(",", values)).append('\n');
    }

    /** §2.6 and §2.7; what ends a line would end a record for many readers, quoted or not. */
    private static String quote(String value) {
        boolean plain = value.chars().allMatch(character -> character > ' ' && character != '"' && character != ',');
        return plain ? value : '"' + value.replaceAll("[\r\n]", "?").replace("\"", "\"\"") + '"';
    }
}
