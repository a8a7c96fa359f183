package io.nurs.appliance.traffic;

import java.util.Arrays;

/** The IP protocols that are counted each for itself: those that conntrack knows more of than their number. */
@SuppressWarnings("EnumOrdinal") // an index, nothing that lasts
public enum TrafficClass {
    TCP(6),
    UDP(17),
    ICMP(1),
    ICMP6(58),
    GRE(47),
    SCTP(132),
    UDPLITE(136),
    DCCP(33),
    ESP(50),
    OTHER(-1);

    static final int COUNT = values().length;

    private static final byte[] BY_PROTOCOL = byProtocol();

    private final int protocol;

    TrafficClass(int protocol) {
        this.protocol = protocol;
    }

    private static byte[] byProtocol() {
        byte[] classes = new byte[256];
        Arrays.fill(classes, (byte) OTHER.ordinal());
        for (TrafficClass each : values()) {
            if (each.protocol >= 0) {
                classes[each.protocol] = (byte) each.ordinal();
            }
        }
        return classes;
    }

    /** The ordinal of an IP protocol's class. */
    static int of(int protocol) {
        return BY_PROTOCOL[protocol & 0xff];
    }
}
