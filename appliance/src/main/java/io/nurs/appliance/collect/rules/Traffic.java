package io.nurs.appliance.collect.rules;

/**
 * What a counter of records adds up.
 *
 * @param bytes octets of layer 3
 */
public record Traffic(long bytes, long packets) {
    static final Traffic NONE = new Traffic(0, 0);

    Traffic plus(Traffic other) {
        return new Traffic(bytes + other.bytes, packets + other.packets);
    }

    Traffic times(long rate) {
        return new Traffic(bytes * rate, packets * rate);
    }
}
