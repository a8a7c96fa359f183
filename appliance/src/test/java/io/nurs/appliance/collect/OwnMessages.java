package io.nurs.appliance.collect;

import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import java.util.ArrayList;
import java.util.List;

/** What {@code nursd verify} would say of messages of ours. */
public final class OwnMessages {
    private OwnMessages() {}

    /** Each complaint as a line, none if nothing is wrong. */
    public static List<String> complaints(List<DecodedMessage> messages) {
        List<String> lines = new ArrayList<>();
        Inspector inspector = new Inspector(DecoderLimits.DEFAULT, new Output() {
            @Override
            public void record(ReadRecord record, FlowTimes times) {}

            @Override
            public void complaint(Complaint complaint, Arrival arrival) {
                lines.add(complaint.toString());
            }
        });
        messages.forEach(message -> inspector.message(message, true));
        return lines;
    }
}
