package io.nurs.appliance.collect.rules;

import io.nurs.flow.InformationElement;
import java.util.BitSet;

/** The elements that a collector reads in one version of the protocol. */
final class ElementSet {
    /** The ids of IANA's registry today are below. */
    private static final int IANA_END = 550;

    /** Netfilter's own enterprise number, which ulogd2 uses in its IPFIX output. */
    static final int NETFILTER = 21373;

    private final BitSet iana = new BitSet();
    private final BitSet reverse = new BitSet();
    private final BitSet netfilter = new BitSet();

    private ElementSet() {}

    /** IANA's elements with these ids, and nothing else. */
    static ElementSet of(int... ids) {
        return new ElementSet().and(ids);
    }

    /** All of IANA's, and nothing else. */
    static ElementSet allOfIana() {
        return ofRange(1, IANA_END);
    }

    /** IANA's elements from the first id to the last, and nothing else. */
    static ElementSet ofRange(int first, int last) {
        ElementSet set = new ElementSet();
        set.iana.set(first, last + 1);
        return set;
    }

    ElementSet and(int... ids) {
        for (int id : ids) {
            iana.set(id);
        }
        return this;
    }

    ElementSet without(int first, int last) {
        iana.clear(first, last + 1);
        return this;
    }

    /** And the reverse ones (RFC 5103) of all these. */
    ElementSet andTheirReverse() {
        reverse.or(iana);
        return this;
    }

    /** And these reverse ones. */
    ElementSet andReverse(int... ids) {
        for (int id : ids) {
            reverse.set(id);
        }
        return this;
    }

    ElementSet andNetfilter(int... ids) {
        for (int id : ids) {
            netfilter.set(id);
        }
        return this;
    }

    boolean contains(InformationElement element) {
        return switch (element.enterprise()) {
            case InformationElement.IANA -> iana.get(element.id());
            case InformationElement.REVERSE -> reverse.get(element.id());
            case NETFILTER -> netfilter.get(element.id());
            default -> false;
        };
    }
}
