package io.nurs.ipfix;

/** What may be done with an element's values: IANA's "IPFIX Information Element Semantics", RFC 5610 §3.6. */
public enum ElementSemantics {
    DEFAULT(0),
    QUANTITY(1),
    TOTAL_COUNTER(2),
    DELTA_COUNTER(3),
    IDENTIFIER(4),
    FLAGS(5),
    LIST(6),
    SNMP_COUNTER(7),
    SNMP_GAUGE(8);

    private final int code;

    ElementSemantics(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
