package io.nurs.appliance.config;

/** Which addresses of a translated flow are its source and destination; the others go into the post-NAT fields. */
public enum NatView {
    /** As the two ends see it: each direction carries the addresses before translation, the reply the swapped ones. */
    CLIENT("client"),
    /** As packets enter the router (RFC 5103): the reply carries the translated addresses. */
    WIRE("wire");

    private final String word;

    NatView(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
