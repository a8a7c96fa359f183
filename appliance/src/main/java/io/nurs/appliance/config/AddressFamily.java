package io.nurs.appliance.config;

/** Whose entries are looked at. */
public enum AddressFamily {
    ANY("any"),
    IPV4("ipv4"),
    IPV6("ipv6");

    private final String word;

    AddressFamily(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
