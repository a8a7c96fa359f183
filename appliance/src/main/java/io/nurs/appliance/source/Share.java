package io.nurs.appliance.source;

/**
 * Which flows one of a source's readers has: those whose CTA_ID, an even hash, leaves its number over.
 *
 * @param reader from 0
 */
record Share(int reader, int readers) {
    static final Share ALL = new Share(0, 1);

    boolean has(int id) {
        return readers == 1 || Integer.remainderUnsigned(id, readers) == reader;
    }

    /** Of so many for the whole source. */
    int of(int flows) {
        return Math.ceilDiv(flows, readers);
    }

    /** How messages call the reader of a source. */
    String name(String source) {
        return readers == 1 ? source : source + "/" + reader;
    }
}
