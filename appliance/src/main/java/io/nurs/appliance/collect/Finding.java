package io.nurs.appliance.collect;

import org.jspecify.annotations.Nullable;

/**
 * What a check found.
 *
 * @param subject what it is about, such as {@code template 256}; may be empty. With the kind, it tells a fact from its
 *     repetition
 * @param what the fact, in words
 * @param rule what asks otherwise, if that is not what the kind's other findings go by
 */
record Finding(
        ComplaintKind kind,
        String subject,
        String what,
        @Nullable String rule) {
    Finding(ComplaintKind kind, String subject, String what) {
        this(kind, subject, what, null);
    }

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
