package io.nurs.appliance.totals;

import java.lang.invoke.VarHandle;

/** Between stores to a state file whose order a killed process must keep. Tests look at the file here. */
class StoreOrder {
    /** The compiler and the processor leave earlier stores before later ones. */
    void fence() {
        VarHandle.storeStoreFence();
    }
}
