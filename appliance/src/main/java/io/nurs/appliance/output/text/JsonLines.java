package io.nurs.appliance.output.text;

import io.nurs.appliance.collect.JsonText;
import io.nurs.appliance.collect.ReadRecord;

/** An object a line, the same that {@code nursd collect --format json} prints. */
public final class JsonLines implements RecordLines {
    @Override
    public String beginning() {
        return "{\"exporter\":";
    }

    @Override
    public void append(StringBuilder text, ReadRecord record) {
        text.append(JsonText.of(record)).append('\n');
    }
}
