package io.nurs.appliance.collect;

/**
 * What a check found.
 *
 * @param subject what it is about, such as {@code template 256}; may be empty. With the kind, it tells a fact from its
 *     repetition
 * @param what the fact, in words
 */
record Finding(ComplaintKind kind, String subject, String what) {
    static Finding of(ComplaintKind kind, String what) {
        return new Finding(kind, "", what);
    }

    static Finding inTemplate(ComplaintKind kind, int templateId, String what) {
        return new Finding(kind, "template " + templateId, what);
    }

    static Finding inSet(ComplaintKind kind, int setId, String what) {
        return new Finding(kind, "set " + setId, what);
    }
}
