package io.nurs.appliance.collect;

/** The first 16 bits of every message. */
final class Version {
    static final int NETFLOW5 = 5;
    static final int NETFLOW9 = 9;
    static final int IPFIX = 10;

    private Version() {}

    /** Whether headers have an uptime, which tells when the exporter was booted. */
    static boolean hasUptime(int version) {
        return version == NETFLOW5 || version == NETFLOW9;
    }

    static String name(int version) {
        return switch (version) {
            case NETFLOW5 -> "NetFlow v5";
            case NETFLOW9 -> "NetFlow v9";
            case IPFIX -> "IPFIX";
            default -> "version " + version;
        };
    }
}
