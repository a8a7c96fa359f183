package io.nurs.appliance.collect;

import java.util.HexFormat;
import java.util.Locale;

/** Messages of NetFlow v9 and IPFIX, written as hexadecimal digits. */
public final class Wire {
    /** 2023-11-14T22:14:20Z. */
    public static final long EXPORT_SECONDS = 1_700_000_060L;

    /** The boot that {@link #netflow9} implies. */
    static final long BOOT_MILLIS = EXPORT_SECONDS * 1000 - 60_000;

    /** octetDeltaCount in 4 octets and the protocol in 1, as template 256, for version 9. */
    static final String TEMPLATE9 = set(0, "0100 0002 0001 0004 0004 0001");

    /** The same for IPFIX. */
    public static final String TEMPLATE10 = set(2, "0100 0002 0001 0004 0004 0001");

    /** A record of it. */
    public static final String DATA = set(256, "0000 03e8 06");

    private Wire() {}

    public static byte[] ipfix(long sequence, String... sets) {
        return ipfixAt(EXPORT_SECONDS, sequence, sets);
    }

    static byte[] ipfixAt(long seconds, long sequence, String... sets) {
        byte[] content = hex(sets);
        return hex("000a %04x %08x %08x 0000002a".formatted(16 + content.length, seconds, sequence), join(sets));
    }

    public static byte[] netflow9(int count, long sequence, String... sets) {
        return netflow9At(EXPORT_SECONDS, 60_000, count, sequence, sets);
    }

    static byte[] netflow9At(long seconds, long uptime, int count, long sequence, String... sets) {
        return hex("0009 %04x %08x %08x %08x 0000002a".formatted(count, uptime, seconds, sequence), join(sets));
    }

    /** Padded to four octets. */
    public static String set(int id, String content) {
        int length = hex(content).length;
        int padding = (4 - length % 4) % 4;
        return "%04x%04x".formatted(id, 4 + length + padding) + content + "00".repeat(padding);
    }

    static String millis(long epochMillis) {
        return String.format(Locale.ROOT, "%016x", epochMillis);
    }

    private static String join(String... parts) {
        return String.join("", parts);
    }

    static byte[] hex(String... parts) {
        return HexFormat.of().parseHex(join(parts).replace(" ", ""));
    }
}
