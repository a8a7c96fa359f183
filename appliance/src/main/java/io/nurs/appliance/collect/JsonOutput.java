package io.nurs.appliance.collect;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One object a line: an envelope, and in it {@code flow} or {@code options} with IANA's names, or {@code complaint}. All
 * in one stream, so that a complaint stands where its cause came.
 */
public final class JsonOutput implements Output {
    private final PrintWriter out;

    public JsonOutput(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void record(ReadRecord record, FlowTimes times) {
        out.println(JsonText.of(record));
    }

    @Override
    public boolean isBroken() {
        return out.checkError();
    }

    @Override
    public void complaint(Complaint complaint, Arrival arrival) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("exporter", AddressText.of(complaint.exporter()));
        line.put("version", (long) complaint.version());
        line.put("observationDomainId", complaint.domain());
        line.put("time", arrival.time());
        if (arrival.packet() > 0) {
            line.put("packet", arrival.packet());
        }
        line.put("complaint", complaint.kind());
        line.put("what", complaint.what());
        line.put("rule", complaint.rule());
        out.println(JsonText.of(line));
    }
}
