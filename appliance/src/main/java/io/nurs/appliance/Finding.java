package io.nurs.appliance;

import java.util.Locale;

/**
 * One thing that was looked at, and what there is to say of it.
 *
 * @param subject what was looked at, such as {@code source flows} or {@code nf_conntrack_acct}
 * @param what what was found and what it costs, one sentence or two
 * @param mend what to do next, a command where one does it; empty if nothing is to be done
 */
public record Finding(Level level, String subject, String what, String mend) {
    /** How bad it is. */
    public enum Level {
        OK,
        WARN,
        FAIL;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static Finding ok(String subject, String what) {
        return new Finding(Level.OK, subject, what, "");
    }

    /** It works, but not as well as it could, or not for long. */
    public static Finding warn(String subject, String what, String mend) {
        return new Finding(Level.WARN, subject, what, mend);
    }

    /** It does not work, or loses something. */
    public static Finding fail(String subject, String what, String mend) {
        return new Finding(Level.FAIL, subject, what, mend);
    }
}
