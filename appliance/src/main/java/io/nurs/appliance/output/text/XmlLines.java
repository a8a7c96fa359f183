package io.nurs.appliance.output.text;

import io.nurs.appliance.collect.ReadRecord;
import io.nurs.appliance.collect.ValueText;
import io.nurs.flow.DataRecord.DataField;

/** One document: a line for each record, an element in it for each field. The root's name is that of nurs's own documents. */
public final class XmlLines implements RecordLines {
    private static final String DECLARATION = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    private static final char REPLACEMENT = '\ufffd';

    @Override
    public String head() {
        return DECLARATION + "<netfilter>\n";
    }

    @Override
    public String tail() {
        return "</netfilter>\n";
    }

    @Override
    public String beginning() {
        return head();
    }

    @Override
    public void append(StringBuilder text, ReadRecord record) {
        text.append("<flow exportTime=\"").append(record.message().exportTime()).append("\">");
        for (DataField field : record.fields()) {
            String name = field.element().name();
            text.append('<').append(name).append('>');
            appendText(text, ValueText.of(field.value()));
            text.append("</").append(name).append('>');
        }
        text.append("</flow>\n");
    }

    private static void appendText(StringBuilder out, String text) {
        text.codePoints().forEach(character -> {
            switch (character) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '\t', '\n', '\r' -> out.append("&#").append(character).append(';');
                default -> out.appendCodePoint(isXml(character) ? character : REPLACEMENT);
            }
        });
    }

    /** XML 1.0 §2.2: what is not in there cannot be escaped either. */
    private static boolean isXml(int character) {
        return (character >= ' ' && character <= 0xd7ff)
                || (character >= 0xe000 && character <= 0xfffd)
                || character >= 0x10000;
    }
}
