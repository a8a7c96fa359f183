package io.nurs.appliance.collect;

import java.io.PrintWriter;

/** Records as a table on one stream, complaints on another. */
public final class TableOutput implements Output {
    private final PrintWriter out;
    private final PrintWriter complaints;
    private final boolean wide;
    private boolean begun;

    /**
     * A table without rows.
     *
     * @param wide with the exporter in front, and behind it all that has no column
     */
    public TableOutput(PrintWriter out, PrintWriter complaints, boolean wide) {
        this.out = out;
        this.complaints = complaints;
        this.wide = wide;
    }

    @Override
    public void record(ReadRecord record, FlowTimes times) {
        if (record.isOptions()) {
            out.println(exporter(record) + FlowLine.options(record));
            return;
        }
        if (!begun) {
            begun = true;
            out.println(FlowLine.header());
        }
        String line = FlowLine.of(record, times);
        out.println(wide ? line + "  " + exporter(record) + FlowLine.rest(record) : line);
    }

    private static String exporter(ReadRecord record) {
        return AddressText.of(record.message().sender()) + " domain "
                + record.message().observationDomain() + " ";
    }

    @Override
    public boolean isBroken() {
        return out.checkError();
    }

    @Override
    public void complaint(Complaint complaint, Arrival arrival) {
        complaints.println(complaint);
    }
}
