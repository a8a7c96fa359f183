package io.nurs.appliance.totals;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Where the memory of a table comes from. */
interface ChunkSource {
    /** A chunk of free slots, all octets 0; null if there is no room for it. */
    @Nullable
    MemorySegment chunk(boolean ipv6);
}
