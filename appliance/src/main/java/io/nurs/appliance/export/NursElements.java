package io.nurs.appliance.export;

import io.nurs.flow.DataType;
import io.nurs.flow.InformationElement;

/**
 * Elements of our own, for what IANA's registry has no word. NetFlow v9 has no enterprise numbers: vendors take ids from 32768 on,
 * which nobody hands out; collectors that do not know one skip it.
 */
public final class NursElements {
    /** How the end of the flow is known: 1 its time is inferred, 2 the end was not seen. {@code ConntrackFlow.endEvidence()} */
    public static final InformationElement flowEndEvidence =
            new InformationElement(InformationElement.IANA, 60136, "flowEndEvidence", DataType.UNSIGNED8);

    private NursElements() {}
}
