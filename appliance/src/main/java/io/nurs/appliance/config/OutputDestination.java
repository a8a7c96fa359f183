package io.nurs.appliance.config;

import org.jspecify.annotations.Nullable;

/** Where records go as text. */
public record OutputDestination(OutputFormat format, OutputPlace place) implements Destination {
    /** Null after reporting what is wrong. */
    static @Nullable OutputDestination read(YamlSection exporter, OutputFormat format) {
        OutputPlace place = OutputPlace.read(exporter, format);
        return place == null ? null : new OutputDestination(format, place);
    }

    @Override
    public @Nullable FileDestination file() {
        return place instanceof FileDestination file ? file : null;
    }

    @Override
    public String toString() {
        return place.toString();
    }
}
