package io.nurs.appliance.totals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Whose flows a state file tells of: one with another identity says nothing of ours.
 *
 * @param boot of /proc/sys/kernel/random/boot_id: the conntrack table does not live across a boot
 * @param namespaceInode of /proc/PID/ns/net; the kernel may give it again to a namespace made after this one is gone
 * @param reader which of the source's readers, from 0
 * @param readers how many they are
 * @param markFilter which marks the source accounts for, as text; empty for all
 */
public record StateIdentity(UUID boot, long namespaceInode, int reader, int readers, String markFilter) {
    /** Room in the file's header. */
    static final int MAX_FILTER_BYTES = 512;

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    public StateIdentity {
        if (filterOctets(markFilter).length > MAX_FILTER_BYTES) {
            throw new IllegalArgumentException("a mark filter has at most " + MAX_FILTER_BYTES + " octets");
        }
    }

    /** The machine's present boot. */
    public static UUID currentBoot() throws IOException {
        return UUID.fromString(Files.readString(BOOT_ID).strip());
    }

    byte[] filterOctets() {
        return filterOctets(markFilter);
    }

    private static byte[] filterOctets(String markFilter) {
        return markFilter.getBytes(StandardCharsets.UTF_8);
    }
}
