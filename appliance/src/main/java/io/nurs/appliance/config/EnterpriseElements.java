package io.nurs.appliance.config;

/** Which elements that are not IANA's stand in records whose fields the operator has not listed. */
public enum EnterpriseElements {
    /** IANA's only. */
    NONE("none"),
    /** Beside IANA's those of netfilter that Logstash's codec has names for: one it does not know costs it the whole template. */
    NETFILTER_WITHOUT_PREFIX("netfilter-without-prefix"),
    /** Beside IANA's those of netfilter (21373): mark, conntrack id, prefix. NetFlow v9 has no enterprise numbers, so none there. */
    NETFILTER("netfilter"),
    /** Those of nurs too, under {@code enterprise-number}; in NetFlow v9 under ids from 32768 on. */
    ALL("all");

    private final String word;

    EnterpriseElements(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
