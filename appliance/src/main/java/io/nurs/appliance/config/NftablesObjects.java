package io.nurs.appliance.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Finds sources of nftables that would take counts from each other: one that sets to zero does so for all who read. */
final class NftablesObjects {
    private NftablesObjects() {}

    /** Warns only: the same namespace under two names is not seen here. */
    static void check(Map<SourceConfig, YamlValue> placesBySource) {
        List<NftablesSourceConfig> seen = new ArrayList<>();
        placesBySource.forEach((source, place) -> {
            if (source instanceof NftablesSourceConfig nftables && nftables.counters()) {
                for (NftablesSourceConfig other : seen) {
                    if ((nftables.zero() || other.zero()) && Objects.equals(nftables.namespace(), other.namespace())) {
                        place.warning("reads the same counters and quotas as source "
                                + ScalarText.quote(other.name())
                                + ", and zero: true splits their counts between them; write counters: false in one of"
                                + " the sources");
                    }
                }
                seen.add(nftables);
            }
        });
    }
}
