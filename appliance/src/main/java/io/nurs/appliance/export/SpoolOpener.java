package io.nurs.appliance.export;

import io.nurs.appliance.StartException;
import io.nurs.appliance.output.Spool;
import org.jspecify.annotations.Nullable;

/** Opens a collector's spool, when all that may fail before has not. */
@FunctionalInterface
interface SpoolOpener {
    /** Null if the operator wants none. */
    @Nullable
    Spool open() throws StartException;
}
