package io.nurs.appliance.http;

import io.netty.util.NetUtil;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a client calls the host it asks. RFC 9110 §7.2 */
final class HostNames {
    private HostNames() {}

    /** Whether this is an address, or a name that leads to this host for everybody: RFC 6761 §6.3. */
    static boolean isLocal(@Nullable String host) {
        if (host == null) {
            // HTTP/1.0: no browser.
            return true;
        }
        String name = withoutPort(host).toLowerCase(Locale.ROOT);
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || NetUtil.isValidIpV4Address(name)
                || NetUtil.isValidIpV6Address(name);
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            return end < 0 ? "" : host.substring(1, end);
        }
        return colon < 0 ? host : host.substring(0, colon);
    }
}
