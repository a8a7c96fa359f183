package io.nurs.appliance.export;

import io.nurs.appliance.config.CollectorAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The addresses of a collector's name. A lookup may take as long as the name servers let it: never on an event loop. */
final class Names {
    static {
        // The JDK remembers a name that did not resolve for 10 s, longer than the pause between two attempts.
        Security.setProperty("networkaddress.cache.negative.ttl", "1");
    }

    /** Replaced by tests. */
    static volatile Lookup lookup = InetAddress::getAllByName;

    /** What asks the name servers. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    private Names() {}

    /**
     * All of them, in the resolver's order, and at least one.
     *
     * @throws UnknownHostException whose message is for the operator
     */
    static List<InetSocketAddress> resolve(CollectorAddress collector) throws UnknownHostException {
        try {
            return Arrays.stream(lookup.addresses(collector.host()))
                    .map(address -> new InetSocketAddress(address, collector.port()))
                    .toList();
        } catch (UnknownHostException e) {
            UnknownHostException told = new UnknownHostException("the name " + collector.host()
                    + " does not resolve; write the collector's address, or correct /etc/resolv.conf or /etc/hosts");
            told.initCause(e);
            throw told;
        }
    }

    /** The same addresses; those behind {@code last} come first, and {@code last} comes last. */
    static List<InetSocketAddress> after(@Nullable InetSocketAddress last, List<InetSocketAddress> addresses) {
        int at = last == null ? -1 : addresses.indexOf(last);
        List<InetSocketAddress> turns = new ArrayList<>(addresses.subList(at + 1, addresses.size()));
        turns.addAll(addresses.subList(0, at + 1));
        return turns;
    }
}
