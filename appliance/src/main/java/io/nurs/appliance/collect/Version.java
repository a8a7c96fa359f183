package io.nurs.appliance.collect;

/** The first 16 bits of every message. */
final class Version {
    static final int NETFLOW9 = 9;
    static final int IPFIX = 10;

    private Version() {}

    static String name(int version) {
        return switch (version) {
            case NETFLOW9 -> "NetFlow v9";
            case IPFIX -> "IPFIX";
            default -> "version " + version;
        };
    }
}
