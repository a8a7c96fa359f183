package io.nurs.appliance.config;

/** What fields are called in JSON. */
public enum OutputNames {
    /** By IANA's registry of IPFIX. */
    IANA("iana"),
    /** By the Elastic Common Schema. */
    ECS("ecs");

    private final String word;

    OutputNames(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
