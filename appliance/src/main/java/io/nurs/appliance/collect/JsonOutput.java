package io.nurs.appliance.collect;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
        Map<String, Object> more = new LinkedHashMap<>();
        if (!record.isOptions()) {
            put(more, "start", times.uptimeStart());
            put(more, "end", times.uptimeEnd());
        }
        out.println(JsonText.of(record, more));
    }

    /** An uptime says when only with the boot, which stands in another record or in the header. */
    private static void put(Map<String, Object> line, String key, @Nullable Instant time) {
        if (time != null) {
            line.put(key, time);
        }
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
