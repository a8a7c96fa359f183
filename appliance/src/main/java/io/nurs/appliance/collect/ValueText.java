package io.nurs.appliance.collect;

import java.net.InetAddress;

/** A field's value as people write it: addresses by RFC 5952, times by ISO 8601. */
public final class ValueText {
    private ValueText() {}

    public static String of(Object value) {
        return value instanceof InetAddress address ? AddressText.of(address) : value.toString();
    }
}
