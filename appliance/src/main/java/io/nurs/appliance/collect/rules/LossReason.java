package io.nurs.appliance.collect.rules;

/** Why a collector has no flow of a record. */
public enum LossReason {
    TEMPLATE("its template was not learnt"),
    MESSAGE("it follows a template that ends the reading of the message"),
    UNKNOWN_TEMPLATE("a set in its message has a template that was not known yet"),
    NO_INTERFACE("it has neither an ingress nor an egress interface"),
    NO_RATE("no sampling rate was announced before it");

    private final String text;

    LossReason(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }
}
