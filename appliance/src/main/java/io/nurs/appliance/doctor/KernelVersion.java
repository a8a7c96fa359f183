package io.nurs.appliance.doctor;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The first two numbers of a release, which features came with. */
record KernelVersion(int major, int minor) {
    private static final Pattern RELEASE = Pattern.compile("(\\d{1,4})\\.(\\d{1,4}).*");
    private static final Comparator<KernelVersion> ORDER =
            Comparator.comparingInt(KernelVersion::major).thenComparingInt(KernelVersion::minor);

    /** As {@code uname -r} prints it; null if it is something else. */
    static @Nullable KernelVersion parse(String release) {
        Matcher matcher = RELEASE.matcher(release);
        return matcher.matches()
                ? new KernelVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)))
                : null;
    }

    boolean isBefore(KernelVersion other) {
        return ORDER.compare(this, other) < 0;
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
