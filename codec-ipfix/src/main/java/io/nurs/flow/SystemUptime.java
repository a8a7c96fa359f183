package io.nurs.flow;

/**
 * Wall-clock instants as NetFlow's "sysUptime": milliseconds since a boot that was fixed once, modulo 2^32 (49.7 days).
 *
 * <p>The header and the fields 21 and 22 must use the same one, because collectors compute
 * {@code boot = header seconds - header uptime} and then {@code flow start = boot + field 22}. An uptime read from the
 * kernel would drift against the wall clock with every NTP step, and the flows with it.
 *
 * @param bootEpochMillis also the value of systemInitTimeMilliseconds(160)
 */
public record SystemUptime(long bootEpochMillis) {
    /** The uptime at an instant, as unsigned 32-bit number; instants before the boot come out as very late. */
    public int at(long epochMillis) {
        return (int) (epochMillis - bootEpochMillis);
    }
}
