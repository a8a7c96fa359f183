package io.nurs.appliance.config;

/** What a source tells of beside flows. */
enum SourceEvents {
    NONE("none"),
    /** What a translator logs, RFC 8158. */
    NAT("nat");

    private final String word;

    SourceEvents(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
