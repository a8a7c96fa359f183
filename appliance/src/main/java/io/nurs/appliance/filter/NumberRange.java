package io.nurs.appliance.filter;

/** Numbers from {@code low} to {@code high}, both included, 0 or greater. */
record NumberRange(long low, long high) {
    boolean isSingle() {
        return low == high;
    }
}
