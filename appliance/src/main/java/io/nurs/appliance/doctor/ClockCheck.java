package io.nurs.appliance.doctor;

import io.nurs.appliance.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Whether the times that collectors are told can be right. */
final class ClockCheck {
    private static final String SUBJECT = "clock";
    /** Before nurs was written: a machine without a clock of its own that has not been told the time. */
    private static final Instant TOO_EARLY = Instant.parse("2026-01-01T00:00:00Z");

    private static final Path TIMESYNCD = Path.of("/run/systemd/timesync/synchronized");
    private static final String MEND = "timedatectl set-ntp true, or start chronyd";

    private ClockCheck() {}

    static Finding finding() throws IOException {
        return finding(Instant.now(), isSynchronised());
    }

    /** @param synchronised null if nobody can be asked */
    static Finding finding(Instant now, @Nullable Boolean synchronised) {
        if (now.isBefore(TOO_EARLY)) {
            return Finding.fail(
                    SUBJECT,
                    "says " + now + ", which cannot be: collectors take flows for years old, and drop them",
                    MEND);
        }
        if (synchronised == null) {
            return Finding.ok(
                    SUBJECT,
                    "unknown whether it is synchronised: neither timedatectl nor chronyc answers here. It says " + now);
        }
        return synchronised
                ? Finding.ok(SUBJECT, "synchronised")
                : Finding.warn(SUBJECT, "not synchronised: times of flows are as wrong as it is", MEND);
    }

    /** systemd's is the kernel's own word, whoever keeps the clock; chronyd's its own. */
    private static @Nullable Boolean isSynchronised() throws IOException {
        if (Files.exists(TIMESYNCD)) {
            return true;
        }
        String systemd = Tool.output("timedatectl", "show", "--property=NTPSynchronized", "--value");
        if (systemd != null && !systemd.isBlank()) {
            return systemd.strip().equals("yes");
        }
        String chrony = Tool.output("chronyc", "-n", "tracking");
        return chrony == null ? null : !chrony.contains("Not synchronised");
    }
}
