package io.nurs.appliance.collect;

import java.time.Instant;

/**
 * How a message came.
 *
 * @param packet its number in a capture file, from 1; 0 if it came otherwise
 * @param time the capture's, or now
 */
public record Arrival(long packet, Instant time) {
    public static Arrival now() {
        return new Arrival(0, Instant.now());
    }
}
