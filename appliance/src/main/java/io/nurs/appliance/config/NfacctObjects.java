package io.nurs.appliance.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Finds sources of nfacct that would take counts from each other: one that sets to zero does so for all who read. */
final class NfacctObjects {
    private NfacctObjects() {}

    /** Warns only: the same namespace under two names is not seen here. */
    static void check(Map<SourceConfig, YamlValue> placesBySource) {
        List<NfacctSourceConfig> seen = new ArrayList<>();
        placesBySource.forEach((source, place) -> {
            if (source instanceof NfacctSourceConfig nfacct) {
                for (NfacctSourceConfig other : seen) {
                    if ((nfacct.zero() || other.zero()) && Objects.equals(nfacct.namespace(), other.namespace())) {
                        place.warning("reads the same accounting objects as source "
                                + ScalarText.quote(other.name())
                                + ", and zero: true splits their counts between them; let the stacks name one of the"
                                + " sources");
                    }
                }
                seen.add(nfacct);
            }
        });
    }
}
