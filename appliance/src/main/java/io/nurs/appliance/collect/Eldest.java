package io.nurs.appliance.collect;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map of so many entries: the one not asked for longest makes way. */
public final class Eldest<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1;

    private final int max;

    public Eldest(int max) {
        super(16, 0.75f, true);
        this.max = max;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > max;
    }
}
